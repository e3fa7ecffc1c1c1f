"""Versions of a collection as a list: each edge has the version of its artifact there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.errors import AppError
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import PageInfo, page_size
from runfolio_server.sql.artifacts.memberships import (
    COUNT_MEMBERSHIPS,
    SELECT_NEWEST_MEMBERSHIPS_PAGE,
    SELECT_OLDEST_MEMBERSHIPS_PAGE,
    MembershipRow,
)

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.artifact import Artifact

LazyArtifact = Annotated["Artifact", strawberry.lazy("runfolio_server.graph.artifacts.artifact")]

ArtifactOrder = Annotated[
    str | None, strawberry.argument(description="`version_index` with a sign; null means `-version_index`.")
]


@strawberry.type(description="A version of a collection and its place in the list.")
class VersionedArtifactEdge:
    """One version."""

    row: strawberry.Private[MembershipRow]
    node: LazyArtifact = strawberry.field(description="The artifact.")

    @strawberry.field(description="Its version here: `v3`.")
    def version(self) -> str:
        """The version in this collection, which need not be that in its sequence."""
        return f"v{self.row.version_index}"

    @strawberry.field(description="Give it as `after` for the items that follow this one.")
    def cursor(self) -> str:
        """The place."""
        return _cursor(self.row)


@strawberry.type(description="A page of the versions of a collection.")
class VersionedArtifactConnection:
    """One page."""

    collection_id: strawberry.Private[int]
    edges: list[VersionedArtifactEdge] = strawberry.field(description="The versions of this page, in order.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")

    @strawberry.field(description="How many versions the collection has; counted when selected.")
    async def total_count(self, info: RequestInfo) -> int:
        """Count them."""
        async with info.context.database.connection() as connection:
            row = await connection.row(COUNT_MEMBERSHIPS, self.collection_id, info.context.viewer)
        return row.count if row else 0


async def version_page(
    info: RequestInfo, collection_id: int, filters: str | None, order: str | None, first: int | None, after: str | None
) -> VersionedArtifactConnection:
    """A page of the versions of a collection that the viewer may see."""
    from runfolio_server.graph.artifacts.artifact import Artifact

    _check_filters(filters)
    statement = _STATEMENTS.get((order or "-version_index").removeprefix("+"))
    if statement is None:
        raise AppError(f"order is {order!r}; allowed: version_index with a sign", path="order")
    context, size = info.context, page_size(first)
    after_version = decode_cursor("artifact versions", after, [int])[0] if after else None
    async with context.database.connection() as connection:
        rows = await connection.rows(statement, collection_id, context.viewer, after_version, size + 1)
    page = rows[:size]
    found = await context.loaders.artifacts.artifact.load_many([row.artifact_id for row in page])
    return VersionedArtifactConnection(
        collection_id=collection_id,
        edges=[
            VersionedArtifactEdge(row=row, node=Artifact.of(artifact))
            for row, artifact in zip(page, found, strict=True)
            if artifact is not None
        ],
        page_info=PageInfo(has_next_page=len(rows) > size, end_cursor=_cursor(page[-1]) if page else None),
    )


_STATEMENTS = {
    "-version_index": SELECT_NEWEST_MEMBERSHIPS_PAGE,
    "version_index": SELECT_OLDEST_MEMBERSHIPS_PAGE,
}


def _check_filters(filters: str | None) -> None:
    """The one filter that is known: all versions that readers see are committed."""
    if filters and json.loads(filters) not in ({}, {"state": "COMMITTED"}):
        raise AppError(f"filters are {filters[:100]!r}; allowed: state COMMITTED", path="filters")


def _cursor(row: MembershipRow) -> str:
    return encode_cursor("artifact versions", [row.version_index])
