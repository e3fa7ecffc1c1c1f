"""Pages of a run's console lines: the first or the last ones, of a range, or those that are searched for.

Called by graph/runs/console.py and actions/exports/console.py, which have found the run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from runfolio_server.actions.console.places import ConsolePlaces, cursor_of, place_of
from runfolio_server.domain.json_text import storable_text
from runfolio_server.domain.terminal_codes import TERMINAL_CODES
from runfolio_server.errors import AppError
from runfolio_server.filters.regex.regex import translate_regex
from runfolio_server.sql.console.console import (
    SELECT_CONSOLE_PAGE,
    SELECT_CONSOLE_STARTS,
    SELECT_CONSOLE_TAIL,
    ConsoleRow,
    searching,
)
from runfolio_server.sql.pool import Database

SEARCHED_MAX: Final = 50_000
"""A page looks for the next lines no further, and says where to go on: half a second for lines of 100 characters."""


@dataclass(frozen=True, slots=True)
class ConsoleSearch:
    """A text that lines contain and a PostgreSQL pattern that they match, without what steers a terminal; None: any."""

    text: str | None = None
    pattern: str | None = None

    @classmethod
    def parse(cls, search: str | None, regex: str | None) -> ConsoleSearch | None:
        """What a caller looks for; None: everything. Raises AppError for a pattern that is not allowed."""
        if not search and not regex:
            return None
        return cls(storable_text(search) if search else None, translate_regex(regex, "regex") if regex else None)


@dataclass(frozen=True, slots=True)
class ConsoleChoice:
    """Which lines: `size` of those after and before these cursors and numbers (`max_number` left out itself).

    The first ones, or with `is_last` the last ones. `bytes_max`: a page ends behind the line whose text is beyond it.
    """

    size: int
    bytes_max: int
    is_last: bool = False
    after: str | None = None
    before: str | None = None
    min_number: int | None = None
    max_number: int | None = None
    search: ConsoleSearch | None = None


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line and its number."""

    number: int
    row: ConsoleRow


@dataclass(frozen=True, slots=True)
class ConsoleLines:
    """Lines in order. `total`: one past the greatest number of the run's lines.

    The cursors are those to go on from, after the end or before the start: of lines, or of where a search has stopped.
    """

    lines: list[NumberedLine]
    total: int
    has_next: bool = False
    has_previous: bool = False
    start_cursor: str | None = None
    end_cursor: str | None = None


async def read_console(database: Database, run_id: UUID, choice: ConsoleChoice) -> ConsoleLines:
    """A page of the lines of a run. Raises AppError for cursors of another list, and for a slow search."""
    async with database.connection() as connection:
        places = ConsolePlaces(await connection.rows(SELECT_CONSOLE_STARTS, run_id))
        low, high = _range(places, choice)
        if low >= high:
            return ConsoleLines([], places.total)
        # A search ends somewhere, whatever it finds.
        width = high - low if choice.search is None else min(high - low, SEARCHED_MAX)
        begin, end = (high - width, high) if choice.is_last else (low, low + width)
        search = choice.search or ConsoleSearch()
        query = SELECT_CONSOLE_TAIL if choice.is_last else SELECT_CONSOLE_PAGE
        found = await connection.rows(
            query if choice.search is None else searching(query),
            run_id,
            *places.of_number(begin),
            *_past(places, end),
            choice.size + 1,
            choice.bytes_max,
            search.text,
            search.pattern,
            TERMINAL_CODES,
        )
    has_more = len(found) > choice.size
    rows = found[: choice.size][:: -1 if choice.is_last else 1]
    numbered = [(places.number_of(row), row) for row in rows]
    page = ConsoleLines(
        [NumberedLine(number, row) for number, row in numbered if number is not None],
        places.total,
        has_next=choice.before is not None if choice.is_last else has_more or end < high,
        has_previous=has_more or begin > low if choice.is_last else choice.after is not None,
        start_cursor=cursor_of(place_of(rows[0])) if rows else None,
        end_cursor=cursor_of(place_of(rows[-1])) if rows else None,
    )
    if has_more or choice.search is None:
        return page
    if choice.is_last and begin > low:
        return replace(page, start_cursor=cursor_of(places.of_number(begin)))
    if not choice.is_last and end < high:
        return replace(page, end_cursor=cursor_of(places.of_number(end - 1)))
    return page


def _range(places: ConsolePlaces, choice: ConsoleChoice) -> tuple[int, int]:
    """The numbers from which and up to which, itself left out, lines are wanted."""
    low = max(choice.min_number or 0, 0)
    high = places.total if choice.max_number is None else min(choice.max_number, places.total)
    if choice.after is not None:
        low = max(low, places.number_of_cursor("after", choice.after) + 1)
    if choice.before is not None:
        high = min(high, places.number_of_cursor("before", choice.before))
    return low, high


def _past(places: ConsolePlaces, number: int) -> tuple[str, int, int]:
    """The place that ends a range: one past the line before, so that it lies in the same start as that."""
    writer, epoch, line = places.of_number(number - 1)
    return writer, epoch, line + 1


def check_size(first: int | None, last: int | None, largest: int, default: int) -> tuple[int, bool]:
    """How many lines, and whether the last ones. Raises AppError for both at once, and out of bounds."""
    if isinstance(first, int) and isinstance(last, int):
        raise AppError("Give first or last, not both.", path="last", allowed=("first", "last"))
    name, asked = ("last", last) if isinstance(last, int) else ("first", first)
    if not isinstance(asked, int):
        return default, False
    if not 0 <= asked <= largest:
        raise AppError(f"{name} is {asked}; allowed: 0 to {largest}", path=name)
    return asked, name == "last"
