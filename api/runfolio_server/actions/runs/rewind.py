"""Rewind a run: it goes on after an earlier step, and what it was stays readable as a branch.

Nothing is deleted or moved: the streams of the run end at the step (run_stream.counts_to), and what comes next is a new
one. Two transactions: the rows first, then the summary, which is read from them. Whoever repeats the change because the
process between the two was killed makes what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from runfolio_server.actions.access import checked_run, missing_run_id
from runfolio_server.actions.runs.change import checked_change
from runfolio_server.actions.runs.history_summary import SummaryOf
from runfolio_server.actions.runs.logged_keys import renew_logged_keys
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_state import LifeEvent, RunState, next_state
from runfolio_server.domain.state_change import StateCause
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.events.writer import StateMove, write_state_changes
from runfolio_server.history.reading.row_counts import RowCount, RowCounts, count_rows
from runfolio_server.sql.history.branches import (
    BEGIN_AGAIN,
    CUT_STREAMS,
    CUT_VIEW,
    END_SUMMARY_DUE,
    INSERT_BRANCH,
    KEEP_OWN_STREAMS,
    OPEN_STREAMS,
    SELECT_HISTORY_STREAMS,
    SELECT_NEWEST_BRANCH,
    SHARE_VIEW,
    HistoryStreamRow,
)
from runfolio_server.sql.objects.run_objects import DELETE_HISTORY_EXPORTS, DELETE_HISTORY_FILES
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.runs.change import UPDATE_RUN, change_values
from runfolio_server.sql.runs.runs import LOCK_RUN, RunRow


@dataclass(frozen=True, slots=True)
class RewoundRun:
    """The run as it is now. `is_cut`: rows were cut off, which are on a branch now."""

    row: RunRow
    is_cut: bool


async def rewind_run(
    database: Database, viewer: Viewer, run_id: UUID, step: float, summary_of: SummaryOf, *, path: str = "input.id"
) -> RewoundRun:
    """Take the run back to its rows up to `step`, a row without one counting as its number.

    Later rows are in no answer any more but in that of the branch. The run forgets its end and waits for a process.
    Idempotent: where no row lies behind the step nothing is cut, and no branch is made.
    Raises NotFound when there is no such run to which the viewer may log, AppError for a step that is no number.
    """
    if not math.isfinite(step):
        raise AppError(f"step is {step}; allowed: a finite number", path="input.step")
    async with database.transaction() as connection:
        await checked_run(connection, viewer, Permission.LOG, run_id, path=path)
        run = await connection.row(LOCK_RUN, run_id)
        if run is None:
            raise missing_run_id(Permission.LOG, path=path)
        streams = await connection.rows(SELECT_HISTORY_STREAMS, run_id)
        is_cut = any(stream.step_high is not None and stream.step_high > step for stream in streams)
        if is_cut:
            await _cut(connection, run_id, step, streams)
        state = next_state(RunState(run.state), LifeEvent.REWIND)
        if is_cut or state != run.state:
            await connection.row(BEGIN_AGAIN, run_id, state.value)
        await write_state_changes(connection, [StateMove(run_id, run.state, state, viewer.user_id)], StateCause.REWIND)
        branch = await connection.row(SELECT_NEWEST_BRANCH, run_id)
    if branch is not None and branch.summary_is_due:
        await _renew_summary(database, run_id, run.config_text, summary_of)
    async with database.connection() as connection:
        return RewoundRun(await checked_run(connection, viewer, Permission.LOG, run_id, path=path), is_cut)


async def _cut(connection: Connection, run_id: UUID, step: float, streams: Sequence[HistoryStreamRow]) -> None:
    """Make a branch of what the run has, and end its streams at the step."""
    counts = await count_rows(connection, run_id, "history", step)
    holders = [holder for stream in streams for holder in stream.inherits or ()]
    before = await connection.row(SELECT_NEWEST_BRANCH, run_id)
    number, branch_id = 1 if before is None else before.number + 1, uuid4()
    await connection.execute(KEEP_OWN_STREAMS, run_id, branch_id)
    for holder in holders:
        await connection.execute(SHARE_VIEW, holder, run_id, branch_id, run_id, math.inf)
        await connection.execute(CUT_VIEW, holder, run_id, step)
    await connection.execute(
        INSERT_BRANCH, run_id, number, branch_id, step, counts.last_step, counts.rows, [run_id, *holders]
    )
    kept = _kept_of_streams(streams, counts)
    await connection.execute(
        CUT_STREAMS,
        run_id,
        step,
        [stream.writer for stream in streams],
        [stream.epoch for stream in streams],
        [count.rows for count in kept],
        [count.last_step for count in kept],
    )
    epoch = 1 + max((stream.epoch for stream in streams if stream.writer == ""), default=-1)
    await connection.execute(OPEN_STREAMS, run_id, [""], [epoch], [counts.kept], 0, None, None)
    # They hold rows that do not count any more; others that are made later have other numbers.
    await connection.execute(DELETE_HISTORY_FILES, [run_id])
    await connection.execute(DELETE_HISTORY_EXPORTS, [run_id])


def _kept_of_streams(streams: Sequence[HistoryStreamRow], counts: RowCounts) -> list[RowCount]:
    """What each stream has up to the step; rows of other runs are told with the stream that inherits them."""
    own = {(stream.writer, stream.epoch) for stream in streams}
    inherited = [count for name, count in counts.up_to_step.items() if name not in own]
    kept = []
    for stream in streams:
        count = counts.up_to_step.get((stream.writer, stream.epoch), RowCount())
        kept.append(joined_counts([count, *inherited]) if stream.inherits else count)
    return kept


def joined_counts(counts: Sequence[RowCount]) -> RowCount:
    """All of them together."""
    steps = [count.last_step for count in counts if count.last_step is not None]
    return RowCount(sum(count.rows for count in counts), max(steps, default=None))


async def _renew_summary(database: Database, run_id: UUID, config_text: str, summary_of: SummaryOf) -> None:
    """Put in the run's summary what its history comes to."""
    columns = await checked_change({"summary": await summary_of(database, run_id, config_text)})
    await renew_logged_keys(database, run_id)
    async with database.transaction() as connection:
        if await connection.execute(END_SUMMARY_DUE, run_id):
            await connection.row(UPDATE_RUN, run_id, ["summary"], *change_values(columns))
