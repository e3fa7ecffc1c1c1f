"""Why a run came into a state, as its log tells it. Used by events/, graph/, webhooks/ and the database's functions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class StateCause(StrEnum):
    """What moved a run into a state: a LifeEvent of run_state.py, any exit being EXIT; values as in the database."""

    START = "start"  # somebody made the run, or took it up again
    BATCH = "batch"  # the run was heard from
    NOTICE = "notice"  # the run said that its machine will soon be taken away
    EXIT = "exit"  # the run told its exit code
    SILENCE = "silence"  # the run was not heard from for too long
    STOP = "stop"  # likewise, after somebody had asked it to stop
    REQUEUE = "requeue"  # somebody sent it back to wait for another process
    GIVE_UP = "give_up"  # somebody said that it will not go on
    REWIND = "rewind"  # somebody took it back to an earlier step
    UPDATE = "update"  # somebody said which state it is in


_REASONS: Final[Mapping[StateCause, str]] = {
    StateCause.START: "Somebody made it, or took it up again.",
    StateCause.BATCH: "It was heard from.",
    StateCause.NOTICE: "It said that its machine will soon be taken away.",
    StateCause.EXIT: "Its process told its exit code.",
    StateCause.SILENCE: "It was not heard from for too long.",
    StateCause.STOP: "It was asked to stop, and never said that it has ended.",
    StateCause.REQUEUE: "It was sent back to wait for another process.",
    StateCause.GIVE_UP: "It was given up.",
    StateCause.REWIND: "It was taken back to an earlier step, and waits for a process that goes on there.",
    StateCause.UPDATE: "Somebody said which state it is in.",
}


def reason_of(cause: StateCause, exit_code: int | None = None, silence_s: float | None = None) -> str:
    """The cause as a sentence. `silence_s` is the setting that the silence went beyond, in seconds.

    >>> reason_of(StateCause.EXIT, exit_code=3)
    'Its process ended with the exit code 3.'
    """
    if exit_code is not None:
        return f"Its process ended with the exit code {exit_code}."
    if silence_s is not None:
        silent = f"not heard from for more than {silence_s:g} seconds"
        return f"It was asked to stop, and was {silent}." if cause is StateCause.STOP else f"It was {silent}."
    return _REASONS[cause]
