"""Mutations by which the W&B SDK uses, changes, links and deletes artifacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import strawberry

from runfolio_server.actions.access import checked_project, checked_run_of_name
from runfolio_server.actions.artifacts.aliases import add_aliases, delete_aliases
from runfolio_server.actions.artifacts.changing import UNSET, update_artifact
from runfolio_server.actions.artifacts.deleting import delete_artifact
from runfolio_server.actions.artifacts.found import (
    checked_collection,
    checked_collection_of_name,
    visible_client_id,
)
from runfolio_server.actions.artifacts.links import link_artifact, unlink_artifact
from runfolio_server.actions.artifacts.making import artifact_project
from runfolio_server.actions.artifacts.uses import use_artifact
from runfolio_server.context import Context
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError, NotFound
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.membership import ArtifactCollectionMembership
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_number
from runfolio_server.graph.wandb.artifact_argument_paths import WIRE
from runfolio_server.graph.wandb.artifact_change_input import (
    AddAliasesInput,
    ArtifactCollectionAliasInput,
    DeleteAliasesInput,
    DeleteArtifactInput,
    LinkArtifactInput,
    UnlinkArtifactInput,
    UpdateArtifactInput,
    UseArtifactInput,
)
from runfolio_server.graph.wandb.artifact_payload import (
    ArtifactPayload,
    DeleteArtifactPayload,
    DeletedArtifact,
    LinkArtifactPayload,
    SuccessPayload,
    UnlinkArtifactPayload,
)
from runfolio_server.graph.wandb.artifact_ttl import asked_ttl
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE
from runfolio_server.sql.projects.projects import ProjectRow


@strawberry.type
class ArtifactChangeMutations:
    """Mutations of artifacts that are there."""

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Say that a run uses an artifact. Idempotent.")
    async def use_artifact(
        self, info: RequestInfo, input: Annotated[UseArtifactInput, strawberry.argument(description="The artifact.")]
    ) -> ArtifactPayload | None:
        """Sent by run.use_artifact()."""
        context = info.context
        database, viewer = context.database, context.viewer
        async with database.connection() as connection:
            run = await checked_run_of_name(
                connection,
                viewer,
                Permission.LOG,
                input.entity_name or viewer.default_entity_name,
                input.project_name,
                input.run_name,
            )
        artifact_id = decode_number("Artifact", input.artifact_id, WIRE.artifact)
        row = await use_artifact(database, viewer, artifact_id, run.run_id, input.used_as or None, paths=WIRE)
        return ArtifactPayload(artifact=Artifact.of(row))

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Change what is told of an artifact. Idempotent.")
    async def update_artifact(
        self, info: RequestInfo, input: Annotated[UpdateArtifactInput, strawberry.argument(description="The change.")]
    ) -> ArtifactPayload | None:
        """Sent by artifact.save()."""
        context, ttl = info.context, input.ttl_duration_seconds
        row = await update_artifact(
            context.database,
            context.viewer,
            decode_number("Artifact", input.artifact_id, WIRE.artifact),
            description=input.description if isinstance(input.description, str) else UNSET,
            metadata=input.metadata if isinstance(input.metadata, str) else UNSET,
            added_tags=[tag.tag_name for tag in input.tags_to_add or []],
            deleted_tags=[tag.tag_name for tag in input.tags_to_delete or []],
            ttl_seconds=asked_ttl(ttl) if isinstance(ttl, int) else UNSET,
            paths=WIRE,
        )
        return ArtifactPayload(artifact=Artifact.of(row))

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE, description="Delete a version; its number is not given again. Idempotent."
    )
    async def delete_artifact(
        self, info: RequestInfo, input: Annotated[DeleteArtifactInput, strawberry.argument(description="The version.")]
    ) -> DeleteArtifactPayload | None:
        """Sent by artifact.delete()."""
        artifact_id = decode_number("Artifact", input.artifact_id, WIRE.artifact)
        await delete_artifact(
            info.context.database,
            info.context.viewer,
            artifact_id,
            delete_aliases=bool(input.delete_aliases),
            paths=WIRE,
        )
        return DeleteArtifactPayload(artifact=DeletedArtifact(id=input.artifact_id))

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE, description="Give a version aliases, which other versions lose. Idempotent."
    )
    async def add_aliases(
        self, info: RequestInfo, input: Annotated[AddAliasesInput, strawberry.argument(description="The aliases.")]
    ) -> SuccessPayload | None:
        """Sent by artifact.save()."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, WIRE.artifact)
        aliases = await _by_collection(context, input.aliases)
        await add_aliases(context.database, context.viewer, artifact_id, aliases, paths=WIRE)
        return SuccessPayload(success=True)

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE, description="Take aliases from a version; those of others stay. Idempotent."
    )
    async def delete_aliases(
        self, info: RequestInfo, input: Annotated[DeleteAliasesInput, strawberry.argument(description="The aliases.")]
    ) -> SuccessPayload | None:
        """Sent by artifact.save()."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, WIRE.artifact)
        aliases = await _by_collection(context, input.aliases)
        await delete_aliases(context.database, context.viewer, artifact_id, aliases, paths=WIRE)
        return SuccessPayload(success=True)

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE,
        description="Link an artifact into a portfolio; one that is pending is linked by its commit. Idempotent.",
    )
    async def link_artifact(
        self, info: RequestInfo, input: Annotated[LinkArtifactInput, strawberry.argument(description="The link.")]
    ) -> LinkArtifactPayload | None:
        """Sent by run.link_artifact() and artifact.link()."""
        context = info.context
        artifact_id = await _linked_id(context, input)
        project, name = await _portfolio(context, input)
        aliases = [given.alias for given in input.aliases or []]
        linked = await link_artifact(context.database, context.viewer, artifact_id, project, name, aliases, paths=WIRE)
        place = linked.membership
        return LinkArtifactPayload(
            version_index=None if place is None else place.version_index,
            artifact_membership=None if place is None else ArtifactCollectionMembership.of(place),
        )

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE, description="Take an artifact out of a portfolio; it stays. Idempotent."
    )
    async def unlink_artifact(
        self, info: RequestInfo, input: Annotated[UnlinkArtifactInput, strawberry.argument(description="The link.")]
    ) -> UnlinkArtifactPayload | None:
        """Sent by artifact.unlink(), and by artifact.delete() of a link."""
        artifact_id = decode_number("Artifact", input.artifact_id, WIRE.artifact)
        collection_id = decode_number("ArtifactCollection", input.artifact_portfolio_id, WIRE.collection)
        await unlink_artifact(info.context.database, info.context.viewer, artifact_id, collection_id, paths=WIRE)
        return UnlinkArtifactPayload(
            success=True, artifact_id=input.artifact_id, client_mutation_id=input.client_mutation_id or None
        )


async def _by_collection(
    context: Context, aliases: Sequence[ArtifactCollectionAliasInput]
) -> Mapping[int, Sequence[str]]:
    """The aliases by the key of the collection that each names."""
    named: dict[tuple[str, str, str], list[str]] = {}
    for given in aliases:
        place = (given.entity_name, given.project_name, given.artifact_collection_name)
        named.setdefault(place, []).append(given.alias)
    found: dict[int, list[str]] = {}
    async with context.database.connection() as connection:
        for (entity_name, project_name, name), given_there in named.items():
            project = await checked_project(
                connection, context.viewer, Permission.EDIT, entity_name, project_name, path=WIRE.aliases
            )
            collection = await checked_collection_of_name(
                connection, project.project_id, name, Permission.EDIT, path=WIRE.aliases
            )
            found.setdefault(collection.collection_id, []).extend(given_there)
    return found


async def _linked_id(context: Context, input: LinkArtifactInput) -> int:
    """Which artifact is meant: by its id, or by what the SDK called it before there was one."""
    if input.artifact_id:
        return decode_number("Artifact", input.artifact_id, WIRE.artifact)
    if not input.client_id:
        raise AppError("Neither artifactID nor clientID says which artifact is linked; give one.", path=WIRE.artifact)
    async with context.database.connection() as connection:
        found = await visible_client_id(connection, context.viewer, input.client_id)
    if found is None or found.artifact_id is None:
        raise NotFound(f"There is no artifact with client id {input.client_id[:100]!r}.", path=WIRE.client_id)
    return found.artifact_id


async def _portfolio(context: Context, input: LinkArtifactInput) -> tuple[ProjectRow, str]:
    """The project and name of the portfolio, by its id or by its name in a project that is made when there is none."""
    if input.artifact_portfolio_id:
        path = WIRE.collection
        key = decode_number("ArtifactCollection", input.artifact_portfolio_id, path)
        async with context.database.connection() as connection:
            collection = await checked_collection(connection, context.viewer, Permission.LOG, key, path=path)
        project = await context.loaders.project.load(collection.project_id)
        if project is None:
            raise LookupError(f"collection {collection.collection_id} has no project")
        return project, collection.name
    project = await artifact_project(
        context.database, context.viewer, input.entity_name or None, input.project_name or None
    )
    return project, input.artifact_portfolio_name or ""
