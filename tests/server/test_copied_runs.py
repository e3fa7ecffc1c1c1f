"""Runs copied and moved to other projects: all that they have, in one place at every moment, whoever is killed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from runfolio_server.actions.runs.copying import Hold, _begin, _copy_table, _show, _state
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.ingest.compact import compact_stream
from runfolio_server.sql.projects.projects import SELECT_PROJECT_BY_NAME
from runfolio_server.sql.runs.copied_tables import COPIED_TABLES, RUN_COLUMNS
from runfolio_server.sql.runs.copies import SELECT_RUN_COPY, TAKE_COPY
from runfolio_server.sql.runs.runs import SELECT_VISIBLE_RUN
from runfolio_server.sql.table_kinds import DISTRIBUTED
from runfolio_server.worker.copies import finish_copies_once
from runfolio_server.worker.purge import purge_once
from tests.server.swept_store import contents, run_id_of, script, upload
from tests.service import Answer, Service

MOVE = "mutation($i: MoveRunInput!) { moveRun(input: $i) { run { id name } } }"
COPY = "mutation($i: CopyRunInput!) { copyRun(input: $i) { run { id name } } }"
RUN = (
    "query($p: String, $r: String!) { project(name: $p) { run(name: $r) { displayName state config summaryMetrics tags"
    " group notes exitCode createdAt finishedAt systemMetrics consoleLines(first: 10) { lines { line level } }"
    " files { edges { node { name md5 directUrl } } } stateChanges { edges { node { state cause } } } } } }"
)
# What of a run stays with it, or is made anew, and why.
NOT_COPIED = {
    "runs": "by SHOW_COPY",
    "shared_stream": "by copy_inherited and copy_branches",
    "run_fork": "by copy_fork",
    "run_event": "by copy_events",
    "run_files": "with their bytes",
    "untold_start": "of a process that is starting, and the run has ended",
    "history_file": "made anew",
    "history_export": "made anew",
    "run_deletion": "it is of the source",
    "unused_object": "it is of the source",
}


async def ended_run(service: Service, name: str, project: str) -> str:
    """A run that has something of all that readers see, in tail and chunks; its node id."""
    node_id: str = (
        await service.start_run(
            name, project, config='{"lr": {"value": 1}}', displayName="mine", groupName="g", notes="n", tags=["t"]
        )
    )["id"]
    path = f"ada/{project}/{name}"
    await service.log(path, 0, [f'{{"_step":{step},"loss":{step}}}' for step in range(1200)])
    await service.stream(path, {"files": {"output.log": {"offset": 0, "content": ["2026-01-01T00:00:00 printed"]}}})
    assert await compact_stream(service.database, await run_id_of(service, name), "history", "", 0)
    await service.log(path, 1200, ['{"_step":1200,"loss":-1}'])
    summary = {"offset": 0, "content": ['{"loss":-1}']}
    await service.stream(path, {"files": {"wandb-summary.json": summary}, "complete": True, "exitcode": 0})
    return node_id


async def seen(service: Service, project: str, name: str) -> dict[str, Any] | None:
    """All that a reader sees of a run but its node id and addresses; None: there is none."""
    run: dict[str, Any] | None = (await service.graphql(RUN, p=project, r=name)).data["project"]["run"]
    if run is None:
        return None
    run["rows"] = await service.rows(project, name)
    for edge in run["files"]["edges"]:
        edge["node"]["directUrl"] = (await service.http.get(edge["node"]["directUrl"])).content.decode()
    return run


async def ask(service: Service, document: str, user: str = "ada", **given: Any) -> Answer:
    return await service.graphql(document, user, i=given)


async def test_every_column_of_every_table_by_run_is_copied_or_has_a_reason_not_to(service: Service) -> None:
    async with service.database.connection() as connection:
        rows = await connection._raw.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
    columns: dict[str, set[str]] = {}
    for row in rows:
        columns.setdefault(row["table_name"], set()).add(row["column_name"])

    assert set(DISTRIBUTED) == {table.name for table in COPIED_TABLES} | set(NOT_COPIED)
    for table in COPIED_TABLES:
        assert columns[table.name] - {"run_id", "lease"} == {*table.key, *table.columns}, table.name
    assert columns["runs"] - {"run_id", "project_id", "name", "deleted_at"} == set(RUN_COLUMNS)


async def test_a_moved_run_is_what_it_was_and_its_id_stays_taken_where_it_was(service: Service) -> None:
    await service.start_run("other", "to")
    node_id = await ended_run(service, "moved", "p")
    await upload(service, "moved", "model.bin", b"weights")
    before = await seen(service, "p", "moved")

    answers = [await ask(service, MOVE, id=node_id, projectName="to") for _ in range(2)]

    assert answers[0].data == answers[1].data
    assert answers[0].data["moveRun"]["run"]["id"] != node_id
    assert before == await seen(service, "to", "moved")
    assert await seen(service, "p", "moved") is None
    started = await service.graphql('mutation { upsertBucket(input: {name: "moved", modelName: "p"}) { inserted } }')
    assert 410 == started.status
    assert "log to 'ada/to/moved', where it was moved" in started.error["message"]
    listed = await service.graphql(
        '{ project(name: "p") { deletedRuns { edges { node { name movedTo canBeUndeleted } } } } }'
    )
    nodes = [edge["node"] for edge in listed.data["project"]["deletedRuns"]["edges"]]
    assert {"name": "moved", "movedTo": "ada/to/moved", "canBeUndeleted": False} in nodes
    # What is freed of the source is not the moved run's.
    await script(service, "UPDATE run_deletion SET deleted_at = deleted_at - interval '8 days'")
    await purge_once(service.database, 7)
    assert before == await seen(service, "to", "moved")
    # It goes on there.
    await service.start_run("moved", "to")
    assert 200 == (await service.log("ada/to/moved", 1201, ['{"_step":1201}'])).status


async def test_a_copied_run_is_another_one_of_its_own(service: Service) -> None:
    node_id = await ended_run(service, "first", "p")
    await upload(service, "first", "model.bin", b"weights")
    before = await seen(service, "p", "first")

    answers = [await ask(service, COPY, id=node_id, projectName="p", name="second") for _ in range(2)]
    unnamed = await ask(service, COPY, id=node_id, projectName="p")

    assert answers[0].data == answers[1].data
    assert unnamed.data["copyRun"]["run"]["name"] not in ("first", "second")
    assert before == await seen(service, "p", "first") == await seen(service, "p", "second")
    await service.graphql("mutation($i: ID!) { deleteRun(input: {id: $i}) { success } }", i=node_id)
    await purge_once(service.database, 0)
    assert before == await seen(service, "p", "second")
    assert {"model.bin": b"weights"} == await contents(service, "second")


async def test_a_copied_run_is_one_of_those_that_its_project_ever_had(service: Service) -> None:
    node_id = await ended_run(service, "numbered", "numbered")

    await ask(service, COPY, id=node_id, projectName="numbered")

    assert (await service.start_run("third", "numbered"))["displayName"].endswith("-3")


async def test_what_cannot_be_moved_is_told_and_stays(service: Service) -> None:
    living = (await service.start_run("living", "p"))["id"]
    ended = await ended_run(service, "ended", "p")
    await service.start_run("taken", "to")
    before = await seen(service, "p", "ended")

    for given, status, words in (
        ({"id": living, "projectName": "to"}, 409, "is running; stop it"),
        ({"id": ended, "projectName": "to", "name": "taken"}, 409, "'taken' is taken in 'to'"),
        ({"id": ended, "projectName": "p"}, 409, "is taken"),
        ({"id": ended, "projectName": "nowhere"}, 404, "There is no project"),
        ({"id": ended, "projectName": "to", "name": "a/b"}, 400, "contains"),
    ):
        answer = await ask(service, MOVE, **given)
        assert (status, True) == (answer.status, words in answer.error["message"]), answer
    await service.start_run("eves", "hers", "eve")
    for document in (MOVE, COPY):
        assert 404 == (await ask(service, document, "eve", id=ended, projectName="hers")).status
    assert before == await seen(service, "p", "ended")


async def _begun(service: Service, node_id: str, project: str) -> Hold:
    """A move that has begun and is held by somebody."""
    database = service.database
    viewer = await _viewer(service)
    async with database.transaction() as connection:
        source = await connection.row(SELECT_VISIBLE_RUN[Permission.DELETE], decode_uuid("Run", node_id), viewer)
        to = await connection.row(SELECT_PROJECT_BY_NAME[Permission.LOG], "ada", project, viewer)
        assert source is not None
        assert to is not None
        target = await _begin(connection, viewer, source, to, None, is_move=True)
        lease = await connection.row(TAKE_COPY, target, 60.0)
        job = await connection.row(SELECT_RUN_COPY, target)
    assert lease is not None
    assert job is not None
    return Hold(job, lease.lease)


async def _viewer(service: Service) -> Viewer:
    viewer, _ = await service.app.state.sign_in.caller(service.headers("ada")["Authorization"])
    found: Viewer = viewer
    return found


async def _finish(service: Service) -> None:
    """The worker finds what was left when the lease of whoever was killed is over."""
    await script(service, "UPDATE run_copy SET lease = NULL WHERE done_at IS NULL")
    assert 1 == await finish_copies_once(service.database, service.app.state.object_store)


@pytest.mark.parametrize("steps", range(0, len(COPIED_TABLES) + 1, 2))
async def test_a_move_that_was_killed_is_in_one_place_and_the_worker_carries_it_out(
    service: Service, steps: int
) -> None:
    name = f"killed-{steps}"
    await service.start_run("other", "to")
    node_id = await ended_run(service, name, "p")
    before = await seen(service, "p", name)
    hold = await _begun(service, node_id, "to")
    for table in COPIED_TABLES[:steps]:
        await _copy_table(service.database, hold, table)
    assert (before, None) == (await seen(service, "p", name), await seen(service, "to", name))

    await _finish(service)

    assert (None, before) == (await seen(service, "p", name), await seen(service, "to", name))
    assert 0 == await finish_copies_once(service.database, service.app.state.object_store)


async def test_a_source_that_changes_meanwhile_is_copied_anew(service: Service) -> None:
    await service.start_run("other", "to")
    node_id = await ended_run(service, "changing", "p")
    hold = await _begun(service, node_id, "to")
    async with service.database.connection() as connection:
        before = await _state(connection, hold.job.source_id)
    for table in COPIED_TABLES:
        await _copy_table(service.database, hold, table)
    # A late batch, and the worker's compaction.
    await service.log("ada/p/changing", 1201, ['{"_step":1201,"loss":7}'])
    while await compact_stream(service.database, hold.job.source_id, "history", "", 0):
        pass

    assert not await _show(service.database, hold, before)

    now = await seen(service, "p", "changing")
    await _finish(service)
    assert now is not None
    assert 1202 == len(now["rows"])
    assert now == await seen(service, "to", "changing")


async def test_a_source_that_is_deleted_meanwhile_leaves_the_name_free(service: Service) -> None:
    await service.start_run("other", "to")
    node_id = await ended_run(service, "lost", "p")
    hold = await _begun(service, node_id, "to")
    await _copy_table(service.database, hold, COPIED_TABLES[0])
    await service.graphql("mutation($i: ID!) { deleteRun(input: {id: $i}) { success } }", i=node_id)

    await _finish(service)

    left = await _rows(service, hold.job.target_id)
    assert dict.fromkeys(left, 0) == left
    assert "lost" == (await service.start_run("lost", "to"))["name"]


async def _rows(service: Service, run_id: UUID) -> dict[str, int]:
    found = {}
    async with service.database.connection() as connection:
        for table, column in DISTRIBUTED.items():
            found[table] = await connection._raw.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", run_id)
    return found
