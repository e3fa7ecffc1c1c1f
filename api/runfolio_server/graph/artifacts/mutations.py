"""Changes of artifacts that are there: their use by a run, their texts, names and places, and their end."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.access import checked_run
from runfolio_server.actions.artifacts.aliases import add_aliases, delete_aliases
from runfolio_server.actions.artifacts.argument_paths import CANONICAL
from runfolio_server.actions.artifacts.changing import UNSET, Given, update_artifact
from runfolio_server.actions.artifacts.deleting import delete_artifact
from runfolio_server.actions.artifacts.found import checked_artifact
from runfolio_server.actions.artifacts.links import link_artifact, unlink_artifact
from runfolio_server.actions.artifacts.making import artifact_project
from runfolio_server.actions.artifacts.uses import use_artifact
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.inputs import (
    ChangeArtifactInput,
    DeleteArtifactVersionInput,
    PlaceArtifactInput,
    RecordArtifactUseInput,
    RemoveArtifactInput,
)
from runfolio_server.graph.artifacts.payloads import (
    ChangeArtifactPayload,
    DeleteArtifactVersionPayload,
    PlaceArtifactPayload,
    RecordArtifactUsePayload,
    RemoveArtifactPayload,
)
from runfolio_server.graph.artifacts.upload_mutations import ArtifactMakingMutations
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_number, decode_uuid


@strawberry.type
class ArtifactMutations(ArtifactMakingMutations):
    """Mutations of artifacts."""

    @strawberry.mutation(description="Say that a run uses an artifact: an edge of lineage. Idempotent.")
    async def record_artifact_use(
        self, info: RequestInfo, input: Annotated[RecordArtifactUseInput, strawberry.argument(description="The edge.")]
    ) -> RecordArtifactUsePayload:
        """Add an edge."""
        context = info.context
        run_id = decode_uuid("Run", input.run_id)
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        async with context.database.connection() as connection:
            await checked_run(connection, context.viewer, Permission.LOG, run_id, path="input.runId")
        row = await use_artifact(context.database, context.viewer, artifact_id, run_id, input.used_as or None)
        return RecordArtifactUsePayload(artifact=Artifact.of(row))

    @strawberry.mutation(description="Change an artifact's texts, labels and aliases; never its content. Idempotent.")
    async def change_artifact(
        self, info: RequestInfo, input: Annotated[ChangeArtifactInput, strawberry.argument(description="The change.")]
    ) -> ChangeArtifactPayload:
        """Change an artifact."""
        context = info.context
        database, viewer = context.database, context.viewer
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        row = await update_artifact(
            database,
            viewer,
            artifact_id,
            description=_given(input.description),
            metadata=_given(input.metadata),
            added_tags=input.add_tags or [],
            deleted_tags=input.remove_tags or [],
        )
        collection_id = row.collection_id
        if input.collection_id:
            collection_id = decode_number("ArtifactCollection", input.collection_id, CANONICAL.collection)
        if input.add_aliases:
            await add_aliases(database, viewer, artifact_id, {collection_id: input.add_aliases})
        if input.remove_aliases:
            await delete_aliases(database, viewer, artifact_id, {collection_id: input.remove_aliases})
        context.loaders.artifacts.clear()
        places = await context.loaders.artifacts.memberships.load(artifact_id)
        reached = next((place for place in places if place.collection_id == collection_id), None)
        return ChangeArtifactPayload(artifact=Artifact.of(row, reached))

    @strawberry.mutation(
        description="Link an artifact into a portfolio, where it gets a version of its own. Idempotent."
    )
    async def place_artifact(
        self, info: RequestInfo, input: Annotated[PlaceArtifactInput, strawberry.argument(description="The place.")]
    ) -> PlaceArtifactPayload:
        """Link it."""
        context = info.context
        database, viewer = context.database, context.viewer
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        async with database.connection() as connection:
            # A project is made on demand, and for nobody's artifact none is.
            await checked_artifact(connection, viewer, Permission.READ, artifact_id, path=CANONICAL.artifact)
        project = await artifact_project(database, viewer, input.entity_name or None, input.project_name)
        linked = await link_artifact(database, viewer, artifact_id, project, input.portfolio, input.aliases or [])
        context.loaders.artifacts.clear()
        return PlaceArtifactPayload(artifact=Artifact.of(linked.artifact, linked.membership))

    @strawberry.mutation(description="Take an artifact out of a portfolio; the artifact itself stays. Idempotent.")
    async def remove_artifact(
        self, info: RequestInfo, input: Annotated[RemoveArtifactInput, strawberry.argument(description="The place.")]
    ) -> RemoveArtifactPayload:
        """Unlink it."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        collection_id = decode_number("ArtifactCollection", input.collection_id, CANONICAL.collection)
        await unlink_artifact(context.database, context.viewer, artifact_id, collection_id)
        context.loaders.artifacts.clear()
        return RemoveArtifactPayload(success=True)

    @strawberry.mutation(description="Delete a version. Its number is not given again. Idempotent.")
    async def delete_artifact_version(
        self,
        info: RequestInfo,
        input: Annotated[DeleteArtifactVersionInput, strawberry.argument(description="The version.")],
    ) -> DeleteArtifactVersionPayload:
        """Delete it."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        await delete_artifact(context.database, context.viewer, artifact_id, delete_aliases=input.with_aliases)
        context.loaders.artifacts.clear()
        return DeleteArtifactVersionPayload(success=True)


def _given(text: str | None) -> Given:
    """What a change of a text says: nothing, where it is left out."""
    return UNSET if text is strawberry.UNSET else text
