"""The log of a run's states: each that it came into, when and why, whichever way it came there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from runfolio_server.events.reader import BEGINNING, EventSource, read_events
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.worker.crash_detection import mark_silent_runs
from tests.service import Service

LOG = """query($run: String!, $first: Int, $after: String) { project(name: "p") { run(name: $run) { createdAt
  stateChanges(first: $first, after: $after) { totalCount edges { node { state previousState cause reason at
    user { username } } }
    pageInfo { hasNextPage endCursor } } } } }"""
UPDATE = (
    "mutation($id: String!, $state: String!) { upsertBucket(input: {id: $id, state: $state}) { bucket { state } } }"
)
MOVE = "mutation($id: ID!, $state: String!) { updateRunState(input: {id: $id, state: $state}) { run { state } } }"
DELETE = 'mutation($run: ID!) { deleteRuns(input: {projectName: "p", ids: [$run]}) { count } }'


async def _run(service: Service, name: str, first: int = 50, after: str | None = None) -> dict[str, Any]:
    answer = await service.graphql(LOG, run=name, first=first, after=after)
    found: dict[str, Any] = answer.data["project"]["run"]
    return found


async def _log(service: Service, name: str) -> list[tuple[str | None, str, str]]:
    edges = (await _run(service, name))["stateChanges"]["edges"]
    return [(edge["node"]["previousState"], edge["node"]["state"], edge["node"]["cause"]) for edge in edges]


async def _told(service: Service, name: str) -> list[tuple[str, str | None]]:
    """The reason of each change, and whose it is."""
    nodes = [edge["node"] for edge in (await _run(service, name))["stateChanges"]["edges"]]
    return [(node["reason"], node["user"] and node["user"]["username"]) for node in nodes]


async def _go_silent(service: Service, name: str) -> None:
    async with service.database.connection() as connection:
        await connection.script(f"UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE name = '{name}'")
    assert 1 == await mark_silent_runs(service.database, 300)


async def _kinds(service: Service, run_id: UUID) -> list[str]:
    cursor, kinds = BEGINNING, []
    async with service.database.connection() as connection:
        while (page := await read_events(connection, EventSource.RUNS, cursor)).events or page.is_waiting:
            kinds += [event.kind for event in page.events if event.object_id == run_id]
            cursor = page.cursor
    return kinds


async def test_the_log_tells_a_run_s_whole_life(service: Service) -> None:
    path = "ada/p/life"
    node_id = (await service.start_run("life"))["id"]
    await service.log(path, 0, ['{"_step":0}'])
    await _go_silent(service, "life")
    await service.stream(path, {})
    await service.stream(path, {"preempting": True})
    await service.stream(path, {"complete": True, "exitcode": 1})
    await service.start_run("life")
    await service.stream(path, {"complete": True, "exitcode": 0})
    assert (await service.graphql(UPDATE, id=node_id, state="failed")).data

    assert [
        (None, "running", "START"),
        ("running", "crashed", "SILENCE"),
        ("crashed", "running", "BATCH"),
        ("running", "preempting", "NOTICE"),
        ("preempting", "preempted", "EXIT"),
        ("preempted", "running", "START"),
        ("running", "finished", "EXIT"),
        ("finished", "failed", "UPDATE"),
    ] == await _log(service, "life")


async def test_the_log_tells_the_reason_of_each_change_and_who_brought_it_about(service: Service) -> None:
    path = "ada/p/who"
    node_id = (await service.start_run("who"))["id"]
    await _go_silent(service, "who")
    await service.stream(path, {})
    assert (await service.graphql(MOVE, id=node_id, state="pending")).data
    await service.log(path, 0, ['{"_step":0}'])
    await service.stream(path, {"complete": True, "exitcode": 137})
    assert (await service.graphql(UPDATE, id=node_id, state="finished")).data

    assert [
        ("Somebody made it, or took it up again.", "ada"),
        ("It was not heard from for more than 300 seconds.", None),
        ("It was heard from.", "ada"),
        ("It was sent back to wait for another process.", "ada"),
        ("It was heard from.", "ada"),
        ("Its process ended with the exit code 137.", "ada"),
        ("Somebody said which state it is in.", "ada"),
    ] == await _told(service, "who")


async def test_rows_and_ends_of_our_client_tell_who_it_was(service: Service) -> None:
    node_id = (await service.start_run("ours", state="pending"))["id"]
    append = "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) { rejectedCount } }"
    finish = "mutation($i: FinishRunInput!) { finishRun(input: $i) { run { state } } }"
    rows = {"runId": node_id, "writer": "w", "rows": ['{"loss": 1}'], "offset": 0}
    assert (await service.graphql(append, i=rows)).data
    assert (await service.graphql(finish, i={"id": node_id, "exitCode": 0})).data

    assert ["ada"] * 3 == [user for _, user in await _told(service, "ours")]


async def test_times_rise_from_the_making_on_to_the_microsecond(service: Service) -> None:
    await service.start_run("times")
    for exit_code in range(3):
        await service.stream("ada/p/times", {"complete": True, "exitcode": exit_code})
        await service.start_run("times")

    found = await _run(service, "times")
    times = [datetime.fromisoformat(edge["node"]["at"]) for edge in found["stateChanges"]["edges"]]

    assert 7 == len(set(times))
    assert sorted(times) == times
    assert datetime.fromisoformat(found["createdAt"]) <= times[0]
    assert any(time.microsecond % 1000 for time in times)


async def test_what_changes_no_state_writes_no_event(service: Service) -> None:
    node_id = (await service.start_run("quiet"))["id"]
    run_id = decode_uuid("Run", node_id)
    for line in range(3):
        await service.log("ada/p/quiet", line, ['{"loss":1}'])
    await service.stream("ada/p/quiet", {})
    await service.start_run("quiet", notes="again")
    assert (await service.graphql(UPDATE, id=node_id, state="running")).data
    assert 0 == await mark_silent_runs(service.database, 300)

    assert ["run_made"] == await _kinds(service, run_id)


async def test_a_repeated_exit_is_one_change(service: Service) -> None:
    await service.start_run("repeat")
    for exit_code in (0, 0, 1):
        await service.stream("ada/p/repeat", {"complete": True, "exitcode": exit_code})

    assert ["running", "finished"] == [state for _, state, _ in await _log(service, "repeat")]


async def test_a_state_that_is_given_at_the_start_is_the_first_one(service: Service) -> None:
    assert "pending" == (await service.start_run("given", state="pending"))["state"]
    await service.stream("ada/p/given", {})

    assert [(None, "pending", "UPDATE"), ("pending", "running", "BATCH")] == await _log(service, "given")


async def test_a_batch_that_is_refused_leaves_no_event(service: Service) -> None:
    await service.start_run("refused")
    # 65 gaps, and an exit: the batch is refused whole.
    for gap in range(1, 65):
        await service.log("ada/p/refused", 2 * gap, ["{}"])
    answer = await service.log("ada/p/refused", 200, ["{}"], complete=True, exitcode=0)

    assert 400 == answer.status
    assert [(None, "running", "START")] == await _log(service, "refused")


async def test_the_log_comes_in_pages(service: Service) -> None:
    await service.start_run("pages")
    for _ in range(2):
        await service.stream("ada/p/pages", {"complete": True, "exitcode": 0})
        await service.start_run("pages")

    pages, after = [], None
    while True:
        page = (await _run(service, "pages", first=2, after=after))["stateChanges"]
        pages.append([edge["node"]["state"] for edge in page["edges"]])
        assert 5 == page["totalCount"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert [["running", "finished"], ["running", "finished"], ["running"]] == pages


async def test_a_cursor_before_what_is_kept_is_told_as_that(service: Service) -> None:
    await service.start_run("swept")
    await service.stream("ada/p/swept", {"complete": True, "exitcode": 0})
    await service.start_run("swept")
    after = (await _run(service, "swept", first=1))["stateChanges"]["pageInfo"]["endCursor"]
    async with service.database.connection() as connection:
        await connection.script(
            "DELETE FROM run_event WHERE number <= 2 AND run_id = (SELECT run_id FROM runs WHERE name = 'swept')"
        )

    answer = await service.graphql(LOG, run="swept", after=after)

    assert (410, "CURSOR_EXPIRED", "after") == (
        answer.status,
        answer.error["extensions"]["code"],
        answer.error["extensions"]["path"],
    )
    assert ["running"] == [state for _, state, _ in await _log(service, "swept")]


async def test_a_run_that_is_deleted_is_told_once(service: Service) -> None:
    node_id = (await service.start_run("deleted"))["id"]
    for _ in range(2):
        assert (await service.graphql(DELETE, run=node_id)).data

    assert ["run_made", "run_deleted"] == await _kinds(service, decode_uuid("Run", node_id))
