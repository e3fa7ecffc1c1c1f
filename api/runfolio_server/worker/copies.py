"""Copies and moves of runs whose process was killed are carried out."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Never

from runfolio_server.actions.runs.copying import follow_copy
from runfolio_server.errors import AppError, Unavailable
from runfolio_server.objects.open_store import open_store
from runfolio_server.objects.store import ObjectStore
from runfolio_server.seldom import Seldom
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.copies import SELECT_LEFT_COPIES

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

INTERVAL_S = 30.0


async def finish_copies_forever(database: Database, place: str | Path) -> Never:
    """Look for copies that somebody has left, again and again; nothing happens while the store is not there."""
    while True:
        try:
            if not isinstance(place, Path) or await asyncio.to_thread(place.is_dir):
                await finish_copies_once(database, await asyncio.to_thread(open_store, place))
        except Unavailable as error:
            SELDOM.warning("Copies of runs wait: %s", error)
        except Exception:
            # Who asked for it may ask again; the worker has more to do.
            LOGGER.exception("A copy of a run could not be carried out")
        await asyncio.sleep(INTERVAL_S)


async def finish_copies_once(database: Database, store: ObjectStore) -> int:
    """Carry out those that are left; how many there were."""
    async with database.connection() as connection:
        left = await connection.rows(SELECT_LEFT_COPIES)
    for job in left:
        try:
            await follow_copy(database, store, job.target_id)
        except Unavailable:
            raise
        except AppError as refused:
            LOGGER.info("A copy of a run came to nothing: %s", refused)
    return len(left)
