"""Rows of a run as they are read, one after the other, held against what was sent. Pure; fed by check.py."""

from __future__ import annotations

from typing import Any

from tests.faults.load import Identity, Load, Stream, canonical

SHOWN = 5


class Comparison:
    """Takes the rows in the order in which they were read; nothing is kept of them but which they were."""

    def __init__(self, load: Load, stream: Stream, where: str) -> None:
        self._load = load
        self._stream = stream
        self._where = where
        self._seen: set[Identity] = set()
        self._last: tuple[int, ...] | None = None
        self._doubled: list[Identity] = []
        self._foreign: list[str] = []
        self._misplaced: list[Identity] = []
        self.values = 0

    def add(self, row: dict[str, Any]) -> None:
        """The next row."""
        self.values += len(row)
        identity = self._identity(row)
        if identity is None or canonical(self._load.line(self._stream, *identity)) != canonical(row):
            self._foreign.append(canonical(row))
            return
        if identity in self._seen:
            self._doubled.append(identity)
        self._seen.add(identity)
        place = self._load.place(self._stream, identity)
        if self._last is not None and place < self._last:
            self._misplaced.append(identity)
        self._last = place

    def problems(self, required: set[Identity]) -> list[str]:
        """What is wrong now that all rows are in; these must be among them."""
        found = (
            ("missing lines", sorted(required - self._seen)),
            ("doubled rows", self._doubled),
            ("rows never sent", self._foreign),
            ("rows out of order", self._misplaced),
        )
        return [f"{self._where}: {len(what)} {name}, such as {what[:SHOWN]}" for name, what in found if what]

    def _identity(self, row: dict[str, Any]) -> Identity | None:
        """Which of the lines that were sent it says it is."""
        process, number = row.get("process"), row.get("line")
        if type(process) is not int or type(number) is not int or not 0 <= process < len(self._load.sent):
            return None
        return (process, number) if 0 <= number < self._load.sent[process][self._stream] else None
