"""Writes events, each in the transaction of the change that it tells of: both are committed, or neither is.

Ingest and the start of a run write theirs inside the database, by the same function write_run_event. Called by actions
and the worker, which call EventWakeUp.announce after the commit of what somebody waits for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from runfolio_server.domain.events import EventKind
from runfolio_server.domain.state_change import StateCause
from runfolio_server.sql.events.events import WRITE_EVENT, WRITE_RUN_EVENTS
from runfolio_server.sql.pool import Connection


@dataclass(frozen=True, slots=True)
class StateMove:
    """A run that went from one state to another; `user_id` is whoever did it, None: the server found it."""

    run_id: UUID
    previous_state: str
    state: str
    user_id: int | None = None


async def write_state_changes(
    connection: Connection, moves: Sequence[StateMove], cause: StateCause, *, silence_s: float | None = None
) -> None:
    """Tell that runs changed their state, those that did; the caller's transaction holds the rows of them all.

    `silence_s` is the silence beyond which they have changed it, in seconds.
    """
    changed = [move for move in moves if move.state != move.previous_state]
    if changed:
        await connection.execute(
            WRITE_RUN_EVENTS,
            [move.run_id for move in changed],
            EventKind.RUN_STATE_CHANGED.value,
            [move.previous_state for move in changed],
            [move.state for move in changed],
            cause.value,
            [move.user_id for move in changed],
            None if silence_s is None else json.dumps({"silence_s": silence_s}),
        )


async def write_run_changes(
    connection: Connection, kind: EventKind, run_ids: Sequence[UUID], user_id: int | None
) -> None:
    """Tell of the same change of runs, and who made it; the caller's transaction holds the rows of them all."""
    if run_ids:
        await _write_changes(connection, run_ids, kind, user_id)


async def write_stop_requested(connection: Connection, run_id: UUID, user_id: int) -> None:
    """Tell that somebody asked a run to stop; the caller's transaction holds its row."""
    await _write_changes(connection, [run_id], EventKind.RUN_STOP_REQUESTED, user_id)


async def write_run_alerted(connection: Connection, run_id: UUID, user_id: int, number: int) -> None:
    """Tell that a run raised an alert; the caller's transaction holds its row."""
    await _write_changes(connection, [run_id], EventKind.RUN_ALERTED, user_id, json.dumps({"alert": number}))


async def _write_changes(
    connection: Connection, run_ids: Sequence[UUID], kind: EventKind, user_id: int | None, detail: str | None = None
) -> None:
    """Events that tell of no state; `detail` is JSON."""
    nothing = [None] * len(run_ids)
    users = [user_id] * len(run_ids)
    await connection.execute(WRITE_RUN_EVENTS, list(run_ids), kind.value, nothing, nothing, None, users, detail)


async def write_event(
    connection: Connection, kind: EventKind, *, entity_id: int, object_id: UUID, **told: str | int | None
) -> None:
    """Tell of a change of something other than a run, in the caller's transaction.

    `told` are a few short values; `by` is the user who did it, None: whoever runs the machine.
    """
    await connection.execute(WRITE_EVENT, kind.value, entity_id, None, object_id, json.dumps(told))


async def write_user_event(
    connection: Connection, kind: EventKind, *, entity_id: int, user_id: int, **told: str | int | None
) -> None:
    """Tell of a change of a user, or of what they are in an entity. The object is the user's number as a uuid."""
    await write_event(connection, kind, entity_id=entity_id, object_id=UUID(int=user_id), **told)


async def write_project_changed(connection: Connection, *, entity_id: int, project_id: int) -> None:
    """Tell that names lead elsewhere now, in the caller's transaction. The object is the project's number as a uuid."""
    object_id = UUID(int=project_id)
    await connection.execute(WRITE_EVENT, EventKind.PROJECT_CHANGED.value, entity_id, project_id, object_id, "{}")
