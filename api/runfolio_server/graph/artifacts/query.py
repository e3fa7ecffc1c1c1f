"""The roots that find artifacts by id."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.collection import ArtifactCollection, collection_of
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_number


@strawberry.type
class ArtifactQueries:
    """Fields of the query root."""

    @strawberry.field(description="The artifact of this id.")
    async def artifact(
        self, info: RequestInfo, id: Annotated[strawberry.ID, strawberry.argument(description="Its node id.")]
    ) -> Artifact | None:
        """One artifact."""
        row = await info.context.loaders.artifacts.artifact.load(decode_number("Artifact", id))
        return None if row is None else Artifact.of(row)

    @strawberry.field(description="The collection of this id.")
    async def artifact_collection(
        self, info: RequestInfo, id: Annotated[strawberry.ID, strawberry.argument(description="Its node id.")]
    ) -> ArtifactCollection | None:
        """One collection."""
        row = await info.context.loaders.artifacts.collection.load(decode_number("ArtifactCollection", id))
        return None if row is None else collection_of(row)
