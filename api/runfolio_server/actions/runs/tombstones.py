"""What those are told who start, write or take up a run that was deleted, or was moved elsewhere."""

from __future__ import annotations

from uuid import UUID

from runfolio_server.domain.permission import Permission
from runfolio_server.domain.time_text import time_text
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Gone
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects.deleted_projects import SELECT_DELETED_PROJECT_BY_NAME
from runfolio_server.sql.runs.deletions import SELECT_DELETED_RUN, SELECT_RUN_PATHS, RunDeletionRow


async def refusal_of_writing(database: Database, viewer: Viewer, run_id: UUID, otherwise: AppError) -> AppError:
    """What to raise for a run that is not there: Gone if it was deleted or moved, else `otherwise`."""
    async with database.connection() as connection:
        gone = await gone_run(connection, viewer, run_id)
    return otherwise if gone is None else gone


async def refusal_of_project(
    database: Database, viewer: Viewer, entity_name: str, project_name: str, otherwise: AppError
) -> AppError:
    """What to raise for a project that is not there: Gone if it was deleted, else `otherwise`."""
    async with database.connection() as connection:
        row = await connection.row(SELECT_DELETED_PROJECT_BY_NAME, entity_name, project_name, viewer)
    if row is None:
        return otherwise
    when = time_text(row.deleted_at)
    return Gone(f"The project {project_name!r} was deleted on {when}; what is logged to its runs is not kept.")


async def gone_run(connection: Connection, viewer: Viewer, run_id: UUID, *, path: str | None = None) -> Gone | None:
    """What to raise when the viewer would write to a run of this id that was deleted or moved; None: it was not."""
    row = await connection.row(SELECT_DELETED_RUN[Permission.LOG], run_id, viewer)
    if row is None:
        return None
    begin = f"The run id {row.name!r} belongs to a deleted run of {row.project_name!r}"
    moved = None if row.moved_to is None else await connection.row(SELECT_RUN_PATHS, [row.moved_to], viewer)
    if moved is not None:
        return Gone(f"{begin}; choose another, or log to {str(moved)!r}, where it was moved.", path=path)
    if row.purge_began_at is not None or row.moved_to is not None:
        return Gone(f"{begin}; choose another.", path=path)
    return Gone(f"{begin}; choose another, or undelete it: it was deleted on {time_text(row.deleted_at)}.", path=path)


async def why_not_undeleted(connection: Connection, viewer: Viewer, row: RunDeletionRow) -> str:
    """Why a run stays deleted."""
    moved = None if row.moved_to is None else await connection.row(SELECT_RUN_PATHS, [row.moved_to], viewer)
    if moved is not None:
        return f"It was moved to {str(moved)!r}."
    return f"It was deleted on {time_text(row.deleted_at)}, and what it had is gone."
