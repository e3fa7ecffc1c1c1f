"""What people do to the states of runs: ask one to stop, send one back to wait, give one up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from runfolio_server.actions.access import checked_run, missing_run_id
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_state import LIVING_STATES, LifeEvent, RunState, next_state, states_moved_by
from runfolio_server.domain.state_change import StateCause
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.events.writer import StateMove, write_state_changes, write_stop_requested
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.runs import LOCK_STATE, REQUEST_STOP, SET_STATE, RunRow

# The states that somebody may give a run, and what that does to its life.
EVENT_BY_TARGET: Final[Mapping[RunState, tuple[LifeEvent, StateCause]]] = {
    RunState.PENDING: (LifeEvent.REQUEUE, StateCause.REQUEUE),
    RunState.FAILED: (LifeEvent.GIVE_UP, StateCause.GIVE_UP),
}


@dataclass(frozen=True, slots=True)
class StopAnswer:
    """The run as it is now, and whether its process is asked to stop: not that of a run that has ended."""

    row: RunRow
    is_asked: bool


async def stop_run(database: Database, viewer: Viewer, run_id: UUID) -> StopAnswer:
    """Ask the run's process to stop: it is told with the answer to its next batch. A run that has ended stays as it is.

    Idempotent. Raises NotFound when there is no such run that the viewer may change.
    """
    async with database.transaction() as connection:
        await checked_run(connection, viewer, Permission.EDIT, run_id)
        if await connection.row(REQUEST_STOP, run_id) is not None:
            await write_stop_requested(connection, run_id, viewer.user_id)
        row = await checked_run(connection, viewer, Permission.EDIT, run_id)
        return StopAnswer(row, is_asked=row.state in LIVING_STATES)


async def set_run_state(database: Database, viewer: Viewer, run_id: UUID, state: str) -> RunRow:
    """Send the run back to wait for a process (pending), or give it up (failed), from where the table of moves allows.

    Idempotent: a run that is in the state stays in it. Its trials are a sweep's own, so a run of one is refused.
    Raises AppError for another state, or one that does not follow the run's own; NotFound when there is no such run
    that the viewer may change.
    """
    target = next((target for target in EVENT_BY_TARGET if target == state), None)
    if target is None:
        raise AppError(
            f"state is {value_excerpt(state)}; a run can be sent back to wait (pending) or given up (failed)",
            path="input.state",
            allowed=tuple(target.value for target in EVENT_BY_TARGET),
        )
    event, cause = EVENT_BY_TARGET[target]
    async with database.transaction() as connection:
        run = await checked_run(connection, viewer, Permission.EDIT, run_id)
        if run.sweep_name is not None:
            raise AppError("This run is one of a sweep, which alone says which state it is in.", path="input.id")
        held = await connection.row(LOCK_STATE, run_id)
        if held is None:
            raise missing_run_id(Permission.EDIT, path="input.id")
        if held.state == target:
            return run
        if next_state(RunState(held.state), event) != target:
            allowed = tuple(state.value for state in states_moved_by(event))
            raise AppError(
                f"invalid state transition: the run is {held.state}; it can become {target.value} when it is "
                f"{' or '.join(allowed)}",
                path="input.state",
                allowed=allowed,
            )
        # Whoever takes up a run that waits is not to be stopped for what was asked of the one before.
        await connection.row(SET_STATE, run_id, target.value, target is RunState.PENDING)
        await write_state_changes(connection, [StateMove(run_id, held.state, target, viewer.user_id)], cause)
        return await checked_run(connection, viewer, Permission.EDIT, run_id)
