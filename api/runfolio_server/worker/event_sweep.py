"""Sweeps old events again and again, so that the outbox stays small."""

from __future__ import annotations

import asyncio
import logging
from typing import Never

from runfolio_server.errors import Unavailable
from runfolio_server.events.sweep import sweep_events_once
from runfolio_server.seldom import Seldom
from runfolio_server.sql.pool import Database

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

INTERVAL_S = 600.0


async def sweep_events_forever(database: Database) -> Never:
    """Sweep, pause, look again."""
    while True:
        try:
            if swept := await sweep_events_once(database):
                LOGGER.info("%d old events swept", swept)
        except Unavailable as error:
            SELDOM.warning("The sweep of events waits: %s", error)
        await asyncio.sleep(INTERVAL_S)
