"""Wire names of Run for captured output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs, items
from runfolio_server.graph.relay.connections import Connection, Edge, PageInfo, page_size
from runfolio_server.graph.runs.console import (
    CONSOLE_PAGE_DEFAULT,
    CONSOLE_PAGE_MAX,
    ConsoleLine,
    check_console,
    console_cursor,
    console_page,
    count_console,
)
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.sql.runs.runs import SELECT_CONSOLE_TAIL, RunRow

Count = Annotated[int | None, strawberry.argument(description="How many; 1,000 unless told, at most 10,000.")]


def lines_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of the first lines, or of the last ones where these are asked for."""
    name = "first" if arguments.get("last") is None else "last"
    return items(name, CONSOLE_PAGE_DEFAULT)(arguments)


@strawberry.type
class RunConsoleWireNames:
    """Wire names of Run that read captured output."""

    row: strawberry.Private[RunRow]

    @strawberry.field(
        deprecation_reason=instead("consoleLines"), description="What it printed.", metadata=costs(lines_cost)
    )
    async def log_lines(
        self,
        info: RequestInfo,
        first: Count = None,
        after: Annotated[str | None, strawberry.argument(description="A cursor of this list.")] = None,
        last: Count = None,
        use_improved_pagination: Annotated[bool | None, strawberry.argument(description="Ignored.")] = None,  # noqa: ARG002
    ) -> Connection[ConsoleLine] | None:
        """Sent by run.console_logs()."""
        run_id = self.row.run_id
        if last is None:
            rows, has_next = await console_page(info, run_id, first, after)
        else:
            async with info.context.database.connection() as connection:
                newest = await connection.rows(
                    SELECT_CONSOLE_TAIL, run_id, page_size(last, CONSOLE_PAGE_MAX), info.context.budget.bytes_max
                )
            check_console(info, newest)
            rows, has_next = newest[::-1], False
        return Connection(
            edges=[Edge(node=ConsoleLine.of(row), row=row, place=console_cursor) for row in rows],
            page_info=PageInfo(has_next_page=has_next, end_cursor=console_cursor(rows[-1]) if rows else None),
            count=lambda: count_console(info, run_id),
        )
