"""Sweeps old events, in bounded steps that can each be repeated. Called by the worker.

The events of a run stay with the run, the newest thousand of them; others go after a week, or when there are too many.
Whatever goes is older than KEPT_AT_LEAST_S, so that readers who are slower than that, and no others, are told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from runfolio_server.events.reader import EventCursor, EventSource
from runfolio_server.sql.events.events import (
    DELETE_EVENTS,
    DELETE_RUN_EVENTS,
    MOVE_EVENT_HORIZON,
    SELECT_LONG_LOGS,
    EventPlaceRow,
    LongLogRow,
)
from runfolio_server.sql.pool import Connection, Database

EVENTS_PER_RUN = 1000
"""NOTE: select_long_logs and the index run_event_long have this number too; a test compares."""
KEPT_AT_LEAST_S = 3600.0
OTHERS_KEPT_S = 7 * 86_400.0
OTHERS_KEPT_MAX = 100_000
"""Of one database."""

RUNS_AT_ONCE = 100
EVENTS_AT_ONCE = 5000


async def sweep_events_once(database: Database, *, kept_at_least_s: float = KEPT_AT_LEAST_S) -> int:
    """Delete what need not be kept; how many events."""
    swept = await _sweep_others(database, kept_at_least_s)
    after = UUID(int=0)
    while True:
        async with database.connection() as connection:
            found = await connection.rows(SELECT_LONG_LOGS, after, RUNS_AT_ONCE)
        for log in found:
            swept += await _sweep_run(database, log, kept_at_least_s)
        if not found:
            return swept
        after = found[-1].run_id


async def _sweep_run(database: Database, log: LongLogRow, kept_at_least_s: float) -> int:
    swept = 0
    for first in range(log.first_number, log.kept_from, EVENTS_AT_ONCE):
        past = min(first + EVENTS_AT_ONCE, log.kept_from)
        async with database.transaction() as connection:
            gone = await connection.rows(DELETE_RUN_EVENTS, log.run_id, past, kept_at_least_s)
            await _move_horizon(connection, EventSource.RUNS, gone)
        swept += len(gone)
        if not gone:
            # The rest is younger still.
            break
    return swept


async def _sweep_others(database: Database, kept_at_least_s: float) -> int:
    swept = 0
    while True:
        async with database.transaction() as connection:
            gone = await connection.rows(DELETE_EVENTS, kept_at_least_s, OTHERS_KEPT_S, OTHERS_KEPT_MAX, EVENTS_AT_ONCE)
            await _move_horizon(connection, EventSource.OTHERS, gone)
        swept += len(gone)
        if len(gone) < EVENTS_AT_ONCE:
            return swept


async def _move_horizon(connection: Connection, source: EventSource, gone: Sequence[EventPlaceRow]) -> None:
    if gone:
        last = max(EventCursor(row.transaction_id, row.number, row.object_id) for row in gone)
        await connection.execute(MOVE_EVENT_HORIZON, source.value, last.transaction_id, last.number, last.object_id)
