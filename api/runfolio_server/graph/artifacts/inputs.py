"""Inputs of the changes of artifacts."""

from __future__ import annotations

from typing import Any

import strawberry

from runfolio_server.graph.relay.scalars import Int64, JSONString


def optional(description: str) -> Any:
    """A field that may be left out."""
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(
    description="A version that is to be. It belongs to a run, or to a project when somebody makes it without one."
)
class BeginArtifactInput:
    """Input of beginArtifact."""

    collection: str = strawberry.field(description="The sequence, made if there is none: 1 to 128 characters.")
    type: str = strawberry.field(description="What it is, such as `model`; the sequence keeps its first one.")
    digest: str = strawberry.field(
        description="Of its content: the MD5, in hex, of a line for each entry in the order of their names, as the "
        "server's README says. What the sequence has already is not made again."
    )
    client_id: strawberry.ID = strawberry.field(
        description="A random text of at most 256 characters, by which the same call again means the same artifact."
    )
    run_id: strawberry.ID | None = optional("Node id of the run that logs it.")
    entity_name: str | None = optional("The project's entity, when no run is given; null: your own.")
    project_name: str | None = optional("The project, made if there is none, when no run is given.")
    description: str | None = optional("Text for people.")
    metadata: JSONString | None = optional("A JSON object.")
    aliases: list[str] | None = optional("Names that move to it once it is committed, such as `latest`.")
    tags: list[str] | None = optional("Labels.")
    ttl_seconds: Int64 | None = optional("How long it is kept; null: for good.")
    history_step: Int64 | None = optional("The number of the history row that the run logs next.")


@strawberry.input(description="A file of an artifact that is to be.")
class ArtifactFileInput:
    """One file."""

    name: str = strawberry.field(description="Its path in the artifact: relative, with forward slashes.")
    md5: str = strawberry.field(description="MD5 of its bytes, base64.")


@strawberry.input(description="Files whose bytes an artifact needs.")
class UploadArtifactFilesInput:
    """Input of uploadArtifactFiles."""

    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    files: list[ArtifactFileInput] = strawberry.field(description="The files.")


@strawberry.input(description="The list of all files of an artifact, which is uploaded as a file.")
class UploadArtifactManifestInput:
    """Input of uploadArtifactManifest."""

    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    md5: str = strawberry.field(description="MD5 of the list's bytes, base64.")


@strawberry.input(description="An artifact whose bytes are all there.")
class FinishArtifactInput:
    """Input of finishArtifact."""

    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")


@strawberry.input(description="An artifact that a run uses.")
class RecordArtifactUseInput:
    """Input of recordArtifactUse."""

    run_id: strawberry.ID = strawberry.field(description="Node id of the run.")
    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    used_as: str | None = optional("What the run calls it.")


@strawberry.input(description="What to change of an artifact. An absent field stays as it is, null clears it.")
class ChangeArtifactInput:
    """Input of changeArtifact."""

    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    description: str | None = optional("Text for people.")
    metadata: JSONString | None = optional("A JSON object: all of it.")
    add_tags: list[str] | None = optional("Labels to add.")
    remove_tags: list[str] | None = optional("Labels to take away.")
    collection_id: strawberry.ID | None = optional("Where its aliases change; null: in its sequence.")
    add_aliases: list[str] | None = optional("Aliases to give to it; one that another version has moves here.")
    remove_aliases: list[str] | None = optional("Aliases to take from it.")


@strawberry.input(description="A portfolio to link an artifact into.")
class PlaceArtifactInput:
    """Input of placeArtifact."""

    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    entity_name: str | None = optional("The portfolio's entity; null: your own.")
    project_name: str = strawberry.field(description="The portfolio's project, made if there is none.")
    portfolio: str = strawberry.field(description="The portfolio, made if there is none.")
    aliases: list[str] | None = optional("Names that lead to it there.")


@strawberry.input(description="A portfolio to take an artifact out of.")
class RemoveArtifactInput:
    """Input of removeArtifact."""

    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    collection_id: strawberry.ID = strawberry.field(description="Node id of the portfolio.")


@strawberry.input(description="A version to delete.")
class DeleteArtifactVersionInput:
    """Input of deleteArtifactVersion."""

    artifact_id: strawberry.ID = strawberry.field(description="Node id of the artifact.")
    with_aliases: bool = strawberry.field(default=False, description="Also when aliases lead to it.")
