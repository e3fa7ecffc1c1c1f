"""ApiKey: what signs a user in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from runfolio_server.domain.api_keys import public_key_name
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.errors import AppError
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, number
from runfolio_server.graph.relay.connections import PAGE_SIZE_MAX, Connection, build_connection, page_size
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.sql.identity.api_keys import COUNT_API_KEYS, SELECT_API_KEYS_PAGE, ApiKeyRow

if TYPE_CHECKING:
    from runfolio_server.graph.projects.project import Project

LazyProject = Annotated["Project", strawberry.lazy("runfolio_server.graph.projects.project")]
CURSOR_KIND = "apiKeys"
# SDKs ask without a size, and take what they get for all.
FirstKeys = Annotated[int | None, strawberry.argument(description="How many keys; 1,000 unless told, at most 1,000.")]


def api_keys_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of a list of keys."""
    return Cost(items=min(number(arguments, "first", PAGE_SIZE_MAX), PAGE_SIZE_MAX))


@strawberry.type(description="A key that signs its owner in.")
class ApiKey(Node):
    """One API key."""

    row: strawberry.Private[ApiKeyRow]
    name: str = strawberry.field(
        description="In the answer of generateApiKey the whole key, shown this once; elsewhere the name that it was "
        "given, or a made one such as `key-1a2b3c4d`."
    )
    description: str | None = strawberry.field(description="What it is for; null: not told.")
    created_at: datetime | None = strawberry.field(description="When it was made, UTC.")
    last_used_at: datetime | None = strawberry.field(description="Last use, UTC, to the minute; null: never.")
    scope: str = strawberry.field(
        description="How much of what its owner may do it may: `read`; `write`, which logs, changes and deletes data "
        "too; or `admin`, everything."
    )
    expires_at: datetime | None = strawberry.field(description="From then on it is not valid, UTC; null: never.")

    @strawberry.field(description="Whether it is for one project only.")
    def is_limited(self) -> bool:
        """Whether it has a project, which the viewer may see or not."""
        return self.row.project_id is not None

    @strawberry.field(description="The only project that it leads to; null: all, or one that you may not see.")
    async def project(self, info: RequestInfo) -> LazyProject | None:
        """The project of the key."""
        from runfolio_server.graph.projects.project import Project

        if self.row.project_id is None:
            return None
        row = await info.context.loaders.project.load(self.row.project_id)
        return None if row is None else Project.of(row)

    @classmethod
    def of(cls, row: ApiKeyRow, key: str | None = None) -> ApiKey:
        """The key of a row, under its public name; `key` is its text, which stands there when it was just made."""
        return cls(
            id=encode_node_id("ApiKey", row.api_key_id),
            row=row,
            name=key or row.name or public_key_name(row.api_key_id),
            description=row.description,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            scope=row.scope,
            expires_at=row.expires_at,
        )


async def api_key_page(info: RequestInfo, user_id: int, first: int | None, after: str | None) -> Connection[ApiKey]:
    """A page of the valid keys of a user, newest first."""
    database = info.context.database
    size = page_size(first, default=PAGE_SIZE_MAX)
    after_id = _key_id_of(after) if after else None
    async with database.connection() as connection:
        rows = await connection.rows(SELECT_API_KEYS_PAGE, user_id, after_id, size + 1)

    async def count() -> int:
        async with database.connection() as connection:
            row = await connection.row(COUNT_API_KEYS, user_id)
        return row.count if row else 0

    return build_connection(rows, size, ApiKey.of, lambda row: encode_cursor(CURSOR_KIND, [str(row.api_key_id)]), count)


def _key_id_of(cursor: str) -> UUID:
    (text,) = decode_cursor(CURSOR_KIND, cursor, [str])
    try:
        return UUID(text)
    except ValueError:
        message = f"after {cursor[:100]!r} is not a cursor of this list; take one from a page of it"
        raise AppError(message, path="after") from None
