"""Which console lines are wanted. Used by _async/console.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ConsoleChoice:
    """The first or the last so many lines (None: all) of those in a range of numbers that are searched for."""

    first: int | None = None
    last: int | None = None
    min_number: int | None = None
    max_number: int | None = None
    search: str | None = None
    regex: str | None = None
    strip_ansi: bool = False

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise ValueError("give first or last, not both")
        for name, count in (("first", self.first), ("last", self.last)):
            if count is not None and count < 0:
                raise ValueError(f"{name} is {count}; allowed: 0 or more")

    @property
    def variables(self) -> dict[str, Any]:
        """What every page is asked with."""
        return {
            "minNumber": self.min_number,
            "maxNumber": self.max_number,
            "search": self.search,
            "regex": self.regex,
            "stripAnsi": self.strip_ansi,
        }
