"""Runs are deleted, one or many, and brought back. What becomes of them else, worker/purge.py does."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from runfolio_server.actions.access import checked_project, missing_run_id
from runfolio_server.actions.runs.bulk import NAMES_TOLD, ChangedRuns, Choice, RefusedRun, in_batches
from runfolio_server.actions.runs.tombstones import why_not_undeleted
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.events.writer import write_run_changes
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.run_lists.list import ChosenRunRow, lock_runs
from runfolio_server.sql.runs.deletions import (
    DELETE_RUNS,
    INSERT_RUN_DELETIONS,
    SELECT_DELETED_RUN,
    SELECT_DELETED_RUNS,
    TAKE_RUN_DELETIONS,
    UNDELETE_RUNS,
)
from runfolio_server.sql.runs.runs import SELECT_VISIBLE_RUN


async def delete_run(database: Database, viewer: Viewer, run_id: UUID, *, with_artifacts: bool) -> None:
    """Delete one run: gone for readers, while its name stays taken; the worker frees what it has days later.

    Idempotent. With `with_artifacts` the artifacts that it logged go with it then. Raises NotFound when there is no
    such run that the viewer may delete.
    """
    async with database.transaction() as connection:
        if await connection.row(SELECT_VISIBLE_RUN[Permission.DELETE], run_id, viewer) is not None:
            await mark_deleted(connection, viewer.user_id, [run_id], with_artifacts=with_artifacts)
        elif await connection.row(SELECT_DELETED_RUN[Permission.DELETE], run_id, viewer) is None:
            raise missing_run_id(Permission.DELETE, path="input.id")


async def delete_runs(
    database: Database, viewer: Viewer, choice: Choice, *, with_artifacts: bool = False, is_dry_run: bool
) -> ChangedRuns:
    """Delete every chosen run, as delete_run does. Idempotent; a repeat after a failure in the middle does the rest."""

    async def write(connection: Connection, rows: Sequence[ChosenRunRow]) -> list[RefusedRun]:
        run_ids = [row.run_id for row in rows]
        await mark_deleted(connection, viewer.user_id, run_ids, with_artifacts=with_artifacts)
        return []

    return await in_batches(database, viewer, Permission.DELETE, choice, None if is_dry_run else write)


async def undelete_runs(
    database: Database, viewer: Viewer, entity_name: str | None, project_name: str, run_ids: Sequence[UUID]
) -> ChangedRuns:
    """Bring deleted runs of a project back as they were. Idempotent: ids of runs that are there are passed over.

    Refused are those that were moved, and those whose purge has begun. Raises NotFound for a project whose runs the
    viewer may not delete.
    """
    changed = ChangedRuns()
    async with database.transaction() as connection:
        project = await checked_project(
            connection, viewer, Permission.DELETE, entity_name, project_name, path="input.projectName"
        )
        await lock_runs(connection, run_ids)
        taken = [row.run_id for row in await connection.rows(TAKE_RUN_DELETIONS, project.project_id, list(run_ids))]
        undeleted = await connection.rows(UNDELETE_RUNS, taken)
        await write_run_changes(connection, EventKind.RUN_UNDELETED, taken, viewer.user_id)
        # Those that are still deleted now.
        rest = await connection.rows(SELECT_DELETED_RUNS, project.project_id, list(run_ids))
        changed.count, changed.refused_count = len(undeleted), len(rest)
        changed.names = [row.name for row in undeleted][:NAMES_TOLD]
        changed.refused = [
            RefusedRun(row.name, await why_not_undeleted(connection, viewer, row)) for row in rest[:NAMES_TOLD]
        ]
    return changed


async def mark_deleted(
    connection: Connection, user_id: int, run_ids: Sequence[UUID], *, with_artifacts: bool
) -> list[UUID]:
    """Delete these in the caller's transaction, which may; those that were not deleted before."""
    deleted = [row.run_id for row in await connection.rows(DELETE_RUNS, list(run_ids))]
    await connection.execute(INSERT_RUN_DELETIONS, deleted, user_id, with_artifacts)
    await write_run_changes(connection, EventKind.RUN_DELETED, deleted, user_id)
    return deleted
