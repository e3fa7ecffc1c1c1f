"""Sweeps up stored objects that no row refers to: left by a crash, a replaced file, or an owner deleted long ago.

It goes by kind of owner: owned_objects.py says what must be known of one.
The bytes of an upload are stored before their row, so an object without one may be an upload under way. Therefore an
object is taken for unused only when a day old; it is then listed in the database, from when on no row can be made for
it; and an hour later, when every statement that had begun before has ended, it is looked for again and deleted.
Each step can be repeated, by this worker or another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from runfolio_server.actions.identity.users import ensure_secret
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.errors import Conflict, Unavailable
from runfolio_server.objects.directory import ListedObject
from runfolio_server.objects.mark import STORE_SECRET, has_mark
from runfolio_server.objects.open_store import open_store
from runfolio_server.objects.store import BATCH, ObjectStore
from runfolio_server.seldom import Seldom
from runfolio_server.sql.objects.unused_objects import (
    ADD_SWEPT_OBJECTS,
    CLAIM_OBJECT_SWEEP,
    DELETE_USED_OBJECTS,
    FORGET_DELETED_OBJECTS,
    INSERT_UNUSED_OBJECTS,
    MARK_OBJECTS_DELETED,
    MOVE_OBJECT_SWEEP,
    SELECT_UNUSED_OBJECTS,
)
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.worker.entity_objects import ENTITY_OBJECTS
from runfolio_server.worker.owned_objects import OwnedObjects
from runfolio_server.worker.run_objects import RUN_OBJECTS

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

INTERVAL_S = 600.0
# How long a worker that looks through the store has it to itself after each page.
LEASE_S = 600
PASS_EVERY_S = 24 * 3600
UNUSED_AGE = timedelta(days=1)
# Longer than a statement that gives an object to a file can take: those that began before it was found have then ended.
FOUND_S = 3600
# How long a deleted object's key cannot be used: longer than the URL of an upload works (url_lifetime_s).
REMEMBERED_DAYS = 40

OWNED = (RUN_OBJECTS, ENTITY_OBJECTS)
"""Every kind of owner."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many objects, and their bytes."""

    objects: int
    size: int

    def __add__(self, more: Deleted) -> Deleted:
        return Deleted(self.objects + more.objects, self.size + more.size)


async def sweep_objects_forever(database: Database, place: str | Path) -> None:
    """Sweep the store at this place again and again; nothing happens while its directory is not there."""
    said = ""
    while True:
        try:
            store = await asyncio.to_thread(_store_at, place)
            if store is not None:
                await sweep_objects_once(database, store)
        except Unavailable as error:
            SELDOM.warning("The sweep of unused objects waits: %s", error)
        except Conflict as error:
            # It stays like that until somebody changes it: said once.
            if error.message != said:
                LOGGER.warning("Unused objects are not swept: %s", error)
            said = error.message
        except Exception:
            # Wasted bytes must not end the worker, which has more urgent things to do.
            LOGGER.exception("Unused objects could not be swept")
        await asyncio.sleep(INTERVAL_S)


async def sweep_objects_once(database: Database, store: ObjectStore, *, page_size: int = BATCH) -> int:
    """Look for unused objects where that is due, and delete those found an hour ago; how many were deleted.

    Nothing happens in a store that no server has used yet. Raises Conflict when another database uses it.
    """
    async with database.connection() as connection:
        secret = await ensure_secret(connection, STORE_SECRET)
    if not await has_mark(store, secret):
        return 0
    deleted = Deleted(0, 0)
    for owned in OWNED:
        async with database.connection() as connection:
            claim = await connection.row(CLAIM_OBJECT_SWEEP, owned.kind, LEASE_S)
        if claim is not None:
            await owned.forget_obsolete(database)
            await _find_unused(database, store, owned, claim.after_key, page_size)
        deleted += await _delete_found(database, store, owned)
    if deleted.objects:
        LOGGER.info("%d unused objects deleted, which frees %d bytes", deleted.objects, deleted.size)
    return deleted.objects


def _store_at(place: str | Path) -> ObjectStore | None:
    return None if isinstance(place, Path) and not place.is_dir() else open_store(place)


async def _find_unused(
    database: Database, store: ObjectStore, owned: OwnedObjects, after_key: str | None, page_size: int
) -> None:
    """List the objects that no row refers to, from behind this key on; a restart goes on where this one came to."""
    before = datetime.now(UTC) - UNUSED_AGE
    async for page in store.pages(owned.kind, after_key, page_size):
        old = [found for found in page if found.written_at < before]
        sizes = {found.key: found.size for found in old}
        owner_ids = _owner_ids(old)
        async with database.connection() as connection:
            known = await connection.rows(owned.select_known, sorted(set(owner_ids.values())))
            known_ids = {row.owner_id for row in known}
            candidates = {key: owner_id for key, owner_id in owner_ids.items() if owner_id in known_ids}
            used = await _used_keys(connection, owned, candidates)
            unused = [key for key in candidates if key not in used]
            await connection.execute(
                INSERT_UNUSED_OBJECTS,
                owned.kind,
                [candidates[key] for key in unused],
                unused,
                [sizes[key] for key in unused],
            )
            await connection.execute(MOVE_OBJECT_SWEEP, owned.kind, page[-1].key, LEASE_S)
    await store.delete_unfinished(owned.kind, before)
    async with database.connection() as connection:
        await connection.execute(FORGET_DELETED_OBJECTS, owned.kind, REMEMBERED_DAYS)
        await connection.execute(MOVE_OBJECT_SWEEP, owned.kind, None, PASS_EVERY_S)


async def _delete_found(database: Database, store: ObjectStore, owned: OwnedObjects) -> Deleted:
    """Delete what has been listed long enough and is still unused."""
    deleted, is_full = Deleted(0, 0), True
    while is_full:
        async with database.connection() as connection:
            found = await connection.rows(SELECT_UNUSED_OBJECTS, owned.kind, FOUND_S, BATCH)
            owner_ids = {entry.object_key: entry.owner_id for entry in found}
            used = await _used_keys(connection, owned, owner_ids)
            if used:
                await connection.execute(DELETE_USED_OBJECTS, [owner_ids[key] for key in used], list(used))
        unused = {key: owner_id for key, owner_id in owner_ids.items() if key not in used}
        if unused:
            await store.delete(*unused)
            deleted += await _tell_deleted(database, unused)
        is_full = len(found) == BATCH
    return deleted


async def _tell_deleted(database: Database, owner_ids: Mapping[str, UUID]) -> Deleted:
    async with database.transaction() as connection:
        sizes = await connection.rows(MARK_OBJECTS_DELETED, list(owner_ids.values()), list(owner_ids))
        deleted = Deleted(len(sizes), sum(row.size for row in sizes))
        if sizes:
            await connection.execute(ADD_SWEPT_OBJECTS, deleted.objects, deleted.size)
    return deleted


async def _used_keys(connection: Connection, owned: OwnedObjects, owner_ids: Mapping[str, UUID]) -> set[str]:
    rows = await connection.rows(owned.select_used, sorted(set(owner_ids.values())), list(owner_ids))
    return {row.object_key for row in rows}


def _owner_ids(page: Sequence[ListedObject]) -> dict[str, UUID]:
    """Whose each object is, by key; not of those whose key is none that we make."""
    owner_ids: dict[str, UUID] = {}
    for found in page:
        with contextlib.suppress(ValueError):
            owner_ids[found.key] = ObjectKey.parse(found.key).owner.id
    return owner_ids
