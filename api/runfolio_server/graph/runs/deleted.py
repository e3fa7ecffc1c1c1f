"""Deleted runs of a project, as those see them who may bring them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import strawberry

from runfolio_server.context import Context
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.time_text import instant_text
from runfolio_server.graph.execution.row_fields import batch_field, column, node_id
from runfolio_server.graph.identity.user import User
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.runs.deletions import (
    COUNT_DELETED_RUNS,
    SELECT_DELETED_RUNS_PAGE,
    SELECT_RUN_PATHS,
    RunDeletionRow,
)


async def deleters_of(runs: Sequence[DeletedRun], context: Context) -> list[User | None]:
    """Who deleted each run; None for an account that is gone."""
    rows = await context.loaders.user.load_many([run.row.deleted_by for run in runs])
    return [None if row is None else User.of(row) for row in rows]


async def places_of(runs: Sequence[DeletedRun], context: Context) -> list[str | None]:
    """Where each run was moved, as far as the viewer may see it."""
    moved = [run.row.moved_to for run in runs if run.row.moved_to is not None]
    if not moved:
        return [None] * len(runs)
    async with context.database.connection() as connection:
        paths = {row.run_id: str(row) for row in await connection.rows(SELECT_RUN_PATHS, moved, context.viewer)}
    return [None if run.row.moved_to is None else paths.get(run.row.moved_to) for run in runs]


@strawberry.type(description="A run that was deleted: its name stays taken.")
class DeletedRun:
    """One deleted run."""

    row: strawberry.Private[RunDeletionRow]
    id: strawberry.ID = node_id("Run", "run_id")
    name: str = column("name", "The slug in URLs.")
    display_name: str = column("display_name", "What people read.")
    state: str = column("state", "The state that it was in.")
    deleted_at: datetime = column("deleted_at", "When it was deleted, UTC.")
    with_artifacts: bool = column("with_artifacts", "Whether the artifacts that it logged go with it.")
    purged_at: datetime | None = column("purged_at", "When all that it had was freed, UTC; null: not yet.")

    @strawberry.field(description="Whether it can come back: it was not moved, and nothing of it was freed.")
    def can_be_undeleted(self) -> bool:
        """Whether undeleteRuns takes it."""
        return self.row.purge_began_at is None and self.row.moved_to is None

    @strawberry.field(description="From when on what it has may be freed, UTC.")
    def purge_due_at(self, info: RequestInfo) -> datetime:
        """The end of the days for which it can come back."""
        return self.row.deleted_at + timedelta(days=info.context.deleted_kept_days)

    @strawberry.field(description="Bytes of its history, console, documents and files that were freed so far.")
    def freed_bytes(self) -> Int64:
        """How much was freed."""
        return Int64(self.row.freed_bytes)

    @strawberry.field(
        description="Who deleted or moved it; null: an account that is gone.", metadata=batch_field(deleters_of)
    )
    async def deleted_by(self, info: RequestInfo) -> User | None:
        """The deleter."""
        return (await deleters_of([self], info.context))[0]

    @strawberry.field(
        description="`entity/project/run` where it was moved; null: it was not, or you may not see it.",
        metadata=batch_field(places_of),
    )
    async def moved_to(self, info: RequestInfo) -> str | None:
        """Where it is now."""
        return (await places_of([self], info.context))[0]

    @classmethod
    def of(cls, row: RunDeletionRow) -> DeletedRun:
        """The run of a row."""
        return cls(row=row)


@strawberry.type
class ProjectDeletedRuns:
    """The field of Project that tells its deleted runs."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(description="Its deleted runs, those that were deleted last first.")
    async def deleted_runs(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[DeletedRun]:
        """A page of them."""
        size, project_id = page_size(first), self.row.project_id
        at, run_id = decode_cursor("deletedRuns", after, [str, str]) if after else (None, None)
        before = None if at is None else datetime.fromisoformat(at)
        behind = None if run_id is None else UUID(run_id)
        async with info.context.database.connection() as connection:
            rows = await connection.rows(SELECT_DELETED_RUNS_PAGE, project_id, before, behind, size + 1)

        async def count() -> int:
            async with info.context.database.connection() as connection:
                row = await connection.row(COUNT_DELETED_RUNS, project_id)
            return row.count if row else 0

        def place(row: RunDeletionRow) -> str:
            return encode_cursor("deletedRuns", [instant_text(row.deleted_at), str(row.run_id)])

        return build_connection(rows, size, DeletedRun.of, place, count)
