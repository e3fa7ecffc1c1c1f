"""Stored objects that no row refers to, and the search for them. Called by the worker; see unused_objects.sql."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class SweepRow(msgspec.Struct, frozen=True):
    """Where the search for unused objects goes on: behind this key, or (None) at the first."""

    after_key: str | None


class UsedKeyRow(msgspec.Struct, frozen=True):
    """The key of an object."""

    object_key: str


class OwnerIdRow(msgspec.Struct, frozen=True):
    """The id of an owner of objects."""

    owner_id: UUID


class UnusedObjectRow(msgspec.Struct, frozen=True):
    """An object to delete."""

    owner_id: UUID
    object_key: str


class SizeRow(msgspec.Struct, frozen=True):
    """The size of an object, in bytes."""

    size: int


class SweepStatusRow(msgspec.Struct, frozen=True):
    """Unused objects that wait for their deletion, and those deleted since the database was made; sizes in bytes."""

    unused_objects: int
    unused_bytes: int
    swept_objects: int
    swept_bytes: int


_FILE = QueryFile("objects/unused_objects.sql")

CLAIM_OBJECT_SWEEP: Final = _FILE.query("claim_object_sweep", SweepRow)
MOVE_OBJECT_SWEEP: Final = _FILE.command("move_object_sweep")
INSERT_UNUSED_OBJECTS: Final = _FILE.command("insert_unused_objects")
SELECT_UNUSED_OBJECTS: Final = _FILE.query("select_unused_objects", UnusedObjectRow)
DELETE_USED_OBJECTS: Final = _FILE.command("delete_used_objects")
MARK_OBJECTS_DELETED: Final = _FILE.query("mark_objects_deleted", SizeRow)
FORGET_DELETED_OBJECTS: Final = _FILE.command("forget_deleted_objects")
ADD_SWEPT_OBJECTS: Final = _FILE.command("add_swept_objects")
SELECT_SWEEP_STATUS: Final = _FILE.query("select_sweep_status", SweepStatusRow)
