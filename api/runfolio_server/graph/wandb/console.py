"""Wire names of Run for captured output."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.console.places import cursor_of, place_of
from runfolio_server.actions.console.read import ConsoleChoice, check_size
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.connections import Connection, Edge, PageInfo
from runfolio_server.graph.runs.console import (
    CONSOLE_PAGE_DEFAULT,
    CONSOLE_PAGE_MAX,
    ConsoleLine,
    console_cost,
    console_page,
    count_console,
)
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.sql.runs.runs import RunRow

Count = Annotated[int | None, strawberry.argument(description="How many; 1,000 unless told, at most 10,000.")]


@strawberry.type
class RunConsoleWireNames:
    """Wire names of Run that read captured output."""

    row: strawberry.Private[RunRow]
    sees_all: strawberry.Private[bool]

    @strawberry.field(
        deprecation_reason=instead("consoleLines"), description="What it printed.", metadata=costs(console_cost)
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
        size, is_last = check_size(None if last is not None else first, last, CONSOLE_PAGE_MAX, CONSOLE_PAGE_DEFAULT)
        choice = ConsoleChoice(size, info.context.budget.bytes_max, is_last, None if is_last else after)
        sees_all = self.sees_all
        page = await console_page(info, run_id, choice, sees_all=sees_all)

        async def count() -> int:
            return await count_console(info, run_id) if sees_all else 0

        return Connection(
            edges=[
                Edge(node=ConsoleLine.of(line), row=line.row, place=lambda row: cursor_of(place_of(row)))
                for line in page.lines
            ],
            page_info=PageInfo(has_next_page=page.has_next, end_cursor=page.end_cursor),
            count=count,
        )
