"""An alert that a run has raised, as the client shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from runfolio._core.moments import utc
from runfolio._generated import RunAlertFields

Severity = Literal["INFO", "WARN", "ERROR"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: numbers rise from 1 in each run, `at` is the server's time of it.

    `user` is the username of whose key the process had; None: an account that is gone.
    """

    run_id: str
    number: int
    title: str
    text: str
    severity: Severity
    at: datetime
    user: str | None

    @classmethod
    def of(cls, fields: RunAlertFields, run_id: str) -> Alert:
        """The alert of an answer."""
        user = fields.user.username if fields.user else None
        return cls(run_id, fields.number, fields.title, fields.text, fields.severity.value, utc(fields.at), user)
