"""What runs and projects had that were deleted long enough ago is freed, in bounded steps.

Each step is one transaction and can be repeated, by this worker or another: a kill anywhere costs nothing but a step.
The row of a run stays, so that its name stays taken and the list of deleted runs tells how much was freed. Objects are
listed as unused, and the sweep deletes their bytes an hour later (object_sweep.py says why not at once).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, Never
from uuid import UUID

from runfolio_server.actions.runs.deletion import mark_deleted
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.owner import OwnerKind
from runfolio_server.errors import Unavailable
from runfolio_server.events.writer import write_run_changes
from runfolio_server.seldom import Seldom
from runfolio_server.sql.named import Query
from runfolio_server.sql.objects.unused_objects import INSERT_UNUSED_OBJECTS
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects.deleted_projects import (
    BEGIN_PURGES_OF_PROJECTS,
    FINISH_PURGE_OF_PROJECT,
    FORGET_FORMER_NAMES,
    SELECT_PROJECTS_TO_PURGE,
    SELECT_RUNS_OF_PROJECT,
    DeletedProjectRow,
)
from runfolio_server.sql.runs.purge import (
    ADD_FREED_BYTES,
    ADD_PURGED_RUNS,
    BACKDATE_DELETIONS,
    BEGIN_PURGE,
    FINISH_PURGE,
    LET_GO_OF_SHARED,
    PURGE_HISTORY,
    PURGE_OBJECTS,
    PURGE_ROWS,
    PURGE_RUN,
    SELECT_BEGUN_PURGE,
    SELECT_HELD_RUNS,
    SELECT_IS_HELD,
    SELECT_RUNS_TO_PURGE,
    BegunPurgeRow,
    FreedRow,
)
from runfolio_server.worker.artifact_upkeep import delete_logged_artifacts

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

INTERVAL_S = 60.0
# Rows that one transaction deletes: of the largest, chunks, these have half a gigabyte at most.
STEP_ROWS = 1000
RUNS_AT_ONCE = 500


async def purge_forever(database: Database, kept_days: int) -> Never:
    """Purge what was deleted so many days ago, again and again."""
    while True:
        try:
            await purge_once(database, kept_days)
        except Unavailable as error:
            SELDOM.warning("The purge of deleted runs waits: %s", error)
        except Exception:
            # It is not urgent, and must not end the worker.
            LOGGER.exception("Deleted runs could not be purged")
        await asyncio.sleep(INTERVAL_S)


async def purge_once(database: Database, kept_days: int, *, step_rows: int = STEP_ROWS) -> int:
    """Purge what is due; the bytes that were freed of the runs that are done now."""
    await _delete_runs_of_projects(database, kept_days)
    freed, count = 0, 0
    after: tuple[datetime, UUID] = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
    while True:
        async with database.connection() as connection:
            due = await connection.rows(SELECT_RUNS_TO_PURGE, kept_days, *after, RUNS_AT_ONCE)
        for row in due:
            done = await purge_run(database, row.run_id, step_rows=step_rows)
            if done is not None:
                freed, count = freed + done, count + 1
        if len(due) < RUNS_AT_ONCE:
            break
        # Those of which something is left stay on the list.
        after = (due[-1].deleted_at, due[-1].run_id)
    if count:
        LOGGER.info("%d deleted runs purged, %d bytes freed", count, freed)
    return freed


async def purge_run(database: Database, run_id: UUID, *, step_rows: int = STEP_ROWS) -> int | None:
    """Free what a deleted run has; how many bytes in all, None: it came back, or something of it is left.

    Left is the history that forks of it read: it goes when the last of them is purged.
    """
    begun = await _begin(database, run_id)
    if begun is None:
        return None
    if begun.with_artifacts:
        await delete_logged_artifacts(database, run_id)
    async for _ in purge_steps(database, run_id, (*PURGE_ROWS, *PURGE_OBJECTS), step_rows=step_rows):
        pass
    if not await _let_go(database, run_id):
        return None
    async for _ in purge_steps(database, run_id, PURGE_HISTORY, step_rows=step_rows):
        pass
    async with database.transaction() as connection:
        row = await connection.row(PURGE_RUN, run_id)
        await connection.execute(ADD_FREED_BYTES, run_id, 0 if row is None else row.size)
        purged = await connection.row(FINISH_PURGE, run_id)
        if purged is None:
            return None
        await connection.execute(ADD_PURGED_RUNS, 1, purged.freed_bytes)
        await write_run_changes(connection, EventKind.RUN_PURGED, [run_id], None)
    return purged.freed_bytes


async def purge_steps(
    database: Database, run_id: UUID, statements: Sequence[Query[Any]], *, step_rows: int = STEP_ROWS
) -> AsyncIterator[int]:
    """Free the rows of a run whose purge has begun: how many rows each transaction has freed."""
    for statement in statements:
        is_full = True
        while is_full:
            async with database.transaction() as connection:
                gone: list[FreedRow] = await connection.rows(statement, run_id, step_rows)
                if statement in PURGE_OBJECTS:
                    await _list_unused(connection, run_id, gone)
                if gone:
                    await connection.execute(ADD_FREED_BYTES, run_id, sum(row.size for row in gone))
            yield len(gone)
            is_full = len(gone) == step_rows


async def _let_go(database: Database, run_id: UUID) -> bool:
    """The run reads no rows of others any more; whether none reads its own."""
    async with database.transaction() as connection:
        held = [row.run_id for row in await connection.rows(SELECT_HELD_RUNS, run_id)]
        await connection.execute(LET_GO_OF_SHARED, run_id, [*held, run_id])
        row = await connection.row(SELECT_IS_HELD, run_id)
    return row is not None and not row.is_held


async def _begin(database: Database, run_id: UUID) -> BegunPurgeRow | None:
    """From here on it cannot come back; None: there is nothing to purge."""
    async with database.transaction() as connection:
        await connection.execute(BEGIN_PURGE, run_id)
        return await connection.row(SELECT_BEGUN_PURGE, run_id)


async def _list_unused(connection: Connection, run_id: UUID, gone: list[Any]) -> None:
    await connection.execute(
        INSERT_UNUSED_OBJECTS,
        OwnerKind.RUN.value,
        [run_id] * len(gone),
        [row.object_key for row in gone],
        [row.size for row in gone],
    )


async def _delete_runs_of_projects(database: Database, kept_days: int) -> None:
    """Delete the runs of projects that were deleted long ago: they are then purged like all that were deleted so."""
    async with database.connection() as connection:
        await connection.execute(BEGIN_PURGES_OF_PROJECTS, kept_days)
        projects = await connection.rows(SELECT_PROJECTS_TO_PURGE)
    for project in projects:
        await _delete_runs_of_project(database, project)


async def _delete_runs_of_project(database: Database, project: DeletedProjectRow) -> None:
    is_full = True
    while is_full:
        async with database.transaction() as connection:
            rows = await connection.rows(SELECT_RUNS_OF_PROJECT, project.project_id, RUNS_AT_ONCE)
            run_ids = [row.run_id for row in rows]
            await mark_deleted(connection, project.created_by, run_ids, with_artifacts=False)
            # Their days are over with those of the project.
            await connection.execute(BACKDATE_DELETIONS, run_ids, project.deleted_at)
        is_full = len(rows) == RUNS_AT_ONCE
    async with database.transaction() as connection:
        await connection.execute(FORGET_FORMER_NAMES, project.project_id)
        await connection.execute(FINISH_PURGE_OF_PROJECT, project.project_id)
