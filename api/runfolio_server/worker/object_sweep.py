"""Sweeps up stored objects that no row refers to: left by a crash, a replaced file, or a run deleted long ago.

The bytes of an upload are stored before their row, so an object without one may be an upload under way. Therefore an
object is taken for unused only when a day old; it is then listed in the database, from when on no row can be made for
it; and an hour later, when every statement that had begun before has ended, it is looked for again and deleted.
Each step can be repeated, by this worker or another.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from runfolio_server.actions.users import ensure_secret
from runfolio_server.errors import Conflict, Unavailable
from runfolio_server.objects.mark import STORE_SECRET, has_mark
from runfolio_server.objects.store import BATCH, ObjectStore, open_store
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.unused_objects import (
    ADD_SWEPT_OBJECTS,
    CLAIM_OBJECT_SWEEP,
    DELETE_HISTORY_EXPORTS,
    DELETE_HISTORY_FILES,
    DELETE_USED_OBJECTS,
    FORGET_DELETED_OBJECTS,
    INSERT_UNUSED_OBJECTS,
    MARK_OBJECTS_DELETED,
    MOVE_OBJECT_SWEEP,
    SELECT_RUNS_WITH_OBSOLETE_FILES,
    SELECT_UNUSED_OBJECTS,
    SELECT_USED_KEYS,
)

LOGGER = logging.getLogger(__name__)

INTERVAL_S = 600.0
# How long a worker that looks through the store has it to itself after each page.
LEASE_S = 600
PASS_EVERY_S = 24 * 3600
UNUSED_AGE = timedelta(days=1)
# Longer than a statement that gives an object to a file can take: those that began before it was found have then ended.
FOUND_S = 3600
# A deleted run's history files can be made again from its rows, should it ever come back.
RUN_GRACE_DAYS = 7
# How long a deleted object's key cannot be used: longer than the URL of an upload works (url_lifetime_s).
REMEMBERED_DAYS = 40

PREFIX = "runs"
_KEY = re.compile(r"runs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/[0-9a-f-]{36}")


async def sweep_objects_forever(database: Database, directory: Path) -> None:
    """Sweep the store in this directory again and again; nothing happens where there is none."""
    said = ""
    while True:
        try:
            store = await asyncio.to_thread(_store_in, directory)
            if store is not None:
                await sweep_objects_once(database, store)
        except Unavailable as error:
            LOGGER.warning("The sweep of unused objects waits: %s", error)
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
    """Look for unused objects if that is due, and delete those found an hour ago; how many were deleted.

    Nothing happens in a store that no server has used yet. Raises Conflict when another database uses it.
    """
    async with database.connection() as connection:
        secret = await ensure_secret(connection, STORE_SECRET)
    if not await has_mark(store, secret):
        return 0
    async with database.connection() as connection:
        claim = await connection.row(CLAIM_OBJECT_SWEEP, PREFIX, LEASE_S)
    if claim is not None:
        await _forget_files_of_deleted_runs(database)
        await _find_unused(database, store, claim.after_key, page_size)
    return await _delete_found(database, store)


def _store_in(directory: Path) -> ObjectStore | None:
    return open_store(directory) if directory.is_dir() else None


async def _forget_files_of_deleted_runs(database: Database) -> None:
    """Delete the rows of history files that nobody can ask for; the search then finds their objects."""
    is_full = True
    while is_full:
        async with database.transaction() as connection:
            runs = await connection.rows(SELECT_RUNS_WITH_OBSOLETE_FILES, RUN_GRACE_DAYS, BATCH)
            run_ids = [run.run_id for run in runs]
            await connection.execute(DELETE_HISTORY_FILES, run_ids)
            await connection.execute(DELETE_HISTORY_EXPORTS, run_ids)
        is_full = len(runs) == BATCH


async def _find_unused(database: Database, store: ObjectStore, after_key: str | None, page_size: int) -> None:
    """List the objects that no row refers to, from behind this key on; a restart goes on where this one came to."""
    before = datetime.now(UTC) - UNUSED_AGE
    async for page in store.pages(PREFIX, after_key, page_size):
        old = {found.key: found for found in page if found.written_at < before and _KEY.fullmatch(found.key)}
        async with database.connection() as connection:
            used = await _used_keys(connection, list(old))
            unused = [found for key, found in old.items() if key not in used]
            await connection.execute(
                INSERT_UNUSED_OBJECTS,
                [_run_id_of(found.key) for found in unused],
                [found.key for found in unused],
                [found.size for found in unused],
            )
            await connection.execute(MOVE_OBJECT_SWEEP, PREFIX, page[-1].key, LEASE_S)
    await store.delete_unfinished(PREFIX, before)
    async with database.connection() as connection:
        await connection.execute(FORGET_DELETED_OBJECTS, REMEMBERED_DAYS)
        await connection.execute(MOVE_OBJECT_SWEEP, PREFIX, None, PASS_EVERY_S)


async def _delete_found(database: Database, store: ObjectStore) -> int:
    """Delete what has been listed long enough and is still unused; how many objects."""
    count, is_full = 0, True
    while is_full:
        async with database.connection() as connection:
            found = await connection.rows(SELECT_UNUSED_OBJECTS, FOUND_S, BATCH)
            used = await _used_keys(connection, [entry.object_key for entry in found])
            if used:
                await connection.execute(DELETE_USED_OBJECTS, [_run_id_of(key) for key in used], list(used))
        keys = [entry.object_key for entry in found if entry.object_key not in used]
        if keys:
            await store.delete(*keys)
            count += await _tell_deleted(database, keys)
        is_full = len(found) == BATCH
    if count:
        LOGGER.info("%d unused objects deleted", count)
    return count


async def _tell_deleted(database: Database, keys: list[str]) -> int:
    async with database.transaction() as connection:
        sizes = await connection.rows(MARK_OBJECTS_DELETED, [_run_id_of(key) for key in keys], keys)
        if sizes:
            await connection.execute(ADD_SWEPT_OBJECTS, len(sizes), sum(row.size for row in sizes))
    return len(sizes)


async def _used_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    rows = await connection.rows(SELECT_USED_KEYS, sorted({_run_id_of(key) for key in keys}), keys)
    return {row.object_key for row in rows}


def _run_id_of(key: str) -> UUID:
    return UUID(key.split("/")[1])
