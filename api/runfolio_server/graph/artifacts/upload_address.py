"""Where the bytes of an artifact are sent: a signed URL of its entity, good for these bytes alone."""

from __future__ import annotations

from datetime import UTC, datetime

from runfolio_server.context import Context
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import entity_owner
from runfolio_server.graph.artifacts.payloads import ArtifactUpload
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.objects.signing import UploadGrant


def artifact_upload(
    context: Context, entity_id: int, name: str, md5: str, birth_artifact_id: int, *, is_stored: bool
) -> ArtifactUpload:
    """Where to send a file; nowhere when its bytes are stored."""
    url = None
    if not is_stored:
        key = ObjectKey.fresh(entity_owner(entity_id))
        url = context.url_signer.upload_url(
            context.base_url, UploadGrant(key, name, datetime.now(UTC), md5=md5, key_id=context.viewer.key_id)
        )
    return ArtifactUpload(
        name=name,
        upload_url=url,
        upload_headers=[] if is_stored else [f"Content-MD5:{md5}"],
        birth_artifact_id=encode_node_id("Artifact", birth_artifact_id),
    )
