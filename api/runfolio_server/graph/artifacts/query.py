"""The roots that find artifacts by id."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.artifacts.found import visible_artifact, visible_client_id
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.collection import ArtifactCollection, collection_of
from runfolio_server.graph.artifacts.path import find_artifact
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_number


@strawberry.type
class ArtifactQueries:
    """Fields of the query root."""

    @strawberry.field(description="The artifact of this id, path or client id; null: there is none for you.")
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
        client_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The id that its client has invented for it.")
        ] = strawberry.UNSET,
    ) -> Artifact | None:
        """One artifact."""
        if path:
            return await find_artifact(info, path)
        context = info.context
        if id:
            artifact_id = decode_number("Artifact", id)
        elif client_id:
            async with context.database.connection() as connection:
                named = await visible_client_id(connection, context.viewer, client_id)
            if named is None or named.artifact_id is None:
                return None
            artifact_id = named.artifact_id
        else:
            raise AppError(
                "artifact needs an id, a path or a client id", path="path", allowed=("id", "path", "clientId")
            )
        row = await context.loaders.artifacts.artifact.load(artifact_id)
        if row is None:
            # It may be the id of an upload that turned out to be a version with the same content.
            async with context.database.connection() as connection:
                row = await visible_artifact(connection, context.viewer, Permission.READ, artifact_id)
        return None if row is None else Artifact.of(row)

    @strawberry.field(description="The collection of this id.")
    async def artifact_collection(
        self, info: RequestInfo, id: Annotated[strawberry.ID, strawberry.argument(description="Its node id.")]
    ) -> ArtifactCollection | None:
        """One collection."""
        row = await info.context.loaders.artifacts.collection.load(decode_number("ArtifactCollection", id))
        return None if row is None else collection_of(row)
