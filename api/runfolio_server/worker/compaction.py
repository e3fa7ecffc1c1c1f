"""Keeps tails short: looks for streams worth compacting and compacts them, one after the other."""

from __future__ import annotations

import asyncio
import logging
import time

from runfolio_server.allocator import give_memory_back
from runfolio_server.errors import NoRoom, Unavailable
from runfolio_server.ingest.compact import compact_stream, streams_to_compact
from runfolio_server.seldom import Seldom
from runfolio_server.sql.history.compaction import TailedStreamRow
from runfolio_server.sql.history.counters import ADD_COMPACTED_LINES
from runfolio_server.sql.pool import Database

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

PAUSE_S = 2.0
NO_ROOM_PAUSE_S = 30.0
"""Somebody has to make room first."""
STREAMS_AT_ONCE = 200


# How long a stream that could not be compacted is left alone.
PATIENCE_S = 600.0


async def compact_forever(database: Database) -> None:
    """Compact what is there, pause, look again."""
    failed_until: dict[TailedStreamRow, float] = {}
    while True:
        pause_s = PAUSE_S
        try:
            found = await compact_once(database, failed_until)
        except Unavailable as error:
            if isinstance(error, NoRoom):
                pause_s = NO_ROOM_PAUSE_S
            SELDOM.warning("Compaction waits: %s", error)
            found = 0
        if not found:
            await asyncio.sleep(pause_s)


async def compact_once(database: Database, failed_until: dict[TailedStreamRow, float]) -> int:
    """Compact the streams that are worth it now, each as far as it goes; how many lines.

    A stream that fails is left alone until the time in `failed_until` (of time.monotonic), so that it stops no other.
    """
    async with database.connection() as connection:
        # Those that failed are found again, perhaps before all others: they must not use up the list.
        streams = await streams_to_compact(connection, STREAMS_AT_ONCE + len(failed_until))
    total = 0
    for stream in streams:
        if failed_until.get(stream, 0.0) > time.monotonic():
            continue
        try:
            failed_until.pop(stream, None)
            while lines := await compact_stream(database, stream.run_id, stream.stream, stream.writer, stream.epoch):
                total += lines
        except Unavailable:
            raise
        except Exception:
            LOGGER.exception("%s could not be compacted; its lines stay readable", stream)
            failed_until[stream] = time.monotonic() + PATIENCE_S
    if total:
        # Not in the transactions that compact: workers would wait for each other. A kill loses a part of the count.
        async with database.connection() as connection:
            await connection.execute(ADD_COMPACTED_LINES, total)
        # What was parsed and encoded leaves holes everywhere. Nothing waits for this process.
        give_memory_back()
    return total
