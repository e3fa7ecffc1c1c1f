"""Mutations by which the W&B SDK makes and uploads an artifact: each may come again when its answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from runfolio_server.actions.access import checked_run_of_name
from runfolio_server.actions.artifacts.committing import commit_artifact
from runfolio_server.actions.artifacts.making import NewArtifact, artifact_project, create_artifact
from runfolio_server.actions.artifacts.stored_bytes import upload_of_digest
from runfolio_server.actions.artifacts.uploading import (
    AskedFile,
    NewManifest,
    TakenFile,
    TakenManifest,
    ask_for_uploads,
    put_manifest,
    update_manifest,
)
from runfolio_server.context import Context
from runfolio_server.domain.artifact_state import ManifestType
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError, NotFound
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.file import SIGNING
from runfolio_server.graph.artifacts.manifest import ArtifactManifest
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs
from runfolio_server.graph.relay.connections import build_connection
from runfolio_server.graph.relay.node_ids import decode_number, derived_node_id, encode_node_id
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.graph.runs.file import File
from runfolio_server.graph.wandb.artifact_argument_paths import WIRE
from runfolio_server.graph.wandb.artifact_file import FOLDER, MANIFEST_NAME
from runfolio_server.graph.wandb.artifact_input import (
    ArtifactDigestAlgorithm,
    CommitArtifactInput,
    CompleteMultipartUploadArtifactInput,
    CreateArtifactFilesInput,
    CreateArtifactInput,
    CreateArtifactManifestInput,
    UpdateArtifactManifestInput,
)
from runfolio_server.graph.wandb.artifact_payload import (
    ArtifactManifestPayload,
    ArtifactPayload,
    CompleteMultipartUploadArtifactPayload,
    CreateArtifactFilesPayload,
    CreateArtifactPayload,
)
from runfolio_server.graph.wandb.artifact_ttl import asked_ttl
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE
from runfolio_server.graph.wandb.file import FileOrigin


def artifact_files_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of an address for each of the files."""
    count = len(arguments["input"]["artifactFiles"])
    return Cost(1 + count * SIGNING, items=max(1, count))


