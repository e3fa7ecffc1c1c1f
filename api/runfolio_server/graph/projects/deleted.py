"""Deleted projects, as those see them who may restore them."""

from __future__ import annotations

from datetime import datetime, timedelta

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.time_text import instant_text
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import Connection, build_connection, page_size
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.sql.projects.deleted_projects import (
    COUNT_DELETED_PROJECTS,
    SELECT_DELETED_PROJECTS_PAGE,
    DeletedProjectRow,
)


@strawberry.type(description="A project that was deleted.")
class DeletedProject:
    """One deleted project."""

    row: strawberry.Private[DeletedProjectRow]
    id: strawberry.ID = strawberry.field(description="Its node id, as it was.")
    name: str = strawberry.field(description="What it was called; another project may be called so by now.")
    description: str | None = strawberry.field(description="Text for people; null: none.")
    created_at: datetime = strawberry.field(description="When it was made, UTC.")
    deleted_at: datetime = strawberry.field(description="When it was deleted, UTC.")
    purged_at: datetime | None = strawberry.field(
        description="Since when it cannot come back, UTC: what it had is being freed, or is gone. Null: it can."
    )

    @strawberry.field(description="From when on what it has may be freed, UTC.")
    def purge_due_at(self, info: RequestInfo) -> datetime:
        """The end of the days for which it can come back."""
        return self.row.deleted_at + timedelta(days=info.context.deleted_kept_days)

    @classmethod
    def of(cls, row: DeletedProjectRow) -> DeletedProject:
        """The project of a row."""
        return cls(
            row=row,
            id=encode_node_id("Project", row.project_id),
            name=row.name,
            description=row.description,
            created_at=row.created_at,
            deleted_at=row.deleted_at,
            purged_at=row.purge_began_at,
        )


async def deleted_project_page(
    info: RequestInfo, entity_name: str | None, first: int | None, after: str | None
) -> Connection[DeletedProject]:
    """A page of the deleted projects that the viewer may restore, of one entity or of all, the last deleted first."""
    context, size = info.context, page_size(first)
    at, project_id = decode_cursor("deletedProjects", after, [str, int]) if after else (None, None)
    before = None if at is None else datetime.fromisoformat(at)
    arguments = (context.viewer, entity_name, before, project_id, size + 1)
    async with context.database.connection() as connection:
        rows = await connection.rows(SELECT_DELETED_PROJECTS_PAGE, *arguments)

    async def count() -> int:
        async with context.database.connection() as connection:
            row = await connection.row(COUNT_DELETED_PROJECTS, context.viewer, entity_name)
        return row.count if row else 0

    def place(row: DeletedProjectRow) -> str:
        return encode_cursor("deletedProjects", [instant_text(row.deleted_at), row.project_id])

    return build_connection(rows, size, DeletedProject.of, place, count)
