"""The queue of rows that wait to be sent, and what becomes of it when a program ends."""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from random import Random
from typing import Any

import numpy as np
import pytest

import runfolio
from runfolio._core import log_queue
from runfolio._core.log_batch import LogBatch
from runfolio._core.log_queue import LogQueue
from runfolio._core.row_run import COLUMN_ROWS_MIN
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


def drain(queue: LogQueue) -> list[LogBatch]:
    """Everything that is in the queue."""
    batches = []
    while queue.unsent:
        batch = queue.take()
        assert batch is not None
        batches.append(batch)
    return batches


def rows_of(batch: LogBatch) -> list[dict[str, Any]]:
    """The rows of a batch, however it carries them."""
    if batch.columns is None:
        return [json.loads(line) for line in batch.json_lines.splitlines()]
    found: list[dict[str, Any]] = [{} for _ in range(batch.count)]
    for name, kind, content, present in batch.columns.columns:
        assert present is None
        code = f"<{batch.count}{'q' if kind == 'integers' else 'd'}"
        values = json.loads(content) if kind == "values" else struct.unpack(code, content)
        for row, value in zip(found, values, strict=True):
            row[name] = value
    return found


NUMBERS = {"a": 0.5, "b": 3}
KINDS: list[dict[str, Any]] = [
    NUMBERS,
    {"a": 0.5},
    {"a": 1, "b": 3},
    {"b": 3, "a": 0.5},
    {"a": math.inf, "b": 2**70},
    {"a": "text", "b": 3},
    {"a": True, "b": [1]},
    {"a": np.float64(0.5), "b": 3},
    {},
]


@pytest.mark.parametrize("seed", range(20))
def test_rows_keep_their_order_and_kind_however_they_are_sent(seed: int) -> None:
    random = Random(seed)
    queue = LogQueue(0, {}, clock=lambda: 5.0)
    wanted: list[dict[str, Any]] = []
    batches: list[LogBatch] = []
    for _ in range(40):
        kinds = random.sample(KINDS, random.choice([1, 1, 2]))
        for number in range(random.choice([1, 7, COLUMN_ROWS_MIN, 2000])):
            row = kinds[number % len(kinds)]
            queue.add(row)
            wanted.append({"_timestamp": 5.0, "_runtime": 0.0, **row, "_step": len(wanted)})
        if random.random() < 0.3:
            batch = queue.take()
            assert batch is not None
            batches.append(batch)
    batches += drain(queue)

    assert [sum(batch.count for batch in batches[:index]) for index in range(len(batches))] == [
        batch.offset for batch in batches
    ]
    found = [row for batch in batches for row in rows_of(batch)]
    assert [repr(sorted(row.items())) for row in plain(wanted)] == [repr(sorted(row.items())) for row in found]
    last: dict[str, Any] = {}
    for row in plain(wanted):
        last.update(row)
    assert last == json.loads(batches[-1].summary)
    assert any(batch.columns for batch in batches)


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with Python's own numbers."""
    return [{key: float(value) if isinstance(value, float) else value for key, value in row.items()} for row in rows]


def test_many_rows_of_numbers_go_as_columns_and_few_as_lines() -> None:
    queue = LogQueue(0, {})
    for count in (COLUMN_ROWS_MIN - 1, COLUMN_ROWS_MIN):
        for _ in range(count):
            queue.add(NUMBERS)
        batch = queue.take()
        assert batch is not None
        assert (count, count < COLUMN_ROWS_MIN) == (batch.count, batch.columns is None)


def test_rows_that_take_turns_go_as_lines() -> None:
    queue = LogQueue(0, {})
    for _ in range(1000):
        queue.add(NUMBERS)
        queue.add({"c": 1})

    (batch,) = drain(queue)
    assert (2000, None) == (batch.count, batch.columns)


def test_very_wide_rows_go_as_lines() -> None:
    queue = LogQueue(0, {})
    for _ in range(COLUMN_ROWS_MIN):
        queue.add(dict.fromkeys(map(str, range(1000)), 0.5))

    assert all(batch.columns is None for batch in drain(queue))
