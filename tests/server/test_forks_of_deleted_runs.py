"""Forks and branches outlive the deletion and the move of the runs whose rows they read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.worker.purge import purge_once
from tests.history_service import compact_some, log_rows
from tests.server.swept_store import run_id_of, script
from tests.service import Service

REWIND = "mutation($i: RewindHistoryInput!) { rewindHistory(input: $i) { isCut run { id } } }"
MOVE = "mutation($i: MoveRunInput!) { moveRun(input: $i) { run { id } } }"
COPY = "mutation($i: CopyRunInput!) { copyRun(input: $i) { run { id } } }"
DELETE = "mutation($i: ID!) { deleteRun(input: {id: $i}) { success } }"
BRANCHES = (
    "query($p: String, $r: String!) { project(name: $p) { run(name: $r) { lastStep"
    " branches { edges { node { step rowCount historyRows { rows } } } } } } }"
)


async def ended(service: Service, name: str, steps: range, **fields: Any) -> str:
    """A run of project p that has logged these steps and finished; its node id."""
    bucket = await service.start_run(name, "p", **fields)
    node_id, line = str(bucket["id"]), int(bucket["historyLineCount"])
    await log_rows(service, f"ada/p/{name}", [{"_step": step, "loss": step} for step in steps], line, batch=7)
    await service.stream(f"ada/p/{name}", {"files": {}, "complete": True, "exitcode": 0})
    return node_id


def fork_of(name: str, step: int) -> str:
    """The config of a fork, as the SDK sends it."""
    return json.dumps({"_wandb": {"value": {"branch_point": {"run_id": name, "step": step}}}})


async def steps(service: Service, name: str, project: str = "p") -> list[int]:
    return [json.loads(row)["_step"] for row in await service.rows(project, name)]


async def branches(service: Service, name: str, project: str = "p") -> Any:
    return (await service.graphql(BRANCHES, p=project, r=name)).data["project"]["run"]


async def long_ago(service: Service, *names: str) -> None:
    """Delete these runs, and purge what was deleted."""
    for name in names:
        answer = await service.graphql('query($r: String!) { project(name: "p") { run(name: $r) { id } } }', r=name)
        await service.graphql(DELETE, i=answer.data["project"]["run"]["id"])
    await script(service, "UPDATE run_deletion SET deleted_at = deleted_at - interval '8 days'")
    await purge_once(service.database, 7)


async def count(service: Service, table: str, name: str) -> int:
    run_id = await run_id_of(service, name)
    async with service.database.connection() as connection:
        found: int = await connection._raw.fetchval(f"SELECT count(*) FROM {table} WHERE run_id = $1", run_id)
    return found


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_a_fork_of_a_fork_keeps_its_rows_until_it_is_purged_itself(service: Service, is_compacted: bool) -> None:
    names = [f"{name}-{is_compacted}" for name in ("parent", "fork", "grandchild")]
    await ended(service, names[0], range(20))
    await ended(service, names[1], range(11, 15), config=fork_of(names[0], 10))
    await ended(service, names[2], range(13, 16), config=fork_of(names[1], 12))
    if is_compacted:
        await compact_some(service.database)
    whole = [*range(13), 13, 14, 15]
    assert whole == await steps(service, names[2])

    await long_ago(service, *names[:2])

    assert whole == await steps(service, names[2])
    assert await count(service, "run_stream", names[0])
    await long_ago(service, names[2])
    await purge_once(service.database, 7)
    for name in names:
        for table in ("run_stream", "history_tail", "history_chunk", "shared_stream"):
            assert 0 == await count(service, table, name), (table, name)


async def test_a_fork_and_a_rewound_run_are_moved_and_copied_with_their_rows_and_branches(service: Service) -> None:
    await service.start_run("other", "to")
    await ended(service, "origin", range(20))
    await ended(service, "twig", range(11, 18), config=fork_of("origin", 10))
    node_id = (await service.graphql('{ project(name: "p") { run(name: "twig") { id } } }')).data["project"]["run"][
        "id"
    ]
    await service.graphql(REWIND, i={"id": node_id, "step": 14})
    await ended(service, "twig", range(15, 17))
    rows, told = await steps(service, "twig"), await branches(service, "twig")
    assert (1, [*range(17)]) == (len(told["branches"]["edges"]), rows)

    await service.graphql(COPY, i={"id": node_id, "projectName": "to", "name": "copy"})
    moved = await service.graphql(MOVE, i={"id": node_id, "projectName": "to"})
    assert moved.data
    await long_ago(service, "origin")
    await purge_once(service.database, 7)

    for name in ("copy", "twig"):
        assert rows == await steps(service, name, "to")
        assert told == await branches(service, name, "to")
    # The source of the move is purged, and what the copies read is not.
    assert 0 == await count(service, "run_branch", "origin")
