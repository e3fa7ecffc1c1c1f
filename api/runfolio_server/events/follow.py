"""Follows events from now on, for as long as a process lives. Called by whoever remembers what may change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Never

from runfolio_server.errors import CursorExpired, Unavailable
from runfolio_server.events.reader import EventCursor, EventPage, EventSource, cursor_now, read_events
from runfolio_server.events.wake_up import POLL_S, EventWakeUp
from runfolio_server.sql.events.events import EventRow
from runfolio_server.sql.pool import Database

LOGGER = logging.getLogger(__name__)

SETTLE_S = 0.05
"""How soon to look again for events that only wait for older transactions to end; doubled each time."""


async def follow(
    database: Database,
    wake_up: EventWakeUp,
    source: EventSource,
    told: Callable[[Sequence[EventRow]], None],
    missed: Callable[[], None],
    *,
    poll_s: float = POLL_S,
) -> Never:
    """Call `told` with the events that are committed from now on, in order; `missed` when some cannot be told any more.

    Neither may raise. Looks when it is woken, and every `poll_s` seconds. Ends only when it is cancelled.
    """
    cursor: EventCursor | None = None
    settle_s = SETTLE_S
    while True:
        # Before the look: whatever is announced after it rings this bell.
        bell = wake_up.bell()
        page: EventPage | None = None
        try:
            async with database.connection() as connection:
                if cursor is None:
                    cursor = await cursor_now(connection, source)
                page = await read_events(connection, source, cursor)
        except CursorExpired:
            cursor = None
            missed()
        except Unavailable as error:
            LOGGER.info("Events wait: %s", error)
        except Exception:
            LOGGER.exception("Events of %s could not be read; they are looked for again", source.value)
        if page is not None:
            cursor = page.cursor
            if page.events:
                told(page.events)
                settle_s = SETTLE_S
                continue
        is_waiting = page is not None and page.is_waiting
        settle_s = min(2 * settle_s, poll_s) if is_waiting else SETTLE_S
        await _wait(bell, settle_s if is_waiting else poll_s)


async def _wait(bell: asyncio.Event, longest_s: float) -> None:
    try:
        await asyncio.wait_for(bell.wait(), longest_s)
    except TimeoutError:
        return
