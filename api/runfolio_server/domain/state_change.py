"""Why a run came into a state, as its log tells it. Used by events/, graph/ and the database's functions."""

from __future__ import annotations

from enum import StrEnum


class StateCause(StrEnum):
    """What moved a run into a state: a LifeEvent of run_state.py, any exit being EXIT; values as in the database."""

    START = "start"  # somebody made the run, or took it up again
    BATCH = "batch"  # the run was heard from
    NOTICE = "notice"  # the run said that its machine will soon be taken away
    EXIT = "exit"  # the run told its exit code
    SILENCE = "silence"  # the run was not heard from for too long
    UPDATE = "update"  # somebody said which state it is in
