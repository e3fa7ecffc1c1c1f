"""Runs that have gone silent are marked crashed. A run that is heard from again is running again: see ingest_batch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from runfolio_server.domain.listening import longest_gap_s
from runfolio_server.domain.run_state import LifeEvent, RunState, states_moved_by
from runfolio_server.domain.state_change import StateCause
from runfolio_server.errors import Unavailable
from runfolio_server.events.writer import StateMove, write_state_changes
from runfolio_server.seldom import Seldom
from runfolio_server.sql.events.events import SELECT_STOP_REQUESTS
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.runs.listening import HURRY, SELECT_LISTENED
from runfolio_server.sql.runs.runs import MARK_SILENT_RUNS_CRASHED, CrashedRunRow

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

# How often silence is looked for, at most, and as a share of the silence that counts.
INTERVAL_S_MAX = 30.0
INTERVAL_SHARE = 0.2


async def detect_crashes_forever(database: Database, heartbeat_timeout_s: float) -> None:
    """Mark runs crashed after `heartbeat_timeout_s` of silence, again and again."""
    while True:
        try:
            await mark_silent_runs(database, heartbeat_timeout_s)
        except Unavailable as error:
            SELDOM.warning("Crash detection waits: %s", error)
        await asyncio.sleep(min(INTERVAL_S_MAX, heartbeat_timeout_s * INTERVAL_SHARE))


async def mark_silent_runs(database: Database, heartbeat_timeout_s: float) -> int:
    """Mark them once; how many there were: none while nobody has listened for as long without a break.

    One transaction for each state, whose now() the silence is measured to: a worker that was stopped in the middle
    takes nothing for silence that it has not looked at, and of several workers one gets the row of each run.
    """
    crashed = 0
    for state in states_moved_by(LifeEvent.SILENCE):
        async with database.transaction() as connection:
            # A worker that is stopped from here on keeps no run from being heard for longer than some seconds.
            await connection.row(HURRY)
            gap_s = longest_gap_s(heartbeat_timeout_s)
            if await connection.row(SELECT_LISTENED, heartbeat_timeout_s, gap_s) is None:
                return crashed
            runs = await connection.rows(MARK_SILENT_RUNS_CRASHED, state.value, heartbeat_timeout_s)
            await _write_crashes(connection, runs, state, heartbeat_timeout_s)
        crashed += len(runs)
    if crashed:
        LOGGER.info("%d silent runs marked crashed", crashed)
    return crashed


async def _write_crashes(
    connection: Connection, runs: Sequence[CrashedRunRow], state: RunState, silence_s: float
) -> None:
    told_to_stop = [run.run_id for run in runs if run.stop_requested]
    asked_by = {}
    if told_to_stop:
        asked_by = {row.run_id: row.user_id for row in await connection.rows(SELECT_STOP_REQUESTS, told_to_stop)}
    for cause in (StateCause.SILENCE, StateCause.STOP):
        moves = [
            StateMove(run.run_id, state, RunState.CRASHED, asked_by.get(run.run_id))
            for run in runs
            if run.stop_requested is (cause is StateCause.STOP)
        ]
        await write_state_changes(connection, moves, cause, silence_s=silence_s)
