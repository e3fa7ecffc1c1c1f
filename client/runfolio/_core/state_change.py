"""A state that a run came into, as the client shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runfolio._core.moments import utc
from runfolio._generated import RunStateChangeFields


@dataclass(frozen=True, slots=True)
class StateChange:
    """One entry of a run's log: it came into `state` at `at`, exact to the microsecond.

    `previous_state` is None where the run was made. `cause` is start (made, or taken up again), batch (heard from),
    notice (its machine will be taken away), exit (it told its exit code), silence, stop (silence after it was asked
    to stop), requeue (sent back to wait), give_up, or update (somebody said it); `reason` says it in a sentence.
    `user` is the username of whoever brought it about, None: the server found it.
    """

    state: str
    previous_state: str | None
    cause: str
    reason: str
    at: datetime
    user: str | None

    @classmethod
    def of(cls, fields: RunStateChangeFields) -> StateChange:
        """The change of an answer."""
        user = fields.user.username if fields.user else None
        cause = fields.cause.value.lower()
        return cls(fields.state, fields.previous_state, cause, fields.reason, utc(fields.at), user)
