"""The list of a project's runs: a page, and which keys of its order say nothing. Made by Project.runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.limits.runs_cost import count_of_page, missing_keys_of_page
from runfolio_server.graph.relay.connections import Connection
from runfolio_server.graph.runs.list import RunPage
from runfolio_server.graph.runs.run import Run


@strawberry.type(description="A page of runs.")
class RunConnection(Connection[Run]):
    """One page of a list of runs."""

    missing: strawberry.Private[Callable[[], Awaitable[list[str]]]]

    @strawberry.field(
        description="How many items the whole list has, all pages together; counted when selected.",
        metadata=costs(count_of_page),
    )
    async def total_count(self) -> int:
        """Count the list, which here goes over all runs."""
        return await self.count()

    @strawberry.field(
        description="The keys of config or summary in the order, as they were written without their signs, that none "
        "of the runs has which the filters choose, so that the list is not in order of them; looked for when selected.",
        metadata=costs(missing_keys_of_page),
    )
    async def missing_order_keys(self) -> list[str]:
        """Look for them."""
        return await self.missing()

    @classmethod
    def of(cls, page: RunPage[Run]) -> RunConnection:
        """The connection of a page."""
        connection = page.connection
        return cls(
            edges=connection.edges,
            page_info=connection.page_info,
            count=connection.count,
            missing=page.missing_order_keys,
        )
