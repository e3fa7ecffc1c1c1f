"""The clock of the client is a day off: states and durations are by the server's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import runfolio
from tests.server.running_serve import wait_until
from tests.wandb.sdk import SDK

DAY_S = 86_400


def _has_begun(api: runfolio.Api, path: str) -> bool:
    try:
        return api.run(path).state == "running" and "loss" in api.run(path).summary
    except runfolio.RunfolioError:
        return False


@pytest.mark.parametrize("ahead_s", [DAY_S, -DAY_S], ids=["a day ahead", "a day behind"])
def test_states_and_durations_are_right_whatever_the_clock_of_the_client(
    newest: SDK, api: runfolio.Api, ahead_s: int
) -> None:
    path = f"ada/clocks/off-{ahead_s}"
    began_at = datetime.now(UTC)
    process = newest.start("wrong_clock", run=f"off-{ahead_s}", part=0, ahead_s=ahead_s, exit_code=0)
    wait_until(lambda: _has_begun(api, path), "it logs")
    while_it_runs = api.run(path)
    (newest.home / f"go-on-off-{ahead_s}-0").touch()
    newest.finish(process)

    run = api.run(path)
    now = datetime.now(UTC)
    rows = list(run.scan_history())
    # The clock was wrong indeed: what the program says of the time is kept as it said it.
    assert abs(rows[0]["_timestamp"] - (began_at.timestamp() + ahead_s)) < 600
    assert ("running", "finished") == (while_it_runs.state, run.state)
    assert began_at - timedelta(seconds=2) <= run.created_at <= while_it_runs.heartbeat_at <= run.heartbeat_at <= now
    assert [("running", "start"), ("finished", "exit")] == [
        (change.state, change.cause) for change in run.state_changes()
    ]
    assert all(began_at <= change.at <= now for change in run.state_changes())
    in_time = api.runs("ada/clocks", filters={"$and": [{"name": run.id}, {"duration": {"$gte": 0, "$lt": 600}}]})
    assert [run.id] == [found.id for found in in_time]


@pytest.mark.parametrize("clocks", [(DAY_S, 0), (0, -DAY_S)], ids=["a day ahead", "a day behind"])
def test_a_run_is_taken_up_on_a_machine_whose_clock_is_before_the_first_ones_and_ends(
    newest: SDK, api: runfolio.Api, clocks: tuple[int, int]
) -> None:
    name = f"two-{clocks[1]}"
    path = f"ada/clocks/{name}"
    states = []
    for part, ahead_s in enumerate(clocks):
        process = newest.start("wrong_clock", run=name, part=part, ahead_s=ahead_s, exit_code=3 * part)
        wait_until(lambda: _has_begun(api, path), "it logs")
        rows = len(list(api.run(path).scan_history()))
        # The SDK tells when its process began some seconds later.
        wait_until(lambda rows=rows: len(list(api.run(path).scan_history())) > rows + 25, "it logs on")  # type: ignore[misc]
        states.append(api.run(path).state)
        (newest.home / f"go-on-{name}-{part}").touch()
        newest.finish(process)
        states.append(api.run(path).state)

    assert ["running", "finished", "running", "failed"] == states
