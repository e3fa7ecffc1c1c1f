"""Captured output of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import strawberry

from runfolio_server.actions.console.follow import read_changes
from runfolio_server.actions.console.read import (
    ConsoleChoice,
    ConsoleLines,
    ConsoleSearch,
    NumberedLine,
    check_size,
    read_console,
)
from runfolio_server.domain.terminal_codes import without_terminal_codes
from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs, items
from runfolio_server.graph.relay.connections import After, PageInfo
from runfolio_server.sql.console.console import COUNT_CONSOLE, ConsoleRow
from runfolio_server.sql.runs.runs import RunRow

CONSOLE_PAGE_DEFAULT = 1000
CONSOLE_PAGE_MAX = 10_000
NO_LINES = ConsoleLines(lines=[], has_next=False, has_previous=False, start_cursor=None, end_cursor=None, total=0)
SEARCHING = 5000
"""What it costs to look for a text or a pattern, whatever is found."""

First = Annotated[
    int | None, strawberry.argument(description="How many, from the beginning; 1,000 unless told, at most 10,000.")
]
Last = Annotated[
    int | None,
    strawberry.argument(description="How many, from the end and in order, instead of first; at most 10,000."),
]
StripAnsi = Annotated[
    bool, strawberry.argument(description="Without what steers a terminal, such as colours; false unless told.")
]


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
    def of(cls, line: NumberedLine, *, strip_ansi: bool = False) -> ConsoleLine:
        """The line of a row."""
        row = line.row
        text = without_terminal_codes(row.text) if strip_ansi else row.text
        return cls(row=row, number=line.number, timestamp=row.time, level=row.level, label=row.label, line=text)


@strawberry.type(description="A page of console lines.")
class ConsolePage:
    """Console lines in order."""

    lines: list[ConsoleLine] = strawberry.field(description="The lines, by process start and number.")
    page_info: PageInfo = strawberry.field(
        description="Where this page ends. A page of a search may end, with few lines or none, before all is looked at."
    )
    has_previous_page: bool = strawberry.field(description="Whether there may be lines before this page.")
    start_cursor: str | None = strawberry.field(
        description="Give it as `before` for the lines before; null where there is nothing to go on from."
    )
    line_count: int = strawberry.field(description="One past the greatest number of the run's lines; 0: it has none.")


@strawberry.type(description="Console lines in the order in which they were written.")
class ConsoleChanges:
    """Console lines for somebody who follows a run."""

    lines: list[ConsoleLine] = strawberry.field(
        description="The lines as they are now, the one that was written last at the end. One that is written again "
        "comes again, under the same number."
    )
    page_info: PageInfo = strawberry.field(
        description="Whether more has been written; the end cursor is there on an empty page, too."
    )


def console_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of the first lines, or of the last ones where these are asked for."""
    name = "first" if arguments.get("last") is None else "last"
    found = items(name, CONSOLE_PAGE_DEFAULT)(arguments)
    is_search = arguments.get("search") or arguments.get("regex")
    return Cost(found.own + (SEARCHING if is_search else 0), found.items)


@strawberry.type
class RunConsole:
    """The fields of Run that read captured output."""

    row: strawberry.Private[RunRow]
    sees_all: strawberry.Private[bool]

    @strawberry.field(
        description="What it printed, rewritten lines as they were last: from the beginning or the end, of a range, or "
        "what is searched for.",
        metadata=costs(console_cost),
    )
    async def console_lines(
        self,
        info: RequestInfo,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Annotated[
            str | None, strawberry.argument(description="A cursor of this list: only what stands before it; null: all.")
        ] = strawberry.UNSET,
        min_number: Annotated[
            int | None, strawberry.argument(description="Only lines from this number on; null: all.")
        ] = strawberry.UNSET,
        max_number: Annotated[
            int | None, strawberry.argument(description="Only lines before this number, it left out; null: all.")
        ] = strawberry.UNSET,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only lines that contain this text; null: all. What steers a terminal is not searched, and "
                "a page looks through at most 50,000 lines."
            ),
        ] = strawberry.UNSET,
        regex: Annotated[
            str | None,
            strawberry.argument(description="Only lines that match this RE2 pattern somewhere, likewise; null: all."),
        ] = strawberry.UNSET,
        strip_ansi: StripAnsi = False,
    ) -> ConsolePage:
        """A page of console lines."""
        size, is_last = check_size(first, last, CONSOLE_PAGE_MAX, CONSOLE_PAGE_DEFAULT)
        choice = ConsoleChoice(
            size,
            info.context.budget.bytes_max,
            is_last,
            after or None,
            before or None,
            min_number if isinstance(min_number, int) else None,
            max_number if isinstance(max_number, int) else None,
            ConsoleSearch.parse(search or None, regex or None),
        )
        page = await console_page(info, self.row.run_id, choice, sees_all=self.sees_all)
        return ConsolePage(
            lines=[ConsoleLine.of(line, strip_ansi=strip_ansi) for line in page.lines],
            page_info=PageInfo(has_next_page=page.has_next, end_cursor=page.end_cursor),
            has_previous_page=page.has_previous,
            start_cursor=page.start_cursor,
            line_count=page.total,
        )

    @strawberry.field(
        description="What it has printed since somebody looked last: to follow a run, ask with `last`, and then again "
        "and again with `after`.",
        metadata=costs(console_cost),
    )
    async def console_changes(
        self,
        info: RequestInfo,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        strip_ansi: StripAnsi = False,
    ) -> ConsoleChanges:
        """Lines in the order of their writing."""
        size, is_last = check_size(first, last, CONSOLE_PAGE_MAX, CONSOLE_PAGE_DEFAULT)
        if not self.sees_all:
            return ConsoleChanges(lines=[], page_info=PageInfo(has_next_page=False, end_cursor=None))
        found = await read_changes(
            info.context.database,
            self.row.run_id,
            size,
            after or None,
            is_last=is_last,
            bytes_max=info.context.budget.bytes_max,
        )
        _draw(info, found.lines)
        return ConsoleChanges(
            lines=[ConsoleLine.of(line, strip_ansi=strip_ansi) for line in found.lines],
            page_info=PageInfo(has_next_page=found.has_next, end_cursor=found.end_cursor),
        )


async def console_page(info: RequestInfo, run_id: UUID, choice: ConsoleChoice, *, sees_all: bool) -> ConsoleLines:
    """A page of a run's console lines, which has none for who does not see all of the run.

    Raises AnswerTooLarge for more than an answer may hold.
    """
    if not sees_all:
        return NO_LINES
    page = await read_console(info.context.database, run_id, choice)
    _draw(info, page.lines)
    return page


def _draw(info: RequestInfo, lines: Sequence[NumberedLine]) -> None:
    """Raise AnswerTooLarge for lines that were read no further than an answer may hold."""
    texts = [line.row.text for line in lines]
    with info.context.budget.reading(field_name(info.path)) as taken:
        taken.take(sum(len(text) if text.isascii() else len(text.encode()) for text in texts), 0)


async def count_console(info: RequestInfo, run_id: UUID) -> int:
    """How many console lines a run has."""
    async with info.context.database.connection() as connection:
        row = await connection.row(COUNT_CONSOLE, run_id)
    return row.count if row else 0
