"""The life of a run: its states, which of them are living, and what each event makes of a run in them.

One table: SQL is printed from it (sql/runs/states.py) or compared with it by tests, as the client and the README are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final


class RunState(StrEnum):
    """Where a run is in its life; the values stand in the database and on the wire."""

    PENDING = "pending"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CRASHED = "crashed"
    KILLED = "killed"
    PREEMPTING = "preempting"
    PREEMPTED = "preempted"


class LifeEvent(StrEnum):
    """What may move a run to another state; the values are what the README calls them."""

    START = "start"  # somebody makes the run or takes it up again, and gives no state
    BATCH = "batch"  # one that says nothing of the run's end; an empty one too
    NOTICE = "notice of preemption"  # a batch that says that the machine will be taken away
    SUCCESS = "exit code 0"
    FAILURE = "another exit code"  # it tells which end it was: see ingest/exit_code.py
    SILENCE = "silence"  # no batch for longer than the setting heartbeat_timeout_s
    REQUEUE = "sent back to wait"  # somebody wants it done again, by another process
    GIVE_UP = "given up"  # somebody says that it will not go on
    REWIND = "rewound"  # somebody takes it back to an earlier step
    UPDATE = "state given"  # whoever makes or changes the run says which one it is


class Told(Enum):
    """Stands for the state that the event itself tells."""

    AS_TOLD = "as told"


AS_TOLD: Final = Told.AS_TOLD


@dataclass(frozen=True, slots=True)
class Life:
    """What one state means. Events that `moves` does not name leave the run in it; an update may name any state.

    `is_living`: a process writes the run, or is still to come. A run that has ended goes on only when somebody starts
    it again or, where its end was no more than a guess, when it is heard from.
    """

    is_living: bool
    moves: Mapping[LifeEvent, RunState | Told]


_EXITS: Final[Mapping[LifeEvent, RunState | Told]] = {LifeEvent.SUCCESS: RunState.FINISHED, LifeEvent.FAILURE: AS_TOLD}
_REQUEUES: Final[Mapping[LifeEvent, RunState | Told]] = {LifeEvent.REQUEUE: RunState.PENDING}
_GIVES_UP: Final[Mapping[LifeEvent, RunState | Told]] = {LifeEvent.GIVE_UP: RunState.FAILED}
_BEGINS: Final[Mapping[LifeEvent, RunState | Told]] = {
    LifeEvent.START: RunState.RUNNING,
    LifeEvent.BATCH: RunState.RUNNING,
    LifeEvent.NOTICE: RunState.PREEMPTING,
    **_EXITS,
}
_REWINDS: Final[Mapping[LifeEvent, RunState | Told]] = {LifeEvent.REWIND: RunState.PENDING}
_ENDED: Final = Life(is_living=False, moves={LifeEvent.START: RunState.RUNNING, **_REWINDS})

LIVES: Final[Mapping[RunState, Life]] = {
    RunState.PENDING: Life(is_living=True, moves={**_BEGINS, **_GIVES_UP}),
    RunState.RUNNING: Life(
        is_living=True,
        moves={
            LifeEvent.NOTICE: RunState.PREEMPTING,
            **_EXITS,
            LifeEvent.SILENCE: RunState.CRASHED,
            **_REQUEUES,
            **_GIVES_UP,
        },
    ),
    RunState.FINISHED: _ENDED,
    RunState.FAILED: Life(is_living=False, moves={**_ENDED.moves, **_REQUEUES}),
    # Silence is a guess: what the run says later counts more. One that the exit code 254 has told moves as failed does.
    RunState.CRASHED: Life(is_living=False, moves={**_BEGINS, **_REQUEUES, **_REWINDS}),
    RunState.KILLED: _ENDED,
    RunState.PREEMPTING: Life(
        is_living=True, moves={**_EXITS, LifeEvent.FAILURE: RunState.PREEMPTED, LifeEvent.SILENCE: RunState.CRASHED}
    ),
    # Its process has gone, as after any other end.
    RunState.PREEMPTED: Life(is_living=False, moves={**_ENDED.moves, **_REQUEUES}),
}

LIVING_STATES: Final = tuple(state for state in RunState if LIVES[state].is_living)
ENDED_STATES: Final = tuple(state for state in RunState if not LIVES[state].is_living)


def next_state(state: RunState, event: LifeEvent, told: RunState | None = None) -> RunState:
    """The state of a run in `state` after the event. `told` is the state that an update or a failure tells.

    Raises ValueError when the event has to tell a state and does not.

    >>> next_state(RunState.RUNNING, LifeEvent.FAILURE, RunState.KILLED).value
    'killed'
    """
    move = AS_TOLD if event is LifeEvent.UPDATE else LIVES[state].moves.get(event, state)
    if isinstance(move, RunState):
        return move
    if told is None:
        raise ValueError(f"the event {event.value!r} tells no state")
    return told


def states_moved_by(event: LifeEvent) -> tuple[RunState, ...]:
    """The states in which the event changes something, in the order of RunState."""
    return tuple(state for state in RunState if event is LifeEvent.UPDATE or event in LIVES[state].moves)
