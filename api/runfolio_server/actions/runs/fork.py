"""Fork a run: a new one begins with the rows of another up to a step, which are not copied. Used by lifecycle.py.

The fork reads the rows where they are, those of its parent and those that the parent itself reads of others. What the
parent logs or loses afterwards changes nothing in the fork: the streams end at the lines that there are now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from runfolio_server.actions.access import missing_run
from runfolio_server.actions.runs.change import checked_change
from runfolio_server.actions.runs.history_summary import SummaryOf
from runfolio_server.actions.runs.logged_keys import renew_logged_keys
from runfolio_server.domain.fork_point import ForkPoint
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.errors import AppError
from runfolio_server.history.reading.pieces import Branch
from runfolio_server.history.reading.row_counts import count_rows
from runfolio_server.sql.history.branches import (
    OPEN_STREAMS,
    SELECT_HISTORY_STREAMS,
    SHARE_OWN_STREAMS,
    SHARE_VIEW,
    HistoryStreamRow,
)
from runfolio_server.sql.history.forks import INSERT_FORK, SELECT_FORK_POINTS
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.runs.change import UPDATE_RUN, change_values
from runfolio_server.sql.runs.runs import LOCK_RUN, SELECT_RUN_BY_NAME, RunRow

FORK_FIELD: Final = "input.forkFrom"


OF_ITS_PROJECT: Final = "a fork is of a run of its own project that was not deleted"


async def inherit_rows(
    connection: Connection, project: ProjectRow, entity_name: str, fork: RunRow, point: ForkPoint
) -> None:
    """Let the run, which was just made in this transaction, begin with the rows of another one of its project.

    Raises NotFound when there is no such run.
    """
    name = point.run_name
    parent = await connection.row(SELECT_RUN_BY_NAME, project.project_id, name, run_id_of(project.project_id, name))
    if parent is None:
        raise missing_run([name], entity_name, project.name, Permission.READ, hint=OF_ITS_PROJECT)
    view_id = reader_id = fork.run_id
    streams = await connection.rows(SELECT_HISTORY_STREAMS, parent.run_id)
    further = list(dict.fromkeys(holder for stream in streams for holder in stream.inherits or ()))
    await connection.execute(SHARE_OWN_STREAMS, parent.run_id, view_id, reader_id, point.step)
    for holder in further:
        await connection.execute(SHARE_VIEW, holder, parent.run_id, view_id, reader_id, point.step)
    holders = [parent.run_id, *further]
    counts = await count_rows(connection, Branch(view_id, tuple(holders)), "history", point.step)
    writers = _epochs_to_open(streams)
    await connection.execute(
        OPEN_STREAMS,
        fork.run_id,
        list(writers),
        list(writers.values()),
        [0 if writer else counts.kept for writer in writers],
        counts.kept,
        holders,
        counts.last_step,
    )
    await connection.execute(INSERT_FORK, fork.run_id, parent.run_id, parent.name, point.step, counts.kept)


async def check_fork(connection: Connection, run: RunRow, point: ForkPoint) -> None:
    """Raise AppError unless the run is this fork: it was there before, and is not made another one."""
    found = await connection.row(SELECT_FORK_POINTS, [run.run_id])
    if found is None or (found.parent_name, found.step) != (point.run_name, point.step):
        is_now = "no fork" if found is None else f"a fork of {found.parent_name!r} at step {found.step:g}"
        raise AppError(
            f"The run {run.name!r} is there already, and is {is_now}; a fork needs a name of its own.", path=FORK_FIELD
        )


async def with_summary_of_history(database: Database, run: RunRow, summary_of: SummaryOf) -> RunRow:
    """The run with the summary that its history comes to, unless it has got one meanwhile."""
    text = await summary_of(database, run.run_id, run.config_text)
    await renew_logged_keys(database, run.run_id)
    columns = await checked_change({"summary": text})
    async with database.transaction() as connection:
        held = await connection.row(LOCK_RUN, run.run_id)
        if held is None or held.summary_text != run.summary_text:
            return held or run
        return await connection.row(UPDATE_RUN, run.run_id, ["summary"], *change_values(columns)) or run


def _epochs_to_open(streams: Sequence[HistoryStreamRow]) -> dict[str, int]:
    """Of each writer of the parent the epoch in which it begins in the fork: above those whose rows the fork reads."""
    epochs = {"": 0}
    for stream in streams:
        epochs[stream.writer] = max(epochs.get(stream.writer, 0), stream.epoch + 1)
    return epochs
