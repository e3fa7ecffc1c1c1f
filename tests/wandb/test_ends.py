"""Every way in which a run of the real SDK ends: the state and its log tell the truth, to every client.

Against `runfolio serve` with its worker, and a silence of ten seconds that counts.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import runfolio
from tests.live_server import LiveServer
from tests.network_cut import network_to
from tests.server.reachable_dir import reachable_dir
from tests.server.running_serve import RunningServe
from tests.wandb.environments import NEWEST, python_with
from tests.wandb.recorder import Recorder
from tests.wandb.sdk import SCRIPT_TIMEOUT_S, SDK

pytestmark = pytest.mark.slow

SILENCE_S = 10
ENDS_BY_ITSELF = ("normal", "exception", "exit", "code", "preempting")
FROM_OUTSIDE = {"interrupt": signal.SIGINT, "terminate": signal.SIGTERM, "kill": signal.SIGKILL}
EXPECTED = {
    "normal": ("finished", 0, [("finished", "exit")]),
    "exception": ("failed", 1, [("failed", "exit")]),
    "exit": ("failed", 3, [("failed", "exit")]),
    "code": ("failed", 7, [("failed", "exit")]),
    "preempting": ("preempted", 1, [("preempting", "notice"), ("preempted", "exit")]),
    "interrupt": ("killed", 255, [("killed", "exit")]),
    "terminate": ("crashed", None, [("crashed", "silence")]),
    "kill": ("crashed", None, [("crashed", "silence")]),
    "stop": ("killed", 255, [("killed", "exit")]),
}


class Serving:
    """`serve` on one port and data directory, which can go away and come back."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._starts = 0
        self.start()

    def start(self) -> None:
        self._starts += 1
        self.current = RunningServe(
            self._directory / "data",
            self._directory / f"serve-{self._starts}",
            *("--port", str(self.port), "--processes", "1"),
            environment={"RUNFOLIO_HEARTBEAT_TIMEOUT_S": str(SILENCE_S)},
        )
        self.current.wait_until_ready()

    def stop(self) -> None:
        self.current.interrupt()


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    with reachable_dir() as directory:
        made = Serving(directory)
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def sdk(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SDK]:
    current = serving.current
    server = LiveServer(f"http://127.0.0.1:{serving.port}", current.key, "", current.data_dir)
    made = SDK(NEWEST, python_with(NEWEST), tmp_path_factory.mktemp("home"), server, Recorder())
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def api(serving: Serving, sdk: SDK) -> Iterator[runfolio.Api]:
    with runfolio.Api(base_url=sdk.server.base_url, api_key=sdk.server.api_key) as client:
        yield client


@pytest.fixture(scope="module")
def entity(api: runfolio.Api) -> str:
    return api.viewer.username


def _until(claim: Callable[[], bool], what: str) -> None:
    """Several programs begin at once, which takes a busy machine a minute."""
    deadline = time.monotonic() + SCRIPT_TIMEOUT_S
    while not claim():
        assert time.monotonic() < deadline, f"not in {SCRIPT_TIMEOUT_S} s: {what}"
        time.sleep(0.2)


def _start(sdk: SDK, how: str, **settings: str) -> subprocess.Popen[str]:
    return sdk.start("ends", settings, how=how)


def _has_rows(api: runfolio.Api, path: str, more_than: float = 0) -> bool:
    try:
        return (api.run(path).last_step or 0) > more_than
    except runfolio.RunfolioError:
        return False


@pytest.fixture(scope="module")
def ended(sdk: SDK, api: runfolio.Api, entity: str) -> dict[str, runfolio.Run]:
    """The runs of EXPECTED, several at once, when the server knows how they ended."""
    # Not all at once: each begins as two programs.
    for process in [_start(sdk, how) for how in ENDS_BY_ITSELF]:
        process.communicate(timeout=SCRIPT_TIMEOUT_S)
    processes = {how: _start(sdk, how) for how in [*FROM_OUTSIDE, "stop"]}
    for how in processes:
        _until(lambda how=how: _has_rows(api, f"{entity}/ends/{how}"), f"rows of {how}")  # type: ignore[misc]
    assert api.run(f"{entity}/ends/stop").stop()
    for how, number in FROM_OUTSIDE.items():
        processes[how].send_signal(number)
    for process in processes.values():
        process.communicate(timeout=SCRIPT_TIMEOUT_S)
    found = {how: api.run(f"{entity}/ends/{how}") for how in EXPECTED}
    for run in found.values():
        run.wait_until_finished(poll_s=0.5)
    return found


