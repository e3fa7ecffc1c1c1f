"""Runs that have gone silent are marked crashed. A run that is heard from again is running again: see ingest_batch."""

from __future__ import annotations

import asyncio
import logging

from runfolio_server.domain.run_state import LifeEvent, RunState, states_moved_by
from runfolio_server.domain.state_change import StateCause
from runfolio_server.errors import Unavailable
from runfolio_server.events.writer import StateMove, write_state_changes
from runfolio_server.seldom import Seldom
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.runs import MARK_SILENT_RUNS_CRASHED

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
    """Mark them once; how many there were."""
    crashed = 0
    for state in states_moved_by(LifeEvent.SILENCE):
        async with database.transaction() as connection:
            runs = await connection.rows(MARK_SILENT_RUNS_CRASHED, state.value, heartbeat_timeout_s)
            moves = [StateMove(run.run_id, state, RunState.CRASHED) for run in runs]
            await write_state_changes(connection, moves, StateCause.SILENCE)
        crashed += len(runs)
    if crashed:
        LOGGER.info("%d silent runs marked crashed", crashed)
    return crashed
