"""Reads events in one order that never changes: page by page, each event once, and none is passed that may still come.

Events are written before their transactions are committed, so what has the lower number may appear later. Each row has
the id of its transaction, and a page ends before the first that is not older than every open transaction: whatever is
committed from then on comes after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Final
from uuid import UUID

from runfolio_server.errors import CursorExpired
from runfolio_server.sql.events.events import (
    SELECT_EVENT_HORIZON,
    SELECT_EVENTS_PAGE,
    SELECT_RUN_EVENTS_PAGE,
    EventHorizonRow,
    EventRow,
)
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Connection

PAGE_MAX = 1000


class EventSource(StrEnum):
    """A table of events; the values are the names in the database. There is no order between two tables."""

    RUNS = "run_event"
    OTHERS = "event"


_PAGES: Final[Mapping[EventSource, Query[EventRow]]] = {
    EventSource.RUNS: SELECT_RUN_EVENTS_PAGE,
    EventSource.OTHERS: SELECT_EVENTS_PAGE,
}


@dataclass(frozen=True, slots=True, order=True)
class EventCursor:
    """A place in the order of a source: everything up to it has been read."""

    transaction_id: int
    number: int
    object_id: UUID


BEGINNING: Final = EventCursor(0, 0, UUID(int=0))
"""Before the oldest event that is kept, whichever that is: a reader that begins here is never too late."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """The next events in order, and where they end.

    `is_waiting`: more are committed already, and can be read once older transactions have ended.
    """

    events: list[EventRow]
    cursor: EventCursor
    is_waiting: bool


async def read_events(
    connection: Connection, source: EventSource, after: EventCursor, *, limit: int = PAGE_MAX
) -> EventPage:
    """The events after the cursor, at most `limit`.

    Raises CursorExpired when some of them have been swept, or the cursor is not one of this database.
    """
    place = (after.transaction_id, after.number, after.object_id)
    rows = await connection.rows(_PAGES[source], *place, limit)
    if after != BEGINNING:
        # After the page: what is swept between the two statements is told as well.
        await _check_cursor(connection, source, after)
    events = list(takewhile(lambda row: row.is_settled, rows))
    last = events[-1] if events else None
    return EventPage(
        events,
        after if last is None else EventCursor(last.transaction_id, last.number, last.object_id),
        is_waiting=len(events) < len(rows),
    )


async def cursor_now(connection: Connection, source: EventSource) -> EventCursor:
    """A cursor for those who want what comes from now on; transactions that are open now are among it."""
    horizon = await _horizon(connection, source)
    return EventCursor(horizon.oldest_open, 0, UUID(int=0))


async def _check_cursor(connection: Connection, source: EventSource, cursor: EventCursor) -> None:
    horizon = await _horizon(connection, source)
    if horizon.transaction_id is not None and horizon.number is not None and horizon.object_id is not None:
        last_swept = EventCursor(horizon.transaction_id, horizon.number, horizon.object_id)
        if last_swept > cursor:
            raise CursorExpired("Events after this cursor are not kept any more; read the objects, and go on from now.")
    if cursor.transaction_id > horizon.past_newest:
        # After a restore from a dump transactions are counted anew.
        raise CursorExpired("This cursor was made by another database; read the objects, and go on from now.")


async def _horizon(connection: Connection, source: EventSource) -> EventHorizonRow:
    row = await connection.row(SELECT_EVENT_HORIZON, source.value)
    if row is None:
        raise LookupError("PostgreSQL gave no snapshot")
    return row
