"""The bytes of an entity's artifacts: one object for each digest. Called by actions and the worker; see objects.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.objects.unused_objects import OwnerIdRow, UsedKeyRow


class EntityObjectRow(msgspec.Struct, frozen=True):
    """Stored bytes: their MD5 in base64, where they lie, their size, and the artifact that first brought them."""

    object_id: int
    digest: str
    object_key: str
    size: int
    birth_artifact_id: int


class StoredDigestRow(msgspec.Struct, frozen=True):
    """Where the bytes of a digest are found after an upload; another key than the upload's: they were there already.

    `object_key` None: they were not taken, because no pending artifact waits for them (`is_wanted`) or they lay unused
    so long that they are being deleted (`is_swept`).
    """

    object_key: str | None
    is_wanted: bool
    is_swept: bool


class AwaitedDigestRow(msgspec.Struct, frozen=True):
    """A digest whose bytes are taken, or there already."""

    digest: str


class ObjectIdRow(msgspec.Struct, frozen=True):
    """Stored bytes, by their row."""

    object_id: int


class ForgottenObjectRow(msgspec.Struct, frozen=True):
    """Bytes whose row is gone: whose they are, where they lie, and their size."""

    entity_id: int
    object_key: str
    size: int


_FILE = QueryFile("artifacts/objects.sql")

STORE_ENTITY_OBJECT: Final = _FILE.query("store_entity_object", StoredDigestRow)
SELECT_AWAITED_DIGEST: Final = _FILE.query("select_awaited_digest", AwaitedDigestRow)
SELECT_READABLE_ENTITY_OBJECT: Final = _FILE.query("select_readable_entity_object", UsedKeyRow)
HOLD_UNUSED_ENTITY_OBJECTS: Final = _FILE.query("hold_unused_entity_objects", ObjectIdRow)
DELETE_UNUSED_ENTITY_OBJECTS: Final = _FILE.query("delete_unused_entity_objects", ForgottenObjectRow)
SELECT_KNOWN_ENTITIES: Final = _FILE.query("select_known_entities", OwnerIdRow)
SELECT_USED_ENTITY_OBJECTS: Final = _FILE.query("select_used_entity_objects", UsedKeyRow)
