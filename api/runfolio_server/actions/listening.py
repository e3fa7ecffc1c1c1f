"""Tells the database that runs can be heard from, so that what a server misses while it is away is no run's silence.

Run by the lifespan of each process of the API; the worker reads it (worker/crash_detection.py).
"""

from __future__ import annotations

import asyncio
import logging
from typing import Never

from runfolio_server.domain.listening import longest_gap_s
from runfolio_server.errors import Unavailable
from runfolio_server.seldom import Seldom
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.listening import TELL_LISTENING

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

TOLD_PER_GAP = 6
"""How often it is told within the longest gap that is no break, so that a busy process makes none."""


async def tell_that_it_listens(database: Database, heartbeat_timeout_s: float) -> Never:
    """Tell it again and again for as long as the process answers requests."""
    gap_s = longest_gap_s(heartbeat_timeout_s)
    while True:
        try:
            async with database.connection() as connection:
                await connection.execute(TELL_LISTENING, gap_s)
        except Unavailable as error:
            SELDOM.warning("Nobody is told that this process listens: %s", error)
        await asyncio.sleep(gap_s / TOLD_PER_GAP)
