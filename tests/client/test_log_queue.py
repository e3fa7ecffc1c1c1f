"""The queue of rows that wait to be sent, and what becomes of it when a program ends."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import runfolio
from runfolio._core import log_queue
from runfolio._core.log_queue import LogQueue
from tests.live_server import LiveServer

PROGRAM = """
import sys, runfolio
run = runfolio.Api(base_url=sys.argv[1], api_key=sys.argv[2]).create_run("ada/log", id=sys.argv[3])
for step in range(100):
    run.log({"a": step})
if sys.argv[4] == "fails":
    raise RuntimeError("on purpose")
"""


@pytest.mark.parametrize(("end", "state"), [("ends", "finished"), ("fails", "failed")])
def test_a_program_that_ends_without_a_word_loses_no_row(live_server: LiveServer, end: str, state: str) -> None:
    arguments = [live_server.base_url, live_server.api_key, f"program-{end}", end]

    subprocess.run([sys.executable, "-c", PROGRAM, *arguments], check=False, timeout=60, capture_output=True)

    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key) as api:
        run = api.run(f"ada/log/program-{end}")
        assert list(range(100)) == [found["a"] for found in run.scan_history()]
        assert state == run.state


def test_batches_are_bounded_and_numbered_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_queue, "BATCH_BYTES", 1000)
    queue = LogQueue(5, {"old": 1}, clock=lambda: 100.0)
    for number in range(100):
        queue.add({"a": number})
    queue.end(0)

    batches = []
    while (batch := queue.take()) is not None:
        batches.append(batch)
        queue.acknowledge()
        if batch.exit_code is not None:
            break

    lines = [json.loads(line) for batch in batches for line in batch.json_lines.split("\n")]
    assert list(range(5, 105)) == [line["_step"] for line in lines]
    assert all(len(batch.json_lines) <= 1000 for batch in batches)
    assert [0, *np.cumsum([batch.count for batch in batches]).tolist()][:-1] == [batch.offset for batch in batches]
    assert [None] * (len(batches) - 1) + [0] == [batch.exit_code for batch in batches]
    assert {"old": 1, "a": 99, "_step": 104, "_timestamp": 100.0, "_runtime": 0.0} == json.loads(batches[-1].summary)
