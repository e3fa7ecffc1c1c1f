"""What people do to states: a run is asked to stop, sent back to wait, given up; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.worker.crash_detection import mark_silent_runs
from tests.service import Answer, Service

STOP = """mutation($id: ID!) { stopRun(input: {id: $id}) { success isAsked message
  run { state stopRequested } } }"""
MOVE = (
    "mutation($id: ID!, $state: String!) { updateRunState(input: {id: $id, state: $state}) { success run { state } } }"
)
LOG = """query($run: String!) { project(name: "p") { run(name: $run) { state stopRequested exitCode
  stateChanges { edges { node { state cause reason user { username } } } } } } }"""


async def _run(service: Service, name: str) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(LOG, run=name)).data["project"]["run"]
    return found


async def _stop(service: Service, node_id: str, user: str = "ada") -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(STOP, user, id=node_id)).data["stopRun"]
    return found


async def _move(service: Service, node_id: str, state: str, user: str = "ada") -> Answer:
    return await service.graphql(MOVE, user, id=node_id, state=state)


async def _go_silent(service: Service, name: str) -> None:
    async with service.database.connection() as connection:
        await connection.script(f"UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE name = '{name}'")
    assert 1 == await mark_silent_runs(service.database, 300)


async def _events(service: Service, name: str, kind: str) -> int:
    async with service.database.connection() as connection:
        found: int = await connection._raw.fetchval(
            "SELECT count(*) FROM run_event JOIN runs USING (run_id) WHERE name = $1 AND kind = $2", name, kind
        )
    return found


async def test_a_run_that_is_asked_to_stop_is_told_with_each_batch_and_ends_as_killed(service: Service) -> None:
    node_id = (await service.start_run("stops"))["id"]
    before = (await service.stream("ada/p/stops", {})).body["stopped"]

    first, again = await _stop(service, node_id), await _stop(service, node_id)
    told = [(await service.stream("ada/p/stops", {})).body["stopped"] for _ in range(2)]
    await service.stream("ada/p/stops", {"complete": True, "exitcode": 255})

    assert first == again
    assert (True, True, {"state": "running", "stopRequested": True}) == (
        first["success"],
        first["isAsked"],
        first["run"],
    )
    assert (False, [True, True]) == (before, told)
    assert ("killed", 255) == ((run := await _run(service, "stops"))["state"], run["exitCode"])
    assert 1 == await _events(service, "stops", "run_stop_requested")


@pytest.mark.parametrize(("code", "state"), [(0, "finished"), (1, "failed"), (254, "crashed"), (255, "killed")])
async def test_a_stop_of_a_run_that_has_ended_says_so_and_changes_nothing(
    service: Service, code: int, state: str
) -> None:
    name = f"ended-{code}"
    node_id = (await service.start_run(name))["id"]
    await service.stream(f"ada/p/{name}", {"complete": True, "exitcode": code})
    before = await _run(service, name)

    answer = await _stop(service, node_id)

    assert (True, False, {"state": state, "stopRequested": False}) == (
        answer["success"],
        answer["isAsked"],
        answer["run"],
    )
    assert f"The run has ended already: it is {state}, and nothing was changed." == answer["message"]
    assert before == await _run(service, name)
    assert 0 == await _events(service, name, "run_stop_requested")


async def test_a_run_that_never_answers_a_stop_is_crashed_with_the_reason_and_who_asked(service: Service) -> None:
    await _stop(service, (await service.start_run("mute"))["id"])
    await _go_silent(service, "mute")

    run = await _run(service, "mute")

    last = run["stateChanges"]["edges"][-1]["node"]
    assert ("crashed", "STOP", {"username": "ada"}) == (last["state"], last["cause"], last["user"])
    assert "It was asked to stop, and was not heard from for more than 300 seconds." == last["reason"]


async def test_a_crashed_run_that_speaks_again_is_still_told_to_stop_and_one_taken_up_is_not(service: Service) -> None:
    await _stop(service, (await service.start_run("back"))["id"])
    await _go_silent(service, "back")
    back = (await service.stream("ada/p/back", {})).body["stopped"]
    await _go_silent(service, "back")
    await service.start_run("back")

    assert (True, False) == (back, (await service.stream("ada/p/back", {})).body["stopped"])


async def test_a_run_that_waits_is_told_to_stop_when_it_begins(service: Service) -> None:
    answer = await _stop(service, (await service.start_run("waits", state="pending"))["id"])
    await service.start_run("waits")

    assert ("pending", True) == (answer["run"]["state"], answer["isAsked"])
    assert (await service.stream("ada/p/waits", {})).body["stopped"]


async def test_a_run_that_is_sent_back_forgets_that_it_was_asked_to_stop(service: Service) -> None:
    node_id = (await service.start_run("again"))["id"]
    await _stop(service, node_id)
    await _go_silent(service, "again")

    assert {"state": "pending"} == (await _move(service, node_id, "pending")).data["updateRunState"]["run"]
    await service.start_run("again")
    assert not (await service.stream("ada/p/again", {})).body["stopped"]


async def test_a_state_that_does_not_follow_is_refused_with_those_that_may(service: Service) -> None:
    node_id = (await service.start_run("done"))["id"]
    await service.stream("ada/p/done", {"complete": True, "exitcode": 0})

    answer = await _move(service, node_id, "pending")

    assert 400 == answer.status
    assert (
        "invalid state transition: the run is finished; it can become pending when it is "
        "running or failed or crashed or preempted"
    ) == answer.error["message"]
    assert ["running", "failed", "crashed", "preempted"] == answer.error["extensions"]["allowed"]
    assert "finished" == (await _run(service, "done"))["state"]


async def test_a_repeated_move_is_one(service: Service) -> None:
    node_id = (await service.start_run("twice"))["id"]

    moved = [(await _move(service, node_id, "failed")).data["updateRunState"]["success"] for _ in range(2)]

    assert [True, True] == moved
    changes = [edge["node"] for edge in (await _run(service, "twice"))["stateChanges"]["edges"]]
    assert [("running", "START"), ("failed", "GIVE_UP")] == [(change["state"], change["cause"]) for change in changes]


@pytest.mark.parametrize("state", ["running", "finished", "Killed", "", "x" * 5000])
async def test_no_other_state_can_be_given_so(service: Service, state: str) -> None:
    answer = await _move(service, (await service.start_run("other"))["id"], state)

    assert (400, ["pending", "failed"]) == (answer.status, answer.error["extensions"]["allowed"])
    assert len(answer.error["message"]) < 400


async def test_a_run_of_a_sweep_is_not_moved(service: Service) -> None:
    answer = await _move(service, (await service.start_run("trial", sweep="s1"))["id"], "failed")

    assert (400, "input.id") == (answer.status, answer.error["extensions"]["path"])


async def test_somebody_else_s_run_is_as_one_that_is_not_there(service: Service) -> None:
    node_id = (await service.start_run("mine"))["id"]
    for document, more in ((STOP, {}), (MOVE, {"state": "failed"})):
        answer = await service.graphql(document, "bob", id=node_id, **more)

        assert (404, "NOT_FOUND") == (answer.status, answer.error["extensions"]["code"])
    assert (False, "running") == ((run := await _run(service, "mine"))["stopRequested"], run["state"])
