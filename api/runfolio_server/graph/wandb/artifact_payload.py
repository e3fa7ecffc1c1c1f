"""What the mutations of artifacts answer the W&B SDK."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.artifacts.alias import ArtifactTag
from runfolio_server.graph.artifacts.artifact import Artifact
from runfolio_server.graph.artifacts.collection import ArtifactCollection
from runfolio_server.graph.artifacts.manifest import ArtifactManifest
from runfolio_server.graph.artifacts.membership import ArtifactCollectionMembership
from runfolio_server.graph.relay.connections import Connection
from runfolio_server.graph.runs.file import File


@strawberry.type(description="What createArtifact answers.")
class CreateArtifactPayload:
    """Payload of createArtifact."""

    artifact: Artifact = strawberry.field(description="The artifact; COMMITTED: the collection had its content.")


@strawberry.type(description="What mutations of an artifact answer.")
class ArtifactPayload:
    """Payload of several mutations."""

    artifact: Artifact | None = strawberry.field(description="The artifact as it is now; null: it is gone.")


@strawberry.type(description="An artifact that was deleted.")
class DeletedArtifact:
    """Nothing but its id is left."""

    id: strawberry.ID = strawberry.field(description="Its node id.")


@strawberry.type(description="What deleteArtifact answers.")
class DeleteArtifactPayload:
    """Payload of deleteArtifact."""

    artifact: DeletedArtifact = strawberry.field(description="The artifact.")


@strawberry.type(description="What mutations of a manifest answer.")
class ArtifactManifestPayload:
    """Payload of createArtifactManifest and updateArtifactManifest."""

    artifact_manifest: ArtifactManifest = strawberry.field(description="The manifest.")


@strawberry.type(description="What createArtifactFiles answers.")
class CreateArtifactFilesPayload:
    """Payload of createArtifactFiles."""

    files: Connection[File] = strawberry.field(description="One for each file, in the order asked.")


@strawberry.type(description="What completeMultipartUploadArtifact answers.")
class CompleteMultipartUploadArtifactPayload:
    """Payload of completeMultipartUploadArtifact."""

    digest: str | None = strawberry.field(description="Digest of the file.")


@strawberry.type(description="What a mutation answers that is done or an error.")
class SuccessPayload:
    """Payload of several mutations."""

    success: bool = strawberry.field(description="Always true.")


@strawberry.type(description="What unlinkArtifact answers.")
class UnlinkArtifactPayload:
    """Payload of unlinkArtifact."""

    success: bool = strawberry.field(description="Always true.")
    artifact_id: strawberry.ID = strawberry.field(name="artifactID", description="The artifact.")
    client_mutation_id: str | None = strawberry.field(description="As it was sent.")


@strawberry.type(description="What linkArtifact answers.")
class LinkArtifactPayload:
    """Payload of linkArtifact."""

    version_index: int | None = strawberry.field(
        description="The number of its version in the portfolio; null: it gets one when it is committed."
    )
    artifact_membership: ArtifactCollectionMembership | None = strawberry.field(description="Its place there.")


@strawberry.type(description="What mutations of a collection answer.")
class ArtifactCollectionPayload:
    """Payload of several mutations."""

    artifact_collection: ArtifactCollection | None = strawberry.field(description="The collection as it is now.")


@strawberry.type(description="What createArtifactCollectionTagAssignments answers.")
class TagsPayload:
    """Payload of createArtifactCollectionTagAssignments."""

    tags: list[ArtifactTag] = strawberry.field(description="The tags that were given.")
