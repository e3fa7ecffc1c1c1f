"""Logging through the client: every row once, in order, whatever the network does, and in bounded memory."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import numpy as np
import pytest

import runfolio
from runfolio._core import log_queue
from tests.live_server import LiveServer
from tests.server.running_serve import wait_until
from tests.wandb.scripts.every_kind import ROWS, row


@pytest.fixture(scope="module")
def api(live_server: LiveServer) -> Iterator[runfolio.Api]:
    """The sync client."""
    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key) as client:
        yield client


@pytest.fixture
async def async_api(live_server: LiveServer) -> AsyncIterator[runfolio.AsyncApi]:
    """The async client."""
    async with runfolio.AsyncApi(base_url=live_server.base_url, api_key=live_server.api_key) as client:
        yield client


class Unreliable(httpx.BaseTransport):
    """A network that stores what is sent and loses the answer, or answers that the server is away, as told."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()
        self.lose_answers = 0
        self.away = 0
        self.bodies: list[dict[str, Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read())
        is_append = "appendHistory" in body["query"]
        if is_append and self.away:
            self.away -= 1
            return httpx.Response(503, json={"errors": [{"message": "away", "extensions": {"code": "UNAVAILABLE"}}]})
        if is_append:
            self.bodies.append(body["variables"]["input"])
        response = self._inner.handle_request(request)
        if is_append and self.lose_answers:
            self.lose_answers -= 1
            response.read()
            response.close()
            raise httpx.ReadError("the answer was lost")
        return response

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def network() -> Unreliable:
    """A network that can be told to fail."""
    return Unreliable()


@pytest.fixture
def unreliable_api(live_server: LiveServer, network: Unreliable) -> Iterator[runfolio.Api]:
    """The sync client over that network."""
    with runfolio.Api(base_url=live_server.base_url, api_key=live_server.api_key, transport=network) as client:
        yield client


def test_what_is_logged_is_stored_in_order_and_the_run_ends(api: runfolio.Api) -> None:
    with api.create_run("ada/log", name="first", config={"lr": 0.1}, tags=["a"], group="g", notes="n") as run:
        for step in range(2500):
            run.log({"loss": 1 / (step + 1), "epoch": step // 100})

    rows = list(run.scan_history())
    assert list(range(2500)) == [found["_step"] for found in rows]
    assert [1 / (step + 1) for step in range(2500)] == [found["loss"] for found in rows]
    assert all({"_timestamp", "_runtime"} <= found.keys() for found in rows)
    assert ("finished", 0, "first", {"lr": 0.1}, ["a"], "g", "n") == (
        run.state,
        run.exit_code,
        run.name,
        run.config,
        run.tags,
        run.group,
        run.notes,
    )
    assert (24, 2499) == (run.summary["epoch"], run.summary["_step"])
    assert ("2499", 0) == (repr(run.last_step), run.rejected_line_count)


async def test_the_async_client_logs_the_same(async_api: runfolio.AsyncApi) -> None:
    async with await async_api.create_run("ada/log") as run:
        for step in range(2500):
            await run.log({"loss": step})
        await run.flush()
        flushed = [found["loss"] async for found in run.scan_history()]

    assert list(range(2500)) == flushed
    assert "finished" == run.state


def test_every_kind_of_value_comes_back(api: runfolio.Api) -> None:
    with api.create_run("ada/log") as run:
        for number in range(ROWS):
            run.log(row(number))

    found = [{key: one[key] for key in row(number)} for number, one in enumerate(run.scan_history())]

    assert [repr(row(number)) for number in range(ROWS)] == [repr(one) for one in found]


def test_a_step_may_be_given_and_the_next_row_goes_on_from_it(api: runfolio.Api) -> None:
    with api.create_run("ada/log") as run:
        run.log({"a": 1}, step=10)
        run.log({"a": 2})
        run.log({"a": 3, "_step": 20, "_timestamp": 5.0})
        run.log({"a": 4}, step=3)

    assert [(3, 4), (10, 1), (11, 2), (20, 3)] == [(found["_step"], found["a"]) for found in run.scan_history()]
    assert 5.0 == list(run.scan_history())[3]["_timestamp"]


def test_a_run_that_is_taken_up_again_goes_on_where_it_was(api: runfolio.Api) -> None:
    with api.create_run("ada/log", id="again") as first:
        first.log({"a": 1, "kept": True})
    with api.create_run("ada/log", id="again") as second:
        assert "running" == second.state
        second.log({"a": 2})

    run = api.run("ada/log/again")
    assert [(0, 1), (1, 2)] == [(found["_step"], found["a"]) for found in run.scan_history()]
    assert (2, True) == (run.summary["a"], run.summary["kept"])


def test_a_run_that_is_looked_up_can_be_logged_to(api: runfolio.Api) -> None:
    made = api.create_run("ada/log")

    run = api.run("/".join(made.path))
    run.log({"a": 1})
    run.finish(3)

    assert ("failed", 3) == (run.state, run.exit_code)
    assert [1] == [found["a"] for found in made.scan_history()]


def test_an_answer_that_is_lost_doubles_nothing(unreliable_api: runfolio.Api, network: Unreliable) -> None:
    network.lose_answers = 2
    network.away = 1

    with unreliable_api.create_run("ada/log") as run:
        for step in range(50):
            run.log({"a": step})

    assert list(range(50)) == [found["a"] for found in run.scan_history()]
    assert len(network.bodies) > len({body["offset"] for body in network.bodies})


def test_rows_wait_while_the_server_is_away(
    unreliable_api: runfolio.Api, network: Unreliable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runfolio._sync.writing.PAUSE_S", 0.05)
    # More than the transport tries by itself.
    network.away = 8

    with unreliable_api.create_run("ada/log") as run:
        run.log({"a": 1})

    assert [1] == [found["a"] for found in run.scan_history()]
    assert 0 == network.away


def test_who_logs_faster_than_can_be_sent_waits_and_the_queue_stays_bounded(
    unreliable_api: runfolio.Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_queue, "QUEUE_BYTES_MAX", 200_000)
    monkeypatch.setattr(log_queue, "DUE_BYTES", 20_000)
    largest = 0

    with unreliable_api.create_run("ada/log") as run:
        for step in range(2000):
            run.log({"a": step, "text": "x" * 1000})
            assert run._writer is not None
            largest = max(largest, run._writer._queue._rows_bytes + run._writer._queue._in_flight_bytes)

    assert list(range(2000)) == [found["a"] for found in run.scan_history(keys=["a"])]
    assert largest < 210_000


def test_what_the_server_refuses_is_told_at_the_next_call(api: runfolio.Api, live_server: LiveServer) -> None:
    run = api.create_run("ada/log")
    run.log({"a": 1})
    run.flush()
    api.query("mutation($i: DeleteRunsInput!) { deleteRuns(input: $i) { count } }", {"i": _only(run)})

    run.log({"a": 2})
    with pytest.raises(runfolio.LogError, match=r"no more of what was logged: The run id .* was deleted on") as refused:
        run.flush()
    with pytest.raises(runfolio.LogError):
        run.log({"a": 3})
    with pytest.raises(runfolio.LogError):
        run.finish()

    assert isinstance(refused.value.__cause__, runfolio.ConflictError)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"a": object()}, "the row cannot be sent as JSON: .*object"),
        ({"a": np.array([object(), 1])}, "the row cannot be sent as JSON: object is not a JSON value"),
        ([1], "The row is a list; allowed: a mapping of names to values"),
        (None, "The row is a NoneType; allowed: a mapping"),
        ({"a": "x" * (11 * 1024 * 1024)}, "bytes of JSON; allowed"),
        ({"_step": "one"}, "step is 'one'; allowed: an integer"),
        ({"_step": -1}, "step is -1; allowed: 0 and above"),
    ],
)
def test_what_is_no_row_is_refused_where_it_is_logged(api: runfolio.Api, bad: Any, error: str) -> None:
    with api.create_run("ada/log") as run:
        with pytest.raises((TypeError, ValueError), match=error):
            run.log(bad)
        run.log({"a": 1})

    assert [(0, 1)] == [(found["_step"], found["a"]) for found in run.scan_history()]