@strawberry.type
class ArtifactUploadMutations:
    """Mutations of uploads."""

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE,
        description="Announce a version of a sequence; what the sequence has already is answered as it is. Idempotent.",
    )
    async def create_artifact(
        self, info: RequestInfo, input: Annotated[CreateArtifactInput, strawberry.argument(description="The version.")]
    ) -> CreateArtifactPayload | None:
        """Sent by run.log_artifact()."""
        context = info.context
        database, viewer = context.database, context.viewer
        if input.digest_algorithm is ArtifactDigestAlgorithm.MANIFEST_XXH128:
            raise AppError("digestAlgorithm is MANIFEST_XXH128; allowed: MANIFEST_MD5", path="input.digestAlgorithm")
        entity_name = input.entity_name or viewer.default_entity_name
        project = await artifact_project(database, viewer, entity_name, input.project_name or None)
        run_id = None
        if input.run_name:
            async with database.connection() as connection:
                run = await checked_run_of_name(
                    connection, viewer, Permission.LOG, entity_name, project.name, input.run_name
                )
            run_id = run.run_id
        names = [input.artifact_collection_name, *(input.artifact_collection_names or [])]
        new = NewArtifact(
            collection_name=next((name for name in names if name), ""),
            type_name=input.artifact_type_name,
            digest=input.digest,
            aliases=[given.alias for given in input.aliases or []],
            tags=[given.tag_name for given in input.tags or []],
            description=input.description or None,
            metadata=input.metadata or None,
            ttl_seconds=asked_ttl(input.ttl_duration_seconds or None),
            run_id=run_id,
            client_id=input.client_id or None,
            sequence_client_id=input.sequence_client_id or None,
            distributed_id=input.distributed_id or None,
            history_step=input.history_step if isinstance(input.history_step, int) else None,
            storage_region=input.storage_region or None,
            is_deduplicated=bool(input.enable_digest_deduplication),
        )
        row = await create_artifact(database, viewer, project, new, context.storage_regions, paths=WIRE)
        return CreateArtifactPayload(artifact=Artifact.of(row))

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE,
        description="Announce a list of files of a pending artifact; without a digest it is not uploaded yet. "
        "Idempotent.",
    )
    async def create_artifact_manifest(
        self,
        info: RequestInfo,
        input: Annotated[CreateArtifactManifestInput, strawberry.argument(description="The list.")],
    ) -> ArtifactManifestPayload | None:
        """Sent twice for each artifact: before its files, and with the digest after them."""
        context = info.context
        base = input.base_artifact_id
        new = NewManifest(
            name=input.name,
            type=ManifestType[input.type.name],
            digest=input.digest,
            base_artifact_id=decode_number("Artifact", base, WIRE.base_artifact) if base else None,
        )
        artifact_id = decode_number("Artifact", input.artifact_id, WIRE.artifact)
        taken = await put_manifest(context.database, context.viewer, artifact_id, new, paths=WIRE)
        return ArtifactManifestPayload(artifact_manifest=_manifest(context, taken))

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE, description="Tell the digest of a list of files, and what it adds to. Idempotent."
    )
    async def update_artifact_manifest(
        self,
        info: RequestInfo,
        input: Annotated[UpdateArtifactManifestInput, strawberry.argument(description="The list.")],
    ) -> ArtifactManifestPayload | None:
        """Sent after the files of an increment, and of a part of a distributed artifact."""
        context = info.context
        base = input.base_artifact_id
        taken = await update_manifest(
            context.database,
            context.viewer,
            decode_number("ArtifactManifest", input.artifact_manifest_id, WIRE.manifest),
            input.digest or "",
            decode_number("Artifact", base, WIRE.base_artifact) if base else None,
            paths=WIRE,
        )
        return ArtifactManifestPayload(artifact_manifest=_manifest(context, taken))

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE,
        description="Where to send the files of pending artifacts, those whose bytes are not here. Idempotent.",
        metadata=costs(artifact_files_cost),
    )
    async def create_artifact_files(
        self,
        info: RequestInfo,
        input: Annotated[CreateArtifactFilesInput, strawberry.argument(description="The files.")],
    ) -> CreateArtifactFilesPayload | None:
        """Sent in batches of up to 2,000 files; the SDK takes the answers by their places."""
        context = info.context
        asked = [
            AskedFile(decode_number("Artifact", spec.artifact_id, WIRE.file_artifact), spec.name, spec.md5)
            for spec in input.artifact_files
        ]
        taken = await ask_for_uploads(context.database, context.viewer, asked, paths=WIRE)

        async def count() -> int:
            return len(taken)

        files = build_connection(
            taken,
            len(taken),
            lambda file: _file(context, file),
            lambda file: derived_node_id("ArtifactFile", file.asked.artifact_id, file.asked.name),
            count,
        )
        return CreateArtifactFilesPayload(files=files)

    @strawberry.mutation(deprecation_reason=ONLY_WIRE, description="Always refused: no upload in parts is begun here.")
    def complete_multipart_upload_artifact(
        self,
        input: Annotated[CompleteMultipartUploadArtifactInput, strawberry.argument(description="The upload.")],
    ) -> CompleteMultipartUploadArtifactPayload | None:
        """Sent after the parts of a large file, when the server has asked for parts."""
        raise NotFound(
            f"There is no upload {input.upload_id[:100]!r}; send the file in one PUT.", path="input.uploadID"
        )

    @strawberry.mutation(
        deprecation_reason=ONLY_WIRE,
        description="Give an uploaded artifact the next version of its sequence, and its aliases. Idempotent.",
    )
    async def commit_artifact(
        self, info: RequestInfo, input: Annotated[CommitArtifactInput, strawberry.argument(description="The artifact.")]
    ) -> ArtifactPayload | None:
        """Sent when all files and the list of them were uploaded."""
        context = info.context
        artifact_id = decode_number("Artifact", input.artifact_id, WIRE.artifact)
        row = await commit_artifact(context.database, context.object_store, context.viewer, artifact_id, paths=WIRE)
        return ArtifactPayload(artifact=Artifact.of(row))


def _upload_url(context: Context, entity_id: int, name: str, digest: str) -> str:
    return context.url_signer.upload_url(
        context.base_url, upload_of_digest(entity_id, digest, name, context.viewer.key_id)
    )


def _headers(digest: str) -> list[str]:
    """As the SDK sends them; what follows the colon is the value as it stands."""
    return [f"Content-MD5:{digest}"]


def _manifest(context: Context, taken: TakenManifest) -> ArtifactManifest:
    """The manifest and where to send it; sent again it is stored once."""
    is_asked = taken.digest != ""
    return ArtifactManifest(
        id=encode_node_id("ArtifactManifest", taken.manifest_id),
        file=File(
            id=encode_node_id("ArtifactManifestFile", taken.manifest_id),
            address=lambda _: "",
            name=MANIFEST_NAME,
            size_bytes=Int64(0),
            mimetype="application/json",
            md5=taken.digest or None,
            updated_at=taken.artifact.updated_at,
            digest=taken.digest or None,
            upload_url=_upload_url(context, taken.artifact.entity_id, MANIFEST_NAME, taken.digest)
            if is_asked
            else None,
            upload_headers=_headers(taken.digest) if is_asked else [],
        ),
    )


def _file(context: Context, file: TakenFile) -> File:
    """One file: without an address to send it to when its bytes are here."""
    asked, artifact, stored = file.asked, file.artifact, file.stored
    return File(
        id=derived_node_id("ArtifactFile", asked.artifact_id, asked.name),
        address=lambda _: "",
        name=asked.name,
        size_bytes=Int64(stored.size if stored else 0),
        mimetype=None,
        md5=asked.digest,
        updated_at=artifact.updated_at,
        digest=asked.digest,
        storage_path=f"{FOLDER}{stored.object_key if stored else asked.name}",
        upload_url=None if stored else _upload_url(context, artifact.entity_id, asked.name, asked.digest),
        upload_headers=[] if stored else _headers(asked.digest),
        artifact=FileOrigin(id=encode_node_id("Artifact", file.birth_artifact_id)),
    )
