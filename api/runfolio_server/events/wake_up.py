"""Wakes readers of events: a NOTIFY after the commit, sent and heard on one connection of each process.

It carries nothing and may be lost, with a connection or a process: readers look by themselves every POLL_S seconds too.
Made in app.py, whose lifespan runs it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Never

from runfolio_server.errors import Unavailable
from runfolio_server.sql.events.notifications import notifications

LOGGER = logging.getLogger(__name__)

POLL_S = 5.0
"""How often a reader looks without being woken."""
PAUSE_S = 0.05
"""Between two NOTIFYs of one process: what is announced meanwhile becomes one."""
CHECK_S = 30.0
"""How often an idle connection is tried, because a network that is gone says nothing."""
RECONNECT_S = 1.0


class EventWakeUp:
    """One process's part: `announce` what was committed, `bell` rings for what anybody announced."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._work = asyncio.Event()
        self._bell = asyncio.Event()
        self._announced = self._sent = 0
        self._is_lost = False

    def announce(self) -> None:
        """Wake the readers of all processes, soon: to be called after the commit. Never waits, never fails."""
        self._announced += 1
        self._work.set()

    def bell(self) -> asyncio.Event:
        """What is set by the next wake-up. Take it before you look for events, and wait for it when there are none."""
        return self._bell

    async def run(self) -> Never:
        """Listen and send until cancelled, with a new connection whenever one is lost."""
        while True:
            try:
                await self._run_once()
            except Unavailable as error:
                LOGGER.info("Wake-ups wait: %s", error)
            except Exception:
                LOGGER.exception("Wake-ups failed; readers look every %s seconds meanwhile", POLL_S)
            await asyncio.sleep(RECONNECT_S)

    async def _run_once(self) -> None:
        self._is_lost = False
        async with notifications(self._database_url, self._ring, self._lose) as connection:
            # What was announced while nobody listened.
            self._ring()
            while not self._is_lost:
                if self._announced > self._sent:
                    announced = self._announced
                    await connection.send()
                    # Not before: what could not be sent is sent by the next connection.
                    self._sent = announced
                    await asyncio.sleep(PAUSE_S)
                elif not await self._has_work():
                    await connection.check()

    async def _has_work(self) -> bool:
        """Wait for something to do; False after CHECK_S seconds without."""
        try:
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes as the event is set.
            async with asyncio.timeout(CHECK_S):
                await self._work.wait()
        except TimeoutError:
            return False
        self._work.clear()
        return True

    def _ring(self) -> None:
        rung, self._bell = self._bell, asyncio.Event()
        rung.set()

    def _lose(self) -> None:
        self._is_lost = True
        self._work.set()