def test_a_value_that_changes_after_it_was_logged_is_stored_as_it_was(api: runfolio.Api) -> None:
    shared = {"list": [1], "dict": {"a": 1}}
    with api.create_run("ada/log") as run:
        run.log(shared)
        shared["list"].append(2)  # type: ignore[attr-defined]
        shared["dict"]["a"] = 2  # type: ignore[index]

    (found,) = run.scan_history()
    assert ([1], {"a": 1}) == (found["list"], found["dict"]) == (run.summary["list"], run.summary["dict"])


def test_a_block_that_fails_makes_the_run_failed_and_keeps_its_rows(api: runfolio.Api) -> None:
    run = api.create_run("ada/log")
    with pytest.raises(ZeroDivisionError), run:
        _log_and_fail(run)

    assert ("failed", 1) == (run.state, run.exit_code)
    assert [1] == [found["a"] for found in run.scan_history()]
    with pytest.raises(ValueError, match="The run was finished"):
        run.log({"a": 2})


def test_threads_may_log_to_one_run(api: runfolio.Api) -> None:
    def log_much() -> None:
        for _ in range(500):
            run.log({"a": 1})

    with api.create_run("ada/log") as run:
        threads = [threading.Thread(target=log_much) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert list(range(2000)) == [found["_step"] for found in run.scan_history()]


def test_a_run_that_is_told_to_stop_knows_so(api: runfolio.Api) -> None:
    with api.create_run("ada/log") as run:
        api.run("/".join(run.path)).stop()
        assert run.stop_requested is False
        run.log({"a": 1})
        run.flush()
        wait_until(lambda: run.stop_requested, "the run is told")


def _log_and_fail(run: runfolio.Run) -> None:
    run.log({"a": 1})
    run.log({"a": 1 / 0})


def _only(run: runfolio.Run) -> dict[str, Any]:
    return {"entityName": run.entity, "projectName": run.project, "ids": [run.storage_id]}
