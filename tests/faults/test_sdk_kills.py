"""The real SDK logs while the server is killed again and again: it retries, finishes, and each line is there once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import runfolio
from tests.faults.victims import Serving, Victim
from tests.live_server import LiveServer
from tests.server.reachable_dir import reachable_dir
from tests.server.running_serve import wait_until
from tests.wandb.environments import NEWEST, python_with
from tests.wandb.recorder import Recorder
from tests.wandb.sdk import SDK

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

# The SDK sends every 15 seconds, and at once whenever it has 10 MiB: with rows of this size, every second or so.
TEXT_BYTES = 250_000
PAUSE_S = 0.03
KILLS = 3
"""At least."""
KILLS_MOST = 12
LATER_S = 0.3


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    with reachable_dir() as directory:
        running = Serving(directory)
        yield running
        running.end()


@pytest.fixture
def sdk(serving: Serving, tmp_path: Path) -> Iterator[SDK]:
    serve = serving.current
    server = LiveServer(serve.url, serve.key, "", serve.data_dir)
    made = SDK(NEWEST, python_with(NEWEST), tmp_path, server, Recorder())
    yield made
    made.end()


@pytest.mark.parametrize("victim", ["serve", "postgres"])
def test_a_run_survives_kills_with_each_line_once(serving: Serving, sdk: SDK, victim: Victim) -> None:
    with runfolio.Api(base_url=sdk.server.base_url, api_key=sdk.server.api_key) as api:
        enough = sdk.home / "enough"
        process = sdk.start(
            "rows_until", project="kills", run=victim, enough=str(enough), pause_s=PAUSE_S, text_bytes=TEXT_BYTES
        )
        kills = arrived = 0
        while kills < KILLS or "retrying" not in _log(sdk):
            # Each kill meets a run that is sending again after the one before; one at least must meet a request.
            wait_until(partial(_goes_on, api, victim, arrived, process), "the run goes on, or has ended")
            assert process.poll() is None, "the run ended before it was told to"
            assert kills < KILLS_MOST, "no request met a dead server: nothing was tested"
            arrived = _lines(api, victim)
            # Later each time: a server that is back before the next rows come would never be missed.
            time.sleep(kills * LATER_S)
            serving.kill(victim)
            kills += 1
        enough.touch()
        rows = sdk.finish(process).answer

        run = api.run(f"ada/kills/{victim}")
        assert "finished" == run.state
        assert [(number, number**2) for number in range(rows)] == [
            (row["number"], row["square"]) for row in run.scan_history(keys=["number", "square"])
        ]
        assert [f"row {number}" for number in range(rows)] == [line.text for line in run.console_lines()]
        assert rows - 1 == run.summary["number"]


def _goes_on(api: runfolio.Api, name: str, lines: int, process: subprocess.Popen[str]) -> bool:
    return process.poll() is not None or _lines(api, name) > lines


def _lines(api: runfolio.Api, name: str) -> int:
    """How many history lines have arrived; none while there is no such run yet."""
    answer = api.query(
        '{ project(entityName: "ada", name: "kills") { run(name: "NAME") { historyLineCount } } }'.replace("NAME", name)
    )
    project = answer["project"]
    return int(project["run"]["historyLineCount"]) if project and project["run"] else 0


def _log(sdk: SDK) -> str:
    return "".join(log.read_text() for log in sdk.home.glob("wandb/run-*/logs/debug-internal.log"))
