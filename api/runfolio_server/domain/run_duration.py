"""How long a run took, from start to end. Pure; the same as SQL is in filters/run_fields.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

SENT_LATER: Final = timedelta(minutes=1)
"""A run that was made so long after its start was sent when it was over: the server saw neither start nor end."""


class Timed(Protocol):
    """What a row of a run has about time."""

    @property
    def created_at(self) -> datetime:
        """When the server made it."""

    @property
    def heartbeat_at(self) -> datetime:
        """When it was last heard from."""

    @property
    def finished_at(self) -> datetime | None:
        """When its exit was reported."""

    @property
    def started_at(self) -> datetime | None:
        """When its first process says that it began."""


def duration_of(run: Timed, runtime: float | None) -> float:
    """Seconds from the start of a run to its end, or to its last sign of life while that is missing.

    `runtime`: the seconds that its processes say they ran; None: they do not say.
    """
    started = run.started_at or run.created_at
    if runtime is not None and run.created_at - started > SENT_LATER:
        return runtime
    return ((run.finished_at or run.heartbeat_at) - started).total_seconds()
