"""The bytes of an entity's artifacts: leave to bring them, and one object for each digest.

What another entity has stored is never looked at: who names a digest must bring its bytes, or have them already.
Called by actions/stored_objects.py, and by those that make artifacts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import entity_owner
from runfolio_server.domain.permission import Permission, may_with_all
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Forbidden
from runfolio_server.objects.signing import DownloadGrant, UploadGrant
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.sql.artifacts.objects import (
    SELECT_AWAITED_DIGEST,
    SELECT_READABLE_ENTITY_OBJECT,
    STORE_ENTITY_OBJECT,
)
from runfolio_server.sql.pool import Database

NOT_AWAITED = "This upload URL is for an artifact that does not wait for these bytes any more, or not for yours."


def upload_of_digest(entity_id: int, digest: str, file_name: str, key_id: UUID | None) -> UploadGrant:
    """Leave to bring the bytes of this digest (MD5 in base64), once or again; other bytes are refused."""
    return UploadGrant(ObjectKey.fresh(entity_owner(entity_id)), file_name, datetime.now(UTC), digest, key_id=key_id)


async def check_awaited(database: Database, viewer: Viewer, grant: UploadGrant) -> None:
    """Look whether the bytes would be taken, and the viewer may log to their entity. Raises Forbidden."""
    if not may_with_all(viewer, Permission.LOG, grant.object_key.owner.id.int):
        raise Forbidden(NOT_AWAITED)
    async with database.connection() as connection:
        found = await connection.row(SELECT_AWAITED_DIGEST, grant.object_key.owner.id.int, grant.md5)
    if found is None:
        raise Forbidden(NOT_AWAITED)


async def register_digest(database: Database, store: ObjectStore, grant: UploadGrant, stored: StoredObject) -> None:
    """Keep the bytes of a digest; where the entity has them, those that came now are not needed. Idempotent.

    Raises Forbidden when no artifact waits for them, or they lay without a row so long that they are being deleted.
    """
    owner_id, object_key = grant.object_key.owner.id, str(grant.object_key)
    async with database.connection() as connection:
        kept = await connection.row(
            STORE_ENTITY_OBJECT, owner_id.int, owner_id, stored.md5_base64, object_key, stored.size
        )
    if kept is None or kept.object_key is None:
        is_swept = kept is not None and kept.is_swept
        raise Forbidden("This upload URL has expired; ask for a new one." if is_swept else NOT_AWAITED)
    if kept.object_key != object_key:
        # A crash before this line leaves an object that nothing leads to; the worker sweeps it up.
        await store.delete(object_key)


async def has_readable_bytes(database: Database, viewer: Viewer, grant: DownloadGrant) -> bool:
    """Whether the viewer may read the artifact by which the bytes are read, and the bytes are its entity's."""
    if grant.artifact_id is None:
        return False
    async with database.connection() as connection:
        found = await connection.row(
            SELECT_READABLE_ENTITY_OBJECT,
            grant.object_key.owner.id.int,
            str(grant.object_key),
            grant.artifact_id,
            viewer,
        )
    return found is not None
