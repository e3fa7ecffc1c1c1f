"""ArtifactCollection: a named line of versions; sequences are logged into, portfolios are linked into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.domain.artifact_state import CollectionKind
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.graph.artifacts.alias import ArtifactAlias
from runfolio_server.graph.artifacts.artifact_type import ArtifactType
from runfolio_server.graph.artifacts.membership import ArtifactCollectionMembership, find_membership
from runfolio_server.graph.artifacts.versions import (
    ArtifactOrder,
    VersionedArtifactConnection,
    version_page,
    versions_cost,
)
from runfolio_server.graph.execution.row_fields import column, node_id
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.runs.arguments import Filters
from runfolio_server.graph.wandb.artifact_collection import CollectionWireNames, SequenceWireNames
from runfolio_server.sql.artifacts.collections import (
    SELECT_COLLECTION_BY_NAME,
    CollectionRow,
)
from runfolio_server.sql.artifacts.memberships import COUNT_COLLECTION_ALIASES, SELECT_COLLECTION_ALIASES_PAGE

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.artifact import Artifact
    from runfolio_server.graph.projects.project import Project

LazyArtifact = Annotated["Artifact", strawberry.lazy("runfolio_server.graph.artifacts.artifact")]
LazyProject = Annotated["Project", strawberry.lazy("runfolio_server.graph.projects.project")]


@strawberry.interface(description="A named line of versions in a project.")
class ArtifactCollection(CollectionWireNames, Node):
    """A sequence or a portfolio."""

    row: strawberry.Private[CollectionRow]
    id: strawberry.ID = node_id("ArtifactCollection", "collection_id")
    name: str = column("name", "Its name; unique among the collections of its project.")
    description: str | None = column("description", "Text for people; null: none.")
    created_at: datetime = column("created_at", "When it was made, UTC.")
    updated_at: datetime = column("updated_at", "When it was changed last, UTC.")

    @strawberry.field(description="Its project; null: not yours to see.")
    async def project(self, info: RequestInfo) -> LazyProject | None:
        """The project."""
        from runfolio_server.graph.projects.project import Project

        row = await info.context.loaders.project.load(self.row.project_id)
        return None if row is None else Project.of(row)

    @strawberry.field(description="What its artifacts are.")
    async def default_artifact_type(self, info: RequestInfo) -> ArtifactType:
        """The type."""
        row = await info.context.loaders.artifacts.type.load(self.row.type_id)
        if row is None:
            raise LookupError(f"collection {self.row.collection_id} has no type")
        return ArtifactType.of(row)

    @strawberry.field(description="The aliases of its versions, in order.")
    async def aliases(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[ArtifactAlias]:
        """A page of aliases."""
        size = page_size(first)
        after_alias = decode_cursor("aliases", after, [str])[0] if after else None
        collection_id = self.row.collection_id
        async with info.context.database.connection() as connection:
            rows = await connection.rows(SELECT_COLLECTION_ALIASES_PAGE, collection_id, after_alias, size + 1)

        async def count() -> int:
            async with info.context.database.connection() as connection:
                row = await connection.row(COUNT_COLLECTION_ALIASES, collection_id)
            return row.count if row else 0

        return build_connection(rows, size, ArtifactAlias.of, lambda row: encode_cursor("aliases", [row.alias]), count)

    @strawberry.field(description="Its versions, the newest first unless told.", metadata=costs(versions_cost))
    async def artifacts(
        self,
        info: RequestInfo,
        filters: Filters = strawberry.UNSET,
        order: ArtifactOrder = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> VersionedArtifactConnection:
        """A page of versions."""
        return await version_page(info, self.row, filters or None, order or None, first, after or None)

    @strawberry.field(description="The version that this name leads to here; null: none.")
    async def artifact_membership(
        self,
        info: RequestInfo,
        alias_name: Annotated[str, strawberry.argument(description="An alias, or a version: `v3`.")],
    ) -> ArtifactCollectionMembership | None:
        """One version."""
        row = await find_membership(info, self.row.collection_id, alias_name)
        return None if row is None else ArtifactCollectionMembership.of(row)


@strawberry.type(description="A collection that runs log new versions into.")
class ArtifactSequence(ArtifactCollection, SequenceWireNames):
    """One sequence."""

    @strawberry.field(description="Its newest version; null: it has none.")
    async def latest_artifact(self, info: RequestInfo) -> LazyArtifact | None:
        """The newest version."""
        from runfolio_server.graph.artifacts.artifact import Artifact

        loaders = info.context.loaders.artifacts
        newest = await loaders.newest.load(self.row.collection_id)
        row = None if newest is None else await loaders.artifact.load(newest.artifact_id)
        return None if row is None else Artifact.of(row)


@strawberry.type(description="A collection that versions of others are linked into.")
class ArtifactPortfolio(ArtifactCollection):
    """One portfolio."""


def collection_of(row: CollectionRow, *, is_deleted: bool = False) -> ArtifactCollection:
    """The collection of a row."""
    kind = ArtifactSequence if row.kind == CollectionKind.SEQUENCE else ArtifactPortfolio
    return kind(row=row, is_deleted=is_deleted)


async def find_collection(
    info: RequestInfo, project_id: int, name: str, type_id: int | None = None, hidden_types: Sequence[str] = ()
) -> ArtifactCollection | None:
    """The collection of this name, and type if one is given, in a project that the viewer may see.

    None for one of a type that is hidden from the viewer.
    """
    async with info.context.database.connection() as connection:
        row = await connection.row(SELECT_COLLECTION_BY_NAME, project_id, name)
    if row is None or type_id not in (None, row.type_id) or row.type_name in hidden_types:
        return None
    return collection_of(row)
