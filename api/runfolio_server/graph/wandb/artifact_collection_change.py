"""Mutations by which the W&B SDK changes and deletes collections of artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry

from runfolio_server.actions.access import checked_project
from runfolio_server.actions.artifacts.argument_paths import ArgumentPaths
from runfolio_server.actions.artifacts.changing import UNSET, update_collection
from runfolio_server.actions.artifacts.deleting import delete_collection
from runfolio_server.actions.artifacts.found import checked_collection_of_name
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.artifacts.alias import ArtifactTag
from runfolio_server.graph.artifacts.collection import collection_of
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_number
from runfolio_server.graph.wandb.artifact_argument_paths import PORTFOLIO, SEQUENCE, TAGGED
from runfolio_server.graph.wandb.artifact_change_input import (
    CreateArtifactCollectionTagAssignmentsInput,
    DeleteArtifactCollectionTagAssignmentsInput,
    DeleteArtifactPortfolioInput,
    DeleteArtifactSequenceInput,
    MoveArtifactSequenceInput,
    UpdateArtifactPortfolioInput,
    UpdateArtifactSequenceInput,
)
from runfolio_server.graph.wandb.artifact_payload import ArtifactCollectionPayload, SuccessPayload, TagsPayload
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE
from runfolio_server.sql.artifacts.collections import CollectionRow


@strawberry.type
class ArtifactCollectionMutations:
    """Mutations of collections; of sequences and portfolios alike."""

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Rename or describe a sequence. Idempotent.")
    async def update_artifact_sequence(
        self,
        info: RequestInfo,
        input: Annotated[UpdateArtifactSequenceInput, strawberry.argument(description="The change.")],
    ) -> ArtifactCollectionPayload | None:
        """Sent by collection.save()."""
        key = decode_number("ArtifactCollection", input.artifact_sequence_id, SEQUENCE.collection)
        return await _updated(info, key, input.name, input.description, SEQUENCE)

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Rename or describe a portfolio. Idempotent.")
    async def update_artifact_portfolio(
        self,
        info: RequestInfo,
        input: Annotated[UpdateArtifactPortfolioInput, strawberry.argument(description="The change.")],
    ) -> ArtifactCollectionPayload | None:
        """Sent by collection.save()."""
        key = decode_number("ArtifactCollection", input.artifact_portfolio_id, PORTFOLIO.collection)
        return await _updated(info, key, input.name, input.description, PORTFOLIO)

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Give a sequence another type. Idempotent.")
    async def move_artifact_sequence(
        self,
        info: RequestInfo,
        input: Annotated[MoveArtifactSequenceInput, strawberry.argument(description="The change.")],
    ) -> ArtifactCollectionPayload | None:
        """Sent by collection.save()."""
        context = info.context
        key = decode_number("ArtifactCollection", input.artifact_sequence_id, SEQUENCE.collection)
        type_name = input.destination_artifact_type_name
        row = await update_collection(context.database, context.viewer, key, type_name=type_name, paths=SEQUENCE)
        return ArtifactCollectionPayload(artifact_collection=collection_of(row))

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Delete a sequence and its versions. Idempotent.")
    async def delete_artifact_sequence(
        self,
        info: RequestInfo,
        input: Annotated[DeleteArtifactSequenceInput, strawberry.argument(description="The sequence.")],
    ) -> ArtifactCollectionPayload | None:
        """Sent by collection.delete()."""
        return await _deleted(info, input.artifact_sequence_id, SEQUENCE)

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE, description="Delete a portfolio; what it links to stays. Idempotent."
    )
    async def delete_artifact_portfolio(
        self,
        info: RequestInfo,
        input: Annotated[DeleteArtifactPortfolioInput, strawberry.argument(description="The portfolio.")],
    ) -> ArtifactCollectionPayload | None:
        """Sent by collection.delete()."""
        return await _deleted(info, input.artifact_portfolio_id, PORTFOLIO)

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Give a collection tags. Idempotent.")
    async def create_artifact_collection_tag_assignments(
        self,
        info: RequestInfo,
        input: Annotated[CreateArtifactCollectionTagAssignmentsInput, strawberry.argument(description="The tags.")],
    ) -> TagsPayload | None:
        """Sent by collection.save(), after it was renamed."""
        names = [tag.tag_name for tag in input.tags]
        row = await _tagged(info, input.entity_name, input.project_name, input.artifact_collection_name, added=names)
        return TagsPayload(tags=[ArtifactTag.of(row.collection_id, name) for name in names])

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Take tags from a collection. Idempotent.")
    async def delete_artifact_collection_tag_assignments(
        self,
        info: RequestInfo,
        input: Annotated[DeleteArtifactCollectionTagAssignmentsInput, strawberry.argument(description="The tags.")],
    ) -> SuccessPayload | None:
        """Sent by collection.save(), after it was renamed."""
        names = [tag.tag_name for tag in input.tags]
        await _tagged(info, input.entity_name, input.project_name, input.artifact_collection_name, deleted=names)
        return SuccessPayload(success=True)


async def _updated(
    info: RequestInfo, collection_id: int, name: str | None, description: str | None, paths: ArgumentPaths
) -> ArtifactCollectionPayload:
    row = await update_collection(
        info.context.database,
        info.context.viewer,
        collection_id,
        name=name or None,
        description=description if isinstance(description, str) else UNSET,
        paths=paths,
    )
    return ArtifactCollectionPayload(artifact_collection=collection_of(row))


async def _deleted(info: RequestInfo, node_id: str, paths: ArgumentPaths) -> ArtifactCollectionPayload:
    collection_id = decode_number("ArtifactCollection", node_id, paths.collection)
    row = await delete_collection(info.context.database, info.context.viewer, collection_id, paths=paths)
    return ArtifactCollectionPayload(artifact_collection=collection_of(row, is_deleted=True))


async def _tagged(
    info: RequestInfo,
    entity_name: str,
    project_name: str,
    collection_name: str,
    *,
    added: Sequence[str] = (),
    deleted: Sequence[str] = (),
) -> CollectionRow:
    context = info.context
    async with context.database.connection() as connection:
        project = await checked_project(connection, context.viewer, Permission.EDIT, entity_name, project_name)
        collection = await checked_collection_of_name(
            connection, project.project_id, collection_name, Permission.EDIT, path=TAGGED.collection
        )
    return await update_collection(
        context.database,
        context.viewer,
        collection.collection_id,
        added_tags=added,
        deleted_tags=deleted,
        paths=TAGGED,
    )
