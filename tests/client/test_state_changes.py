"""The states that a run came into, what is done to them, and its alerts, by the sync client from a real server."""

from __future__ import annotations

from datetime import UTC

import pytest

from runfolio import Alert, Api, BadRequestError, StateChange
from tests.client.builders import Logger
from tests.client.full_run import api, logger

__all__ = ["api", "logger"]

# The fixtures that make databases are async.
pytestmark = pytest.mark.usefixtures("anyio_backend")


def test_a_run_tells_the_states_that_it_came_into(api: Api, logger: Logger) -> None:
    path = logger.run("states", exit_code=3)
    changes = api.run(path).state_changes(per_page=1)

    first, second = changes
    assert StateChange("running", None, "start", "Somebody made it, or took it up again.", first.at, "ada") == first
    assert ("failed", "running", "exit", "ada") == (second.state, second.previous_state, second.cause, second.user)
    assert "Its process ended with the exit code 3." == second.reason
    assert api.run(path).created_at <= first.at < second.at
    assert UTC == first.at.tzinfo
    assert 2 == len(changes)


def test_a_stop_says_whether_it_was_any_use(api: Api, logger: Logger) -> None:
    path = logger.run("stopped", exit_code=0)
    living, ended = api.run(logger.run("asked", exit_code=None)), api.run(path)

    assert (True, "running", True) == (living.stop(), living.state, living.stop_requested)
    assert (False, "finished", False) == (ended.stop(), ended.state, ended.stop_requested)


def test_a_run_raises_alerts_and_lists_them(api: Api, logger: Logger) -> None:
    run = api.run(logger.run("alerts"))

    raised = [run.alert("low", "for 5 epochs", level="WARN"), run.alert("low"), run.alert("low", wait_duration=0)]

    assert raised[1] is None
    assert [raised[0], raised[2]] == list(run.alerts(per_page=1))
    first = run.alerts()[0]
    assert Alert(run.id, 1, "low", "for 5 epochs", "WARN", first.at, "ada") == first
    assert 2 == len(run.alerts())
    everything = api.project(run.project).alerts(per_page=1)
    assert [raised[2], raised[0]] == [alert for alert in everything if alert.run_id == run.id]


def test_a_run_is_sent_back_to_wait_or_given_up(api: Api, logger: Logger) -> None:
    failed = api.run(logger.run("moved", exit_code=1))
    failed.update_state("pending")
    waiting = failed.state
    failed.update_state("failed")

    assert ("pending", "failed") == (waiting, failed.state)
    assert ["requeue", "give_up"] == [change.cause for change in failed.state_changes()][-2:]
    with pytest.raises(BadRequestError, match="invalid state transition: the run is finished"):
        api.run(logger.run("over", exit_code=0)).update_state("failed")
