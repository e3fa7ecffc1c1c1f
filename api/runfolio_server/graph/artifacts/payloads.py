"""What the changes of artifacts answer."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.artifacts.artifact import Artifact


@strawberry.type(description="Where to send bytes of an artifact.")
class ArtifactUpload:
    """One upload."""

    name: str = strawberry.field(description="The file.")
    upload_url: str | None = strawberry.field(
        description="PUT the bytes there: absolute and signed, without any other credential. Null: they are here."
    )
    upload_headers: list[str] = strawberry.field(description="Headers to send with the PUT, as `Name:value`.")
    birth_artifact_id: strawberry.ID = strawberry.field(
        description="Node id of the artifact that brought these bytes first; the list of the files names it."
    )


@strawberry.type(description="What beginArtifact answers.")
class BeginArtifactPayload:
    """Payload of beginArtifact."""

    artifact: Artifact = strawberry.field(
        description="PENDING: its bytes are to be uploaded. COMMITTED: the version with this content, which was there."
    )


@strawberry.type(description="What uploadArtifactFiles answers.")
class UploadArtifactFilesPayload:
    """Payload of uploadArtifactFiles."""

    files: list[ArtifactUpload] = strawberry.field(description="One for each file, in the order asked.")


@strawberry.type(description="What uploadArtifactManifest answers.")
class UploadArtifactManifestPayload:
    """Payload of uploadArtifactManifest."""

    upload: ArtifactUpload = strawberry.field(description="Where to send the list.")


@strawberry.type(description="What finishArtifact answers.")
class FinishArtifactPayload:
    """Payload of finishArtifact."""

    artifact: Artifact = strawberry.field(description="The artifact with its version.")


@strawberry.type(description="What recordArtifactUse answers.")
class RecordArtifactUsePayload:
    """Payload of recordArtifactUse."""

    artifact: Artifact = strawberry.field(description="The artifact.")


@strawberry.type(description="What changeArtifact answers.")
class ChangeArtifactPayload:
    """Payload of changeArtifact."""

    artifact: Artifact = strawberry.field(description="The artifact as it is now.")


@strawberry.type(description="What placeArtifact answers.")
class PlaceArtifactPayload:
    """Payload of placeArtifact."""

    artifact: Artifact = strawberry.field(description="The artifact, with its place in the portfolio as membership.")


@strawberry.type(description="What removeArtifact answers.")
class RemoveArtifactPayload:
    """Payload of removeArtifact."""

    success: bool = strawberry.field(description="Always true; the artifact itself stays.")


@strawberry.type(description="What deleteArtifactVersion answers.")
class DeleteArtifactVersionPayload:
    """Payload of deleteArtifactVersion."""

    success: bool = strawberry.field(description="Always true.")
