"""What was deleted long enough ago is freed, told, and nothing else; however often the worker is killed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from runfolio_server.ingest.compact import compact_stream
from runfolio_server.sql.runs.purge import PURGE_HISTORY, PURGE_OBJECTS, PURGE_ROWS
from runfolio_server.sql.table_kinds import DISTRIBUTED
from runfolio_server.worker.purge import purge_once, purge_run, purge_steps
from tests.server.swept_store import directory_of, hour_passes, metrics, run_id_of, script, sweep, upload
from tests.service import Service

DELETE = "mutation($p: String!, $i: [ID!]!) { deleteRuns(input: {projectName: $p, ids: $i}) { count } }"
UNDELETE = (
    "mutation($p: String!, $i: [ID!]!) { undeleteRuns(input: {projectName: $p, ids: $i}) {"
    " count refused { message } } }"
)
DELETED = "query($p: String) { project(name: $p) { deletedRuns { edges { node { name purgedAt freedBytes } } } } }"
# What of a run outlives its purge: that it was, that it is deleted, its log of states, and objects still to be swept.
KEPT = {"runs", "run_deletion", "run_event", "unused_object"}


async def full_run(service: Service, name: str, project: str = "p") -> str:
    """A run that has something in every table that a run of ours can fill by itself; its node id."""
    node_id: str = (await service.start_run(name, project, config='{"lr": {"value": 1}}', notes="n" * 50))["id"]
    path = f"ada/{project}/{name}"
    await service.log(path, 0, [f'{{"_step":{step},"loss":{step}}}' for step in range(300)])
    await service.stream(path, {"files": {"output.log": {"offset": 0, "content": ["2026-01-01T00:00:00 printed"] * 3}}})
    if project == "p":
        await upload(service, name, "model.bin", b"w" * 1000)
    run_id = await run_id_of(service, name)
    assert await compact_stream(service.database, run_id, "history", "", 0)
    await service.log(path, 300, ['{"_step":300}'])
    await script(
        service,
        f"INSERT INTO run_document VALUES ('{run_id}', 'config', 'w', '{{}}');"
        f" INSERT INTO history_export VALUES ('{run_id}', 2, NULL);"
        f" INSERT INTO artifact_use (run_id, artifact_id, direction) VALUES ('{run_id}', 1, 'input')",
    )
    return node_id


def stored_files(service: Service, run_id: UUID) -> list[str]:
    """The objects of a run."""
    return [path.name for path in (directory_of(service) / "run" / str(run_id)).rglob("*") if path.is_file()]


async def rows_by_table(service: Service, run_id: UUID) -> dict[str, int]:
    """How many rows each table has of a run."""
    found = {}
    async with service.database.connection() as connection:
        for table, column in DISTRIBUTED.items():
            found[table] = await connection._raw.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", run_id)
    return found


async def days_pass(service: Service, days: int = 8) -> None:
    """As if what is deleted had been deleted earlier."""
    await script(
        service,
        f"UPDATE runs SET deleted_at = deleted_at - interval '{days} days';"
        f" UPDATE run_deletion SET deleted_at = deleted_at - interval '{days} days';"
        f" UPDATE projects SET deleted_at = deleted_at - interval '{days} days'",
    )


async def told(service: Service, project: str) -> dict[str, dict[str, Any]]:
    nodes = (await service.graphql(DELETED, p=project)).data["project"]["deletedRuns"]["edges"]
    return {edge["node"]["name"]: edge["node"] for edge in nodes}


async def test_a_purged_run_leaves_its_tombstone_alone_and_the_amount_is_told(service: Service) -> None:
    gone, stays = await full_run(service, "gone"), await full_run(service, "stays")
    gone_id, stays_id = await run_id_of(service, "gone"), await run_id_of(service, "stays")
    before = await rows_by_table(service, stays_id)
    await service.graphql(DELETE, p="p", i=[gone])
    await days_pass(service)
    counted = await metrics(service)

    freed = await purge_once(service.database, 7, step_rows=2)

    left = await rows_by_table(service, gone_id)
    assert {table: 0 for table in DISTRIBUTED if table not in KEPT} == {
        table: count for table, count in left.items() if table not in KEPT
    }
    assert (1, 1, 1) == (left["runs"], left["run_deletion"], left["unused_object"])
    assert before == await rows_by_table(service, stays_id)
    # The file, the lines printed, the documents, and history beside them.
    assert freed > 1000 + 3 * len("printed") + 50
    assert freed == (await told(service, "p"))["gone"]["freedBytes"]
    now = await metrics(service)
    assert (1, freed) == tuple(
        now[name] - counted[name] for name in ("runfolio_purged_runs_total", "runfolio_purged_bytes_total")
    )
    assert 0 == now["runfolio_deleted_runs"]
    refused = await service.graphql(UNDELETE, p="p", i=[gone])
    assert 0 == refused.data["undeleteRuns"]["count"]
    assert "what it had is gone" in refused.data["undeleteRuns"]["refused"][0]["message"]
    started = await service.graphql('mutation { upsertBucket(input: {name: "gone", modelName: "p"}) { inserted } }')
    assert (410, "choose another.") == (started.status, started.error["message"].rpartition("; ")[2])
    assert 0 == await purge_once(service.database, 7)
    assert stays


async def test_the_bytes_of_its_files_are_deleted_by_the_sweep(service: Service) -> None:
    node_id = await full_run(service, "filed")
    run_id = await run_id_of(service, "filed")
    before = stored_files(service, run_id)
    await service.graphql(DELETE, p="p", i=[node_id])
    await days_pass(service)

    await purge_once(service.database, 7)
    await hour_passes(service)
    await sweep(service)

    assert (1, []) == (len(before), stored_files(service, run_id))


async def test_history_that_a_fork_reads_stays_until_the_fork_is_purged_too(service: Service) -> None:
    ids = [await full_run(service, name) for name in ("parent", "fork")]
    parent, fork = [await run_id_of(service, name) for name in ("parent", "fork")]
    await script(
        service,
        f"INSERT INTO shared_stream VALUES ('{parent}', '{fork}', 'history', '', 0, '{fork}', 9, 9);"
        f" UPDATE run_stream SET inherits = ARRAY['{parent}'::uuid] WHERE run_id = '{fork}' AND stream = 'history'",
    )
    await service.graphql(DELETE, p="p", i=ids[:1])
    await days_pass(service)

    await purge_once(service.database, 7)

    left = await rows_by_table(service, parent)
    assert left["history_chunk"] > 0 < left["run_stream"]
    assert (0, 0) == (left["console_line"], left["run_files"])
    assert (await told(service, "p"))["parent"]["purgedAt"] is None
    await service.graphql(DELETE, p="p", i=ids[1:])
    await days_pass(service)
    # The fork, and then the parent.
    await purge_once(service.database, 7)
    await purge_once(service.database, 7)
    for run_id in (parent, fork):
        left = await rows_by_table(service, run_id)
        assert (0, 0, 0) == (left["history_chunk"], left["run_stream"], left["shared_stream"])


async def test_what_was_deleted_within_the_days_stays(service: Service) -> None:
    node_id = await full_run(service, "recent")
    await service.graphql(DELETE, p="p", i=[node_id])
    before = await rows_by_table(service, await run_id_of(service, "recent"))

    assert 0 == await purge_once(service.database, 7)

    assert before == await rows_by_table(service, await run_id_of(service, "recent"))
    assert 1 == (await service.graphql(UNDELETE, p="p", i=[node_id])).data["undeleteRuns"]["count"]


@pytest.mark.parametrize("steps", [1, 4, 9])
async def test_a_purge_that_was_killed_goes_on_and_tells_each_byte_once(service: Service, steps: int) -> None:
    whole, cut = f"whole-{steps}", f"cut-{steps}"
    ids = [await full_run(service, name) for name in (whole, cut)]
    await service.graphql(DELETE, p="p", i=ids)
    await days_pass(service)
    run_id = await run_id_of(service, cut)
    await script(service, f"UPDATE run_deletion SET purge_began_at = now() WHERE run_id = '{run_id}'")
    async for _ in purge_steps(service.database, run_id, (*PURGE_ROWS, *PURGE_OBJECTS, *PURGE_HISTORY), step_rows=2):
        steps -= 1
        if not steps:
            break

    refused = (await service.graphql(UNDELETE, p="p", i=[ids[1]])).data["undeleteRuns"]
    await purge_once(service.database, 7)

    assert 0 == refused["count"]
    amounts = {name: run["freedBytes"] for name, run in (await told(service, "p")).items() if name in (whole, cut)}
    assert amounts[whole] == amounts[cut] > 1000
    # Another worker that comes later finds nothing to do.
    assert await purge_run(service.database, run_id) is None


async def test_the_runs_of_a_project_that_was_deleted_long_ago_are_purged_and_it_does_not_come_back(
    service: Service,
) -> None:
    await full_run(service, "inside", "old project")
    run_id = await run_id_of(service, "inside")
    answer = await service.graphql('{ project(name: "old project") { id } }')
    node_id = answer.data["project"]["id"]
    await service.graphql("mutation($i: ID!) { deleteProject(input: {id: $i}) { success } }", i=node_id)

    assert 0 == await purge_once(service.database, 7)
    await days_pass(service)
    assert 0 < await purge_once(service.database, 7)

    left = await rows_by_table(service, run_id)
    assert (0, 0, 1) == (left["history_chunk"], left["history_tail"], left["runs"])
    restored = await service.graphql(
        "mutation($i: ID!) { restoreProject(input: {id: $i}) { project { id } } }", i=node_id
    )
    assert (410, "GONE") == (restored.status, restored.error["extensions"]["code"])
