"""Wire names of ArtifactType."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.graph.artifacts.chosen import chosen_collection_page, chosen_page
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.connections import After, Connection, First
from runfolio_server.graph.runs.arguments import Filters
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.sql.artifacts.types import ArtifactTypeRow

if TYPE_CHECKING:
    from runfolio_server.graph.artifacts.artifact import Artifact
    from runfolio_server.graph.artifacts.collection import ArtifactCollection, ArtifactSequence

LazyArtifact = Annotated["Artifact", strawberry.lazy("runfolio_server.graph.artifacts.artifact")]
LazyCollection = Annotated["ArtifactCollection", strawberry.lazy("runfolio_server.graph.artifacts.collection")]
LazySequence = Annotated["ArtifactSequence", strawberry.lazy("runfolio_server.graph.artifacts.collection")]
CollectionName = Annotated[str, strawberry.argument(description="The collection's name.")]
CollectionOrder = Annotated[
    str | None, strawberry.argument(description="A field with a sign, such as `+name`; null: the newest first.")
]


@strawberry.type
class ArtifactTypeWireNames:
    """Wire names of ArtifactType."""

    row: strawberry.Private[ArtifactTypeRow]

    @strawberry.field(
        deprecation_reason=instead("Project.artifact"), description="Its artifact of this name and version or alias."
    )
    async def artifact(
        self, info: RequestInfo, name: Annotated[str, strawberry.argument(description="`name:v0`, or an alias.")]
    ) -> LazyArtifact | None:
        """Asked by artifact.files() of SDKs up to 0.22."""
        from runfolio_server.graph.artifacts.artifact import Artifact
        from runfolio_server.graph.artifacts.project import find_version

        found = await find_version(info, self.row.project_id, name, self.row.type_id)
        row = None if found is None else await info.context.loaders.artifacts.artifact.load(found.artifact_id)
        return None if row is None else Artifact.of(row)

    @strawberry.field(
        deprecation_reason=instead("Project.artifactCollection"), description="Its collection of this name."
    )
    async def artifact_collection(self, info: RequestInfo, name: CollectionName) -> LazyCollection | None:
        """Asked by Api().artifact_collection()."""
        from runfolio_server.graph.artifacts.collection import find_collection

        return await find_collection(info, self.row.project_id, name, self.row.type_id)

    @strawberry.field(
        deprecation_reason=instead("Project.artifactCollection"), description="Its sequence of this name."
    )
    async def artifact_sequence(self, info: RequestInfo, name: CollectionName) -> LazySequence | None:
        """Asked by collections of 0.19."""
        from runfolio_server.graph.artifacts.collection import ArtifactSequence, find_collection

        found = await find_collection(info, self.row.project_id, name, self.row.type_id)
        return found if isinstance(found, ArtifactSequence) else None

    @strawberry.field(
        deprecation_reason=instead("Project.artifactCollections"),
        description="Its collections.",
        metadata=costs(chosen_page),
    )
    async def artifact_collections(
        self,
        info: RequestInfo,
        filters: Filters = strawberry.UNSET,
        order: CollectionOrder = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> Connection[LazyCollection]:
        """Asked by Api().artifact_collections()."""
        return await chosen_collection_page(
            info, self.row.project_id, self.row.name, filters or None, order or None, first, after or None
        )
