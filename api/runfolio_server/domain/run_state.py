"""The states of a run, and what an exit code says of it."""

from __future__ import annotations

from enum import StrEnum

# How Python ends after Ctrl-C, which is also how a run ends when it was told to stop.
EXIT_CODE_INTERRUPTED = 255


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


def state_after_exit(exit_code: int) -> RunState:
    """0 finished, 255 killed, anything else failed."""
    if exit_code == 0:
        return RunState.FINISHED
    return RunState.KILLED if exit_code == EXIT_CODE_INTERRUPTED else RunState.FAILED