@pytest.mark.parametrize("how", EXPECTED)
def test_each_end_is_told_as_it_was(ended: dict[str, runfolio.Run], entity: str, how: str) -> None:
    run = ended[how]
    state, exit_code, changes = EXPECTED[how]

    assert (state, exit_code) == (run.state, run.exit_code)
    log = list(run.state_changes())
    assert [("running", "start"), *changes] == [(change.state, change.cause) for change in log]
    assert [None if change.cause == "silence" else entity for change in log] == [change.user for change in log]


def test_every_client_shows_the_same_states(ended: dict[str, runfolio.Run], sdk: SDK, entity: str) -> None:
    expected = {how: state for how, (state, _, _) in EXPECTED.items()}

    async def by_async_client() -> dict[str, str]:
        async with runfolio.AsyncApi(base_url=sdk.server.base_url, api_key=sdk.server.api_key) as client:
            return {how: (await client.run(f"{entity}/ends/{how}")).state for how in EXPECTED}

    read = sdk.run("read_states", project=f"{entity}/ends", runs=list(EXPECTED), moves=[], stopped=[])

    assert expected == read["states"]
    assert expected == asyncio.run(by_async_client())
    assert expected == {how: run.state for how, run in ended.items()}


def test_the_sdk_moves_a_run_and_is_told_what_is_not_allowed(
    ended: dict[str, runfolio.Run], sdk: SDK, api: runfolio.Api, entity: str
) -> None:
    before = list(api.run(f"{entity}/ends/normal").state_changes())

    moves = [("kill", "pending"), ("kill", "failed"), ("normal", "pending")]
    read = sdk.run("read_states", project=f"{entity}/ends", runs=[], moves=moves, stopped=["normal", "stop"])

    assert [True, "failed"] == read["moved"]["kill"]
    assert "invalid state transition: the run is finished" in read["moved"]["normal"][0]
    changes = [(change.state, change.cause) for change in api.run(f"{entity}/ends/kill").state_changes()]
    assert [("pending", "requeue"), ("failed", "give_up")] == changes[-2:]
    assert before == list(api.run(f"{entity}/ends/normal").state_changes())
    assert not api.run(f"{entity}/ends/stop").stop()


def test_a_run_whose_network_was_cut_has_crashed_and_runs_again(sdk: SDK, api: runfolio.Api, entity: str) -> None:
    port = urlsplit(sdk.server.base_url).port
    assert port is not None
    path = f"{entity}/ends/cut"
    with network_to(port) as network:
        process = _start(sdk, "cut", WANDB_BASE_URL=f"http://127.0.0.1:{network.port}")
        _until(lambda: _has_rows(api, path), "rows")
        network.cut()
        _until(lambda: api.run(path).state == "crashed", "the silence is told")
        network.mend()
        _until(lambda: api.run(path).state == "running", "it is heard from again")
        (sdk.home / "end-cut").touch()
        sdk.finish(process)

    run = api.run(path)
    log = list(run.state_changes())
    assert ["running", "crashed", "running", "finished"] == [change.state for change in log]
    # It may send its config again before its rows.
    assert ("silence", "exit") == (log[1].cause, log[3].cause)
    assert log[2].cause in ("batch", "start")
    rows = [row["number"] for row in run.scan_history()]
    assert list(range(len(rows))) == rows


def test_a_server_that_was_away_declares_no_run_crashed(
    serving: Serving, sdk: SDK, api: runfolio.Api, entity: str
) -> None:
    path = f"{entity}/ends/away"
    process = _start(sdk, "away")
    _until(lambda: _has_rows(api, path), "rows")

    serving.stop()
    serving.start()
    seen = api.run(path).last_step or 0
    _until(lambda: _has_rows(api, path, seen), "rows after a restart")
    serving.stop()
    time.sleep(SILENCE_S + 2)
    serving.start()
    seen = api.run(path).last_step or 0
    # Several looks of the worker, all before the silence has passed that counts.
    time.sleep(SILENCE_S / 2)
    state = api.run(path).state
    _until(lambda: _has_rows(api, path, seen), "rows after it was down")
    (sdk.home / "end-away").touch()
    sdk.finish(process)

    run = api.run(path)
    assert "running" == state
    assert [("running", "start"), ("finished", "exit")] == [
        (change.state, change.cause) for change in run.state_changes()
    ]
    rows = [row["number"] for row in run.scan_history()]
    assert list(range(len(rows))) == rows
