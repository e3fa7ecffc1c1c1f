"""The roots that find artifacts by id."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.errors import AppError
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.collection import ArtifactCollection, collection_of
from runfolio_server.graph.artifacts.path import find_artifact
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_number


@strawberry.type
class ArtifactQueries:
    """Fields of the query root."""

    @strawberry.field(description="The artifact of this id, or of this path; null: there is none for you.")
    async def artifact(
        self,
        info: RequestInfo,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its node id.")] = strawberry.UNSET,
        path: Annotated[
            str | None,
            strawberry.argument(
                description="`entity/project/name:alias`, or `name:v3`, or less of it with your own entity."
            ),
        ] = strawberry.UNSET,
    ) -> Artifact | None:
        """One artifact."""
        if path:
            return await find_artifact(info, path)
        if not id:
            raise AppError("artifact needs an id or a path", path="path", allowed=("id", "path"))
        row = await info.context.loaders.artifacts.artifact.load(decode_number("Artifact", id))
        return None if row is None else Artifact.of(row)

    @strawberry.field(description="The collection of this id.")
    async def artifact_collection(
        self, info: RequestInfo, id: Annotated[strawberry.ID, strawberry.argument(description="Its node id.")]
    ) -> ArtifactCollection | None:
        """One collection."""
        row = await info.context.loaders.artifacts.collection.load(decode_number("ArtifactCollection", id))
        return None if row is None else collection_of(row)
