"""Making an artifact: begun, its bytes uploaded, and finished. Each may come again when its answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import strawberry

from runfolio_server.actions.access import checked_run
from runfolio_server.actions.artifacts.argument_paths import CANONICAL
from runfolio_server.actions.artifacts.committing import commit_artifact
from runfolio_server.actions.artifacts.making import NewArtifact, artifact_project, create_artifact
from runfolio_server.actions.artifacts.uploading import AskedFile, NewManifest, ask_for_uploads, put_manifest
from runfolio_server.context import Context
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.file import SIGNING
from runfolio_server.graph.artifacts.inputs import (
    BeginArtifactInput,
    FinishArtifactInput,
    UploadArtifactFilesInput,
    UploadArtifactManifestInput,
)
from runfolio_server.graph.artifacts.payloads import (
    BeginArtifactPayload,
    FinishArtifactPayload,
    UploadArtifactFilesPayload,
    UploadArtifactManifestPayload,
)
from runfolio_server.graph.artifacts.upload_address import artifact_upload
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs
from runfolio_server.graph.relay.node_ids import decode_number, decode_uuid
from runfolio_server.sql.projects.projects import ProjectRow

MANIFEST_NAME = "manifest.json"
"""What the list of files is called where it is stored."""


def artifact_uploads_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of an address for each of the files."""
    count = len(arguments["input"]["files"])
    return Cost(1 + count * SIGNING, items=max(1, count))


@strawberry.type
class ArtifactMakingMutations:
    """Mutations that make artifacts."""

    @strawberry.mutation(
        description="Announce a version of a sequence. What the sequence has already is answered as it is, with the "
        "aliases moved to it."
    )
    async def begin_artifact(
        self, info: RequestInfo, input: Annotated[BeginArtifactInput, strawberry.argument(description="The version.")]
    ) -> BeginArtifactPayload:
        """Announce a version."""
        context = info.context
        run_id, project = await _place(context, input)
        new = NewArtifact(
            collection_name=input.collection,
            type_name=input.type,
            digest=input.digest,
            aliases=input.aliases or [],
            tags=input.tags or [],
            description=input.description or None,
            metadata=input.metadata or None,
            ttl_seconds=input.ttl_seconds if isinstance(input.ttl_seconds, int) else None,
            run_id=run_id,
            client_id=input.client_id,
            history_step=input.history_step if isinstance(input.history_step, int) else None,
        )
        row = await create_artifact(context.database, context.viewer, project, new)
        context.loaders.artifacts.clear()
        return BeginArtifactPayload(artifact=Artifact.of(row))

    @strawberry.mutation(
        description="Where to send the bytes of files that a pending artifact has.",
        metadata=costs(artifact_uploads_cost),
    )
    async def upload_artifact_files(
        self,
        info: RequestInfo,
        input: Annotated[UploadArtifactFilesInput, strawberry.argument(description="The files.")],
    ) -> UploadArtifactFilesPayload:
        """Allow uploads."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        asked = [AskedFile(artifact_id, file.name, file.md5) for file in input.files]
        taken = await ask_for_uploads(context.database, context.viewer, asked)
        return UploadArtifactFilesPayload(
            files=[
                artifact_upload(
                    context,
                    file.artifact.entity_id,
                    file.asked.name,
                    file.asked.digest,
                    file.birth_artifact_id,
                    is_stored=file.stored is not None,
                )
                for file in taken
            ]
        )

    @strawberry.mutation(description="Where to send the list of all files of a pending artifact.")
    async def upload_artifact_manifest(
        self,
        info: RequestInfo,
        input: Annotated[UploadArtifactManifestInput, strawberry.argument(description="The list.")],
    ) -> UploadArtifactManifestPayload:
        """Allow the upload of the list."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        new = NewManifest(MANIFEST_NAME, ManifestType.FULL, input.md5)
        taken = await put_manifest(context.database, context.viewer, artifact_id, new)
        upload = artifact_upload(
            context,
            taken.artifact.entity_id,
            MANIFEST_NAME,
            input.md5,
            artifact_id,
            is_stored=taken.stored is not None,
        )
        return UploadArtifactManifestPayload(upload=upload)

    @strawberry.mutation(
        description="Commit an artifact whose bytes and list are here: it gets the next version of its sequence, and "
        "its aliases."
    )
    async def finish_artifact(
        self, info: RequestInfo, input: Annotated[FinishArtifactInput, strawberry.argument(description="The artifact.")]
    ) -> FinishArtifactPayload:
        """Commit it."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, CANONICAL.artifact)
        row = await commit_artifact(context.database, context.object_store, context.viewer, artifact_id)
        context.loaders.artifacts.clear()
        return FinishArtifactPayload(artifact=Artifact.of(row))


async def _place(context: Context, input: BeginArtifactInput) -> tuple[UUID | None, ProjectRow]:
    """The run that logs the artifact, if one does, and the project where it goes."""
    if not input.run_id:
        entity, name = input.entity_name or None, input.project_name or None
        return None, await artifact_project(context.database, context.viewer, entity, name)
    run_id = decode_uuid("Run", input.run_id)
    async with context.database.connection() as connection:
        run = await checked_run(connection, context.viewer, Permission.LOG, run_id, path="input.runId")
    project = await context.loaders.project.load(run.project_id)
    if project is None:
        raise LookupError(f"a run of project {run.project_id} has no project")
    return run_id, project
