"""Inputs of the mutations by which the W&B SDK makes and uploads an artifact."""

from __future__ import annotations

from enum import Enum
from typing import Any

import strawberry

from runfolio_server.graph.relay.scalars import Int64, JSONString


def optional(description: str, name: str | None = None) -> Any:
    """A member that may be absent or null."""
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@strawberry.enum(description="How the digest of an artifact is made. Only the first is stored here.")
class ArtifactDigestAlgorithm(Enum):
    """Sent with each artifact by 0.31."""

    MANIFEST_MD5 = strawberry.enum_value("MANIFEST_MD5", description="MD5 of paths and MD5s.")
    MANIFEST_XXH128 = strawberry.enum_value("MANIFEST_XXH128", description="XXH128 of paths and digests.")


@strawberry.enum(description="What a manifest that is uploaded holds.")
class ArtifactManifestType(Enum):
    """A manifest is whole, or what one process adds."""

    FULL = strawberry.enum_value("FULL", description="All entries.")
    INCREMENTAL = strawberry.enum_value("INCREMENTAL", description="Those that it adds to a version.")
    PATCH = strawberry.enum_value("PATCH", description="Those of one of several processes.")


@strawberry.enum(description="Where the SDK looks for the files of an artifact.")
class ArtifactStorageLayout(Enum):
    """Sent with files; both are answered alike."""

    V1 = strawberry.enum_value("V1", description="By digest.")
    V2 = strawberry.enum_value("V2", description="By the artifact that first brought them.")


@strawberry.input(description="An alias of one collection.")
class ArtifactAliasInput:
    """A name for the new version."""

    artifact_collection_name: str = strawberry.field(description="The collection.")
    alias: str = strawberry.field(description="The alias.")


@strawberry.input(description="A tag.")
class TagInput:
    """A label."""

    tag_name: str = strawberry.field(description="The tag.")
    tag_category_name: str | None = optional("Ignored.")
    attributes: JSONString | None = optional("Ignored.")


@strawberry.input(description="An artifact to make: its content follows, unless the collection has it already.")
class CreateArtifactInput:
    """Input of createArtifact."""

    entity_name: str = strawberry.field(description="Entity; empty means your own.")
    project_name: str = strawberry.field(description="Project, made when there is none.")
    artifact_type_name: str = strawberry.field(description="Type, made when there is none.")
    artifact_collection_name: str | None = optional("The sequence that it becomes a version of.")
    artifact_collection_names: list[str] | None = optional("The same, in a list of one.")
    run_name: str | None = optional("The run that logs it; null: none does.")
    digest: str = strawberry.field(description="Of its manifest, in hex.")
    digest_algorithm: ArtifactDigestAlgorithm | None = optional("How the digest was made.")
    description: str | None = optional("Text for people.")
    aliases: list[ArtifactAliasInput] | None = optional("Names that it gets when it is committed.")
    tags: list[TagInput] | None = optional("Its tags.")
    metadata: JSONString | None = optional("A JSON object.")
    labels: JSONString | None = optional("Ignored.")
    ttl_duration_seconds: Int64 | None = optional("How long it is kept; -1: as is usual, -2: for good.")
    history_step: Int64 | None = optional("The number of the run's next history row.")
    enable_digest_deduplication: bool | None = optional("Whether a version of the same digest is taken instead.")
    distributed_id: str | None = optional("What processes that write one version together call it.", "distributedID")
    client_id: strawberry.ID | None = optional("What the SDK calls it meanwhile.", "clientID")
    sequence_client_id: strawberry.ID | None = optional("What the SDK calls its sequence.", "sequenceClientID")
    storage_region: str | None = optional("Where its files are to lie.")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.input(description="A manifest of an artifact.")
class CreateArtifactManifestInput:
    """Input of createArtifactManifest."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    base_artifact_id: strawberry.ID | None = optional("The version whose entries it adds to.", "baseArtifactID")
    name: str = strawberry.field(description="Its file name.")
    digest: str = strawberry.field(description="MD5 of its file, base64; empty: not known yet.")
    entity_name: str = strawberry.field(description="Ignored: the artifact has one.")
    project_name: str = strawberry.field(description="Ignored: the artifact has one.")
    run_name: str = strawberry.field(description="Ignored: the artifact has one.")
    type: ArtifactManifestType = strawberry.field(default=ArtifactManifestType.FULL, description="What it holds.")


@strawberry.input(description="A manifest whose file is known now.")
class UpdateArtifactManifestInput:
    """Input of updateArtifactManifest."""

    artifact_manifest_id: strawberry.ID = strawberry.field(name="artifactManifestID", description="The manifest.")
    digest: str | None = optional("MD5 of its file, base64.")
    base_artifact_id: strawberry.ID | None = optional("As in createArtifactManifest; null leaves it.", "baseArtifactID")


@strawberry.input(description="A part of a large file.")
class UploadPartsInput:
    """One part."""

    part_number: Int64 = strawberry.field(description="Its place, from 1.")
    hex_md5: str = strawberry.field(name="hexMD5", description="MD5 of its bytes, or what the upload answered.")


@strawberry.input(description="A file of an artifact that is about to be uploaded.")
class CreateArtifactFileSpecInput:
    """One file."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    name: str = strawberry.field(description="Its path in the artifact.")
    md5: str = strawberry.field(description="MD5 of its bytes, base64.")
    digest: str | None = optional("The same.")
    mimetype: str | None = optional("What its bytes are.")
    artifact_manifest_id: strawberry.ID | None = optional("The manifest it is listed in.", "artifactManifestID")
    upload_parts_input: list[UploadPartsInput] | None = optional("How the SDK would cut it.")


@strawberry.input(description="Files of artifacts that are about to be uploaded.")
class CreateArtifactFilesInput:
    """Input of createArtifactFiles."""

    artifact_files: list[CreateArtifactFileSpecInput] = strawberry.field(description="The files.")
    storage_layout: ArtifactStorageLayout = strawberry.field(description="Ignored.")
    digest_algorithm: ArtifactDigestAlgorithm | None = optional("How the digests were made.")
    cloud_region_id: strawberry.ID | None = optional("Ignored.", "cloudRegionID")
    client_mutation_id: str | None = optional("Ignored.")


@strawberry.enum(description="What is to become of a file that was uploaded in parts.")
class CompleteMultipartAction(Enum):
    """One action."""

    COMPLETE = strawberry.enum_value("Complete", name="Complete", description="Put its parts together.")


@strawberry.input(description="A file that was uploaded in parts.")
class CompleteMultipartUploadArtifactInput:
    """Input of completeMultipartUploadArtifact."""

    complete_multipart_action: CompleteMultipartAction = strawberry.field(description="What to do.")
    completed_parts: list[UploadPartsInput] = strawberry.field(description="Its parts.")
    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    storage_path: str = strawberry.field(description="What the file is called in the store.")
    upload_id: str = strawberry.field(name="uploadID", description="What the upload is called.")


@strawberry.input(description="An artifact whose files are all there.")
class CommitArtifactInput:
    """Input of commitArtifact."""

    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
