"""Deletes artifacts whose time is over and uploads that were given up, and empties what is deleted.

Readers do not see them any more then; the sweep of objects frees the bytes that nothing else refers to.
Each step is a transaction, and can be repeated by this worker or another.
"""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from runfolio_server.actions.artifacts.deleting import delete_due_artifacts
from runfolio_server.errors import Unavailable
from runfolio_server.seldom import Seldom
from runfolio_server.sql.artifacts.committing import (
    DELETE_ENTRIES,
    DELETE_OTHER_MANIFESTS,
    DELETE_UPLOADS,
    LOCK_ARTIFACTS,
)
from runfolio_server.sql.artifacts.making import ArtifactIdRow
from runfolio_server.sql.artifacts.upkeep import (
    SELECT_ABANDONED_ARTIFACTS,
    SELECT_ARTIFACTS_OF_PURGED_PROJECTS,
    SELECT_ARTIFACTS_TO_EMPTY,
    SELECT_EXPIRED_ARTIFACTS,
    SELECT_LOGGED_ARTIFACTS,
    SET_EMPTIED,
)
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Database

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

INTERVAL_S = 60.0
# Longer than any upload is silent: a signed URL works for a day, and each batch of files is a sign.
ABANDONED_DAYS = 7
ARTIFACTS_AT_ONCE = 100
# Each may have hundreds of thousands of entries.
EMPTIED_AT_ONCE = 10


async def keep_artifacts_forever(database: Database) -> None:
    """Do what is due again and again."""
    while True:
        try:
            await keep_artifacts_once(database)
        except Unavailable as error:
            SELDOM.warning("The upkeep of artifacts waits: %s", error)
        except Exception:
            # What stays too long must not end the worker, which has more urgent things to do.
            LOGGER.exception("Artifacts could not be looked after")
        await asyncio.sleep(INTERVAL_S)


async def keep_artifacts_once(database: Database) -> int:
    """Do all that is due now; how many artifacts were deleted."""
    count = await _delete_all(database, SELECT_EXPIRED_ARTIFACTS)
    count += await _delete_all(database, SELECT_ABANDONED_ARTIFACTS, ABANDONED_DAYS)
    count += await _delete_all(database, SELECT_ARTIFACTS_OF_PURGED_PROJECTS)
    while await _empty(database):
        pass
    if count:
        LOGGER.info("%d artifacts deleted because their time is over", count)
    return count


async def delete_logged_artifacts(database: Database, run_id: UUID) -> None:
    """Delete what a run logged, because it was deleted so and is purged now."""
    await _delete_all(database, SELECT_LOGGED_ARTIFACTS, run_id)


async def _delete_all(database: Database, due: Query[ArtifactIdRow], *arguments: object) -> int:
    count = 0
    while found := await delete_due_artifacts(database, due, ARTIFACTS_AT_ONCE, *arguments):
        count += found
    return count


async def _empty(database: Database) -> int:
    """Delete the entries, manifests and uploads of some deleted artifacts; of how many."""
    async with database.transaction() as connection:
        found = [row.artifact_id for row in await connection.rows(SELECT_ARTIFACTS_TO_EMPTY, EMPTIED_AT_ONCE)]
        if found:
            # Another worker waits here, and then deletes what is gone already.
            await connection.rows(LOCK_ARTIFACTS, found)
            await connection.execute(DELETE_ENTRIES, found)
            await connection.execute(DELETE_OTHER_MANIFESTS, found, None)
            await connection.execute(DELETE_UPLOADS, found)
            await connection.execute(SET_EMPTIED, found)
    return len(found)
