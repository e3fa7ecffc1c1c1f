"""Captured output of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs, items
from runfolio_server.graph.relay.connections import After, PageInfo, page_size
from runfolio_server.sql.runs.runs import COUNT_CONSOLE, SELECT_CONSOLE_PAGE, ConsoleRow, RunRow

CONSOLE_PAGE_DEFAULT = 1000
CONSOLE_PAGE_MAX = 10_000


@strawberry.type(description="One line that a run printed.")
class ConsoleLine:
    """A console line."""

    row: strawberry.Private[ConsoleRow]
    number: int = strawberry.field(description="Its number, from 0; a new start of the process counts on.")
    timestamp: str | None = strawberry.field(description="When it was printed, ISO 8601 without zone; null: unknown.")
    level: str = strawberry.field(description="`error` for the error stream, else empty.")
    label: str = strawberry.field(description="The process, where several write one run; else empty.")
    line: str = strawberry.field(description="The text.")

    @classmethod
    def of(cls, row: ConsoleRow) -> ConsoleLine:
        """The line of a row."""
        return cls(row=row, number=row.number, timestamp=row.time, level=row.level, label=row.label, line=row.text)


@strawberry.type(description="A page of console lines.")
class ConsolePage:
    """Console lines in order."""

    lines: list[ConsoleLine] = strawberry.field(description="The lines, by process start and number.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")


@strawberry.type
class RunConsole:
    """The fields of Run that read captured output."""

    row: strawberry.Private[RunRow]

    @strawberry.field(
        description="What it printed, rewritten lines as they were last.",
        metadata=costs(items("first", CONSOLE_PAGE_DEFAULT)),
    )
    async def console_lines(
        self,
        info: RequestInfo,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 1,000 unless told, at most 10,000.")
        ] = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> ConsolePage:
        """A page of console lines."""
        rows, has_next = await console_page(info, self.row.run_id, first, after)
        return ConsolePage(
            lines=[ConsoleLine.of(row) for row in rows],
            page_info=PageInfo(has_next_page=has_next, end_cursor=console_cursor(rows[-1]) if rows else None),
        )


async def console_page(
    info: RequestInfo, run_id: UUID, first: int | None, after: str | None
) -> tuple[list[ConsoleRow], bool]:
    """A page of a run's console lines, and whether more follow."""
    size = page_size(first, CONSOLE_PAGE_MAX, CONSOLE_PAGE_DEFAULT)
    writer, epoch, line = decode_cursor("console", after, [str, int, int]) if after else (None, None, None)
    async with info.context.database.connection() as connection:
        rows = await connection.rows(
            SELECT_CONSOLE_PAGE, run_id, writer, epoch, line, size + 1, info.context.budget.bytes_max
        )
    check_console(info, rows)
    return rows[:size], len(rows) > size


def check_console(info: RequestInfo, rows: Sequence[ConsoleRow]) -> None:
    """Raise AnswerTooLarge for lines that were read no further than an answer may hold."""
    with info.context.budget.reading(field_name(info.path)) as taken:
        taken.take(sum(len(row.text) if row.text.isascii() else len(row.text.encode()) for row in rows), 0)


async def count_console(info: RequestInfo, run_id: UUID) -> int:
    """How many console lines a run has."""
    async with info.context.database.connection() as connection:
        row = await connection.row(COUNT_CONSOLE, run_id)
    return row.count if row else 0


def console_cursor(row: ConsoleRow) -> str:
    """The place of a line in the list."""
    return encode_cursor("console", [row.writer, row.epoch, row.line])
