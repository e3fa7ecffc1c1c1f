"""Where a console line stands: its number for people, and its start of the process and line there for cursors.

Numbers count on over the starts, which are in order of writer and epoch. A cursor has the place and not the number,
which changes when another process of the run prints.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.sql.console.console import ConsoleRow, ConsoleStartRow

Place: TypeAlias = tuple[str, int, int]
"""Writer, epoch and line."""


class ConsolePlaces:
    """The places of the lines of one run, by its starts in order; `total` is one past the greatest number."""

    def __init__(self, starts: Sequence[ConsoleStartRow]) -> None:
        self._starts = starts
        self._number0 = [start.number0 for start in starts]
        self._by_start = {(start.writer, start.epoch): start.number0 for start in starts}
        self.total = starts[-1].number0 + starts[-1].next_line if starts else 0

    def of_number(self, number: int) -> Place:
        """The place of the line of this number, whether it was printed or left out."""
        start = self._starts[bisect_right(self._number0, number) - 1]
        return start.writer, start.epoch, number - start.number0

    def number_of(self, row: ConsoleRow) -> int | None:
        """The line's number; None: its process began after the starts were read."""
        number0 = self._by_start.get((row.writer, row.epoch))
        return None if number0 is None else number0 + row.line

    def number_of_cursor(self, name: str, cursor: str) -> int:
        """The number of the line that a cursor names. Raises AppError for what is no cursor of this list."""
        writer, epoch, line = decode_cursor("console", cursor, [str, int, int], name)
        number0 = self._by_start.get((writer, epoch))
        if number0 is None:
            raise AppError(f"{name} {value_excerpt(cursor)} is not a cursor of this run's lines", path=name)
        return number0 + int(line)


def cursor_of(place: Place) -> str:
    """A line's place in the list."""
    return encode_cursor("console", place)


def place_of(row: ConsoleRow) -> Place:
    """Where a line stands."""
    return row.writer, row.epoch, row.line
