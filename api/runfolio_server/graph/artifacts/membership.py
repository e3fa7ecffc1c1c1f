"""ArtifactCollectionMembership: an artifact's place in one collection, with its version and aliases there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.actions.artifacts.found import visible_membership
from runfolio_server.graph.artifacts.alias import ArtifactAlias, names_of
from runfolio_server.graph.artifacts.file import FileNames, artifact_file_page, files_cost
from runfolio_server.graph.execution.row_fields import column, node_id
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.runs.file import File
from runfolio_server.sql.artifacts.memberships import MembershipRow

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.artifact import Artifact
    from runfolio_server.graph.artifacts.collection import ArtifactCollection

LazyArtifact = Annotated["Artifact", strawberry.lazy("runfolio_server.graph.artifacts.artifact")]
LazyCollection = Annotated["ArtifactCollection", strawberry.lazy("runfolio_server.graph.artifacts.collection")]


@strawberry.type(description="An artifact's place in a collection: in its sequence, or where it is linked.")
class ArtifactCollectionMembership(Node):
    """One place."""

    row: strawberry.Private[MembershipRow]
    id: strawberry.ID = node_id("ArtifactMembership", "membership_id")
    version_index: int = column("version_index", "The number of its version here: 3 of `v3`.")
    created_at: datetime = column("created_at", "When it came here, UTC.")

    @strawberry.field(description="The names that lead to it here: its version, and its aliases.")
    async def aliases(self, info: RequestInfo) -> list[ArtifactAlias]:
        """Names."""
        return await names_of(self.row, info.context)

    @strawberry.field(description="Where it is; null: not yours to see.")
    async def artifact_collection(self, info: RequestInfo) -> LazyCollection | None:
        """The collection."""
        from runfolio_server.graph.artifacts.collection import collection_of

        row = await info.context.loaders.artifacts.collection.load(self.row.collection_id)
        return None if row is None else collection_of(row)

    @strawberry.field(description="What it is.")
    async def artifact(self, info: RequestInfo) -> LazyArtifact | None:
        """The artifact."""
        from runfolio_server.graph.artifacts.artifact import Artifact

        row = await info.context.loaders.artifacts.artifact.load(self.row.artifact_id)
        return None if row is None else Artifact.of(row, self.row)

    @strawberry.field(description="Its files, by name.", metadata=costs(files_cost))
    async def files(
        self,
        info: RequestInfo,
        names: FileNames = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[File] | None:
        """A page of the artifact's files."""
        row = await info.context.loaders.artifacts.artifact.load(self.row.artifact_id)
        return None if row is None else await artifact_file_page(info, row, names, first, after)

    @classmethod
    def of(cls, row: MembershipRow) -> ArtifactCollectionMembership:
        """The place of a row."""
        return cls(row=row)


async def find_membership(info: RequestInfo, collection_id: int, alias: str) -> MembershipRow | None:
    """Where a version or an alias leads in a collection that the viewer may see."""
    async with info.context.database.connection() as connection:
        return await visible_membership(connection, info.context.viewer, collection_id, alias)
