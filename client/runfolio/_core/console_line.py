"""A line that a run printed, as the client shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runfolio._core.moments import parse_utc
from runfolio._generated import ConsoleLineFields


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """One line: `number` counts from 0, `level` is `error` for the error stream.

    `label` names the process where several write one run; `timestamp` is None when it is unknown.
    """

    number: int
    timestamp: datetime | None
    level: str
    label: str
    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def of(cls, fields: ConsoleLineFields) -> ConsoleLine:
        """The line of an answer."""
        return cls(fields.number, parse_utc(fields.timestamp), fields.level, fields.label, fields.line)
