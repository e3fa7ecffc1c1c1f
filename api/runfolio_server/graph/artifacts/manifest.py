"""ArtifactManifest: the list of an artifact's files, which is a file itself."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.graph.runs.file import File
from runfolio_server.graph.wandb.artifact_file import MANIFEST_NAME
from runfolio_server.sql.artifacts.manifests import ManifestRow


@strawberry.type(description="The list of all files of an artifact.")
class ArtifactManifest(Node):
    """One manifest."""

    file: File = strawberry.field(description="The list as a file: JSON with digest, size and place of each entry.")

    @classmethod
    def of(cls, row: ManifestRow) -> ArtifactManifest:
        """The manifest of a row."""
        return cls(
            id=encode_node_id("ArtifactManifest", row.manifest_id),
            file=File(
                id=encode_node_id("ArtifactManifestFile", row.manifest_id),
                address=lambda context: context.download_url(row.object_key, MANIFEST_NAME, row.artifact_id),
                name=MANIFEST_NAME,
                size_bytes=Int64(row.size),
                mimetype="application/json",
                md5=row.digest,
                updated_at=row.created_at,
                digest=row.digest,
            ),
        )
