"""What a run has printed since somebody looked last: lines in the order in which they were written or written again.

Called by graph/runs/console.py, which has found the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from runfolio_server.actions.console.places import ConsolePlaces
from runfolio_server.actions.console.read import NumberedLine
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.sql.console.console import (
    SELECT_CONSOLE_CHANGES,
    SELECT_CONSOLE_STARTS,
    SELECT_NEWEST_CONSOLE_CHANGES,
    ConsoleRow,
)
from runfolio_server.sql.pool import Database

KIND: Final = "console change"
TYPES: Final = (int, str, int, int)
BEGINNING: Final = (0, "", 0, 0)


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """Lines as they are now, each once. `end_cursor` is always there, to ask from for what comes later."""

    lines: list[NumberedLine]
    has_next: bool
    end_cursor: str


async def read_changes(
    database: Database, run_id: UUID, size: int, after: str | None, *, is_last: bool, bytes_max: int
) -> WrittenLines:
    """The lines that were written after a cursor, oldest first; or with `is_last` the newest ones of all.

    Raises AppError for a cursor of another list.
    """
    place = tuple(decode_cursor(KIND, after, TYPES)) if after else BEGINNING
    async with database.connection() as connection:
        if is_last:
            newest = await connection.rows(SELECT_NEWEST_CONSOLE_CHANGES, run_id, size + 1, bytes_max)
            rows, has_next = newest[: max(size, 1)][::-1], False
        else:
            found = await connection.rows(SELECT_CONSOLE_CHANGES, run_id, *place, size + 1, bytes_max)
            rows, has_next = found[:size], len(found) > size
        # After the lines, so that the starts of all of them are there.
        places = ConsolePlaces(await connection.rows(SELECT_CONSOLE_STARTS, run_id))
    end_cursor = encode_cursor(KIND, _place_of(rows[-1]) if rows else place)
    numbered = [(places.number_of(row), row) for row in (rows if size else [])]
    return WrittenLines(
        [NumberedLine(number, row) for number, row in numbered if number is not None], has_next, end_cursor
    )


def _place_of(row: ConsoleRow) -> tuple[int, str, int, int]:
    return row.change, row.writer, row.epoch, row.line
