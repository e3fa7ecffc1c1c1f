"""Relay connections: edges, cursors and pages. `totalCount` is computed only when it is selected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from runfolio_server.errors import AppError

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 1000

NodeType = TypeVar("NodeType")
R = TypeVar("R")


First = Annotated[int | None, strawberry.argument(description="How many items; 50 unless told, at most 1,000.")]
After = Annotated[
    str | None,
    strawberry.argument(description="A cursor of this list, to go on after it; null starts at the beginning."),
]


@strawberry.type(description="Where a page ends, and whether another follows.")
class PageInfo:
    """Relay's page info, forward only."""

    has_next_page: bool = strawberry.field(description="Whether there are items after this page.")
    end_cursor: str | None = strawberry.field(
        description="Give it as `after` for the next page; null where there is nothing to go on from."
    )


@strawberry.type(description="An item of a list and its place in it.")
class Edge(Generic[NodeType]):
    """One item of a page."""

    place: strawberry.Private[Callable[[Any], str]]
    row: strawberry.Private[Any]
    node: NodeType = strawberry.field(description="The item.")

    @strawberry.field(description="Give it as `after` for the items that follow this one.")
    def cursor(self) -> str:
        """The item's place; made only when it is asked for."""
        return self.place(self.row)


@strawberry.type(description="A page of a list.")
class Connection(Generic[NodeType]):
    """One page of a list in a total order."""

    count: strawberry.Private[Callable[[], Awaitable[int]]]
    edges: list[Edge[NodeType]] = strawberry.field(description="The items of this page, in order.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")

    @strawberry.field(description="How many items the whole list has, all pages together; counted when selected.")
    async def total_count(self) -> int:
        """Count the list."""
        return await self.count()


def page_size(first: int | None, largest: int = PAGE_SIZE_MAX, default: int = PAGE_SIZE_DEFAULT) -> int:
    """The number of items to answer; null and absent mean the default. Raises AppError out of bounds."""
    if not isinstance(first, int):
        return default
    if not 0 <= first <= largest:
        raise AppError(f"first is {first}; allowed: 0 to {largest}", path="first")
    return first


def build_connection(
    rows: list[R],
    size: int,
    node_of: Callable[[R], NodeType],
    cursor_of: Callable[[R], str],
    count: Callable[[], Awaitable[int]],
) -> Connection[NodeType]:
    """A page from `size` rows and, when more follow, one beyond."""
    page = rows[:size]
    return Connection(
        edges=[Edge(node=node_of(row), row=row, place=cursor_of) for row in page],
        page_info=PageInfo(has_next_page=len(rows) > size, end_cursor=cursor_of(page[-1]) if page else None),
        count=count,
    )
