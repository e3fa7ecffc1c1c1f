"""Versions of a collection as a list: each edge has the version of its artifact there."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.filters.artifact_query import ArtifactQuery
from runfolio_server.filters.language.cursor import read_place, sign_place
from runfolio_server.graph.artifacts.chosen import chosen_page
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, page
from runfolio_server.graph.relay.connections import PageInfo, page_size
from runfolio_server.sql.artifact_lists.artifacts import (
    ListedMembershipRow,
    count_artifacts,
    select_artifacts_page,
)
from runfolio_server.sql.artifacts.collections import CollectionRow
from runfolio_server.sql.artifacts.memberships import (
    COUNT_MEMBERSHIPS,
    SELECT_NEWEST_MEMBERSHIPS_PAGE,
    SELECT_OLDEST_MEMBERSHIPS_PAGE,
    MembershipRow,
)

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.artifact import Artifact

LazyArtifact = Annotated["Artifact", strawberry.lazy("runfolio_server.graph.artifacts.artifact")]

M = TypeVar("M", bound=MembershipRow)

ArtifactOrder = Annotated[
    str | None,
    strawberry.argument(
        description="Fields with a sign, separated by commas, such as `-created_at`; null means `-version_index`."
    ),
]


@strawberry.type(description="A version of a collection and its place in the list.")
class VersionedArtifactEdge:
    """One version."""

    row: strawberry.Private[MembershipRow]
    place: strawberry.Private[Callable[[Any], str]]
    node: LazyArtifact = strawberry.field(description="The artifact.")

    @strawberry.field(description="Its version here: `v3`.")
    def version(self) -> str:
        """The version in this collection, which need not be that in its sequence."""
        return f"v{self.row.version_index}"

    @strawberry.field(description="Give it as `after` for the items that follow this one.")
    def cursor(self) -> str:
        """The place; made only when it is asked for."""
        return self.place(self.row)


@strawberry.type(description="A page of the versions of a collection.")
class VersionedArtifactConnection:
    """One page."""

    count: strawberry.Private[Callable[[], Awaitable[int]]]
    edges: list[VersionedArtifactEdge] = strawberry.field(description="The versions of this page, in order.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")

    @strawberry.field(description="How many versions the list has, all pages together; counted when selected.")
    async def total_count(self) -> int:
        """Count them."""
        return await self.count()


def versions_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of a page of versions, all of which are looked at where filters or an order choose."""
    return chosen_page(arguments) if arguments.get("filters") or arguments.get("order") else page(arguments)


async def version_page(
    info: RequestInfo,
    collection: CollectionRow,
    filters: str | None,
    order: str | None,
    first: int | None,
    after: str | None,
) -> VersionedArtifactConnection:
    """A page of the versions of a collection that the viewer may see."""
    statement = _STATEMENTS.get((order or "-version_index").removeprefix("+"))
    # What the SDK asks unless told otherwise. Readers see committed versions only.
    if statement is None or (filters and not _is_trivial(filters)):
        return await _chosen_page(info, collection, filters, order, first, after)
    context, size = info.context, page_size(first)
    after_version = decode_cursor("artifact versions", after, [int])[0] if after else None
    async with context.database.connection() as connection:
        rows = await connection.rows(statement, collection.collection_id, context.viewer, after_version, size + 1)

    async def count() -> int:
        async with context.database.connection() as connection:
            row = await connection.row(COUNT_MEMBERSHIPS, collection.collection_id, context.viewer)
        return row.count if row else 0

    return await _connection(info, rows, size, _cursor, count)


async def _chosen_page(
    info: RequestInfo,
    collection: CollectionRow,
    filters: str | None,
    order: str | None,
    first: int | None,
    after: str | None,
) -> VersionedArtifactConnection:
    query, size = ArtifactQuery.parse(filters, order or "-version_index"), page_size(first)
    context, project_id, key = info.context, collection.project_id, collection.collection_id
    digest = query.digest(f"versions:{key}")
    place = read_place(context.cursor_secret, digest, after) if after else None
    async with context.database.connection() as connection:
        rows = await select_artifacts_page(
            connection, project_id, context.viewer, query.page(size + 1, place), None, key
        )

    def cursor_of(row: ListedMembershipRow) -> str:
        return sign_place(context.cursor_secret, digest, row.place)

    async def count() -> int:
        async with context.database.connection() as connection:
            return await count_artifacts(connection, project_id, context.viewer, query.whole(), None, key)

    return await _connection(info, rows, size, cursor_of, count)


async def _connection(
    info: RequestInfo, rows: list[M], size: int, cursor_of: Callable[[M], str], count: Callable[[], Awaitable[int]]
) -> VersionedArtifactConnection:
    """A page from `size` rows and, when more follow, one beyond."""
    from runfolio_server.graph.artifacts.artifact import Artifact

    shown = rows[:size]
    found = await info.context.loaders.artifacts.artifact.load_many([row.artifact_id for row in shown])
    return VersionedArtifactConnection(
        count=count,
        edges=[
            VersionedArtifactEdge(row=row, place=cursor_of, node=Artifact.of(artifact))
            for row, artifact in zip(shown, found, strict=True)
            if artifact is not None
        ],
        page_info=PageInfo(has_next_page=len(rows) > size, end_cursor=cursor_of(shown[-1]) if shown else None),
    )


_STATEMENTS = {
    "-version_index": SELECT_NEWEST_MEMBERSHIPS_PAGE,
    "version_index": SELECT_OLDEST_MEMBERSHIPS_PAGE,
}


def _is_trivial(filters: str) -> bool:
    """Whether it lets every version through; what is no JSON is told by who parses it."""
    try:
        return json.loads(filters) in ({}, {"state": "COMMITTED"})
    except ValueError:
        return False


def _cursor(row: MembershipRow) -> str:
    return encode_cursor("artifact versions", [row.version_index])
