"""A project's runs by filter and order, in pages. Used by Project.runs and, for the count alone, its wire names."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from runfolio_server.context import Context
from runfolio_server.errors import AppError
from runfolio_server.filters.cursor import list_digest, read_place, sign_place
from runfolio_server.filters.order import Order, parse_order
from runfolio_server.filters.parse import parse_filters
from runfolio_server.filters.run_fields import RUN_FIELDS
from runfolio_server.filters.tree import Filter
from runfolio_server.graph.connections import Connection, build_connection, page_size
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.run import Run
from runfolio_server.sql.run_age import is_guessed, select_runs_by_age
from runfolio_server.sql.run_list import ListedRunRow, count_runs, select_runs_page
from runfolio_server.sql.run_walk import select_runs_along


async def run_page(
    info: RequestInfo,
    project_id: int,
    filters: str | None,
    order: str | None,
    first: int | None,
    after: str | None,
    counted: Collection[str],
) -> Connection[Run]:
    """A page of the runs that the filters choose, in this order.

    A cursor carries its place and, when the filters are among the `counted` that are asked for beside the page, how
    many runs there are: later pages need not count again.
    """
    context = info.context
    tree, ordered = parse_filters(filters or None, RUN_FIELDS), parse_order(order or None, RUN_FIELDS)
    size = page_size(first)
    digest = _digest(project_id, filters, ordered)
    place, total = _read(context, digest, after) if after else (None, None)
    async with context.database.connection() as connection:
        ready = await context.order_indexes.choose(connection, project_id, ordered, tree)
        ranges = context.order_indexes.ranges(project_id, tree)
        if ready is not None:
            rows = await select_runs_along(connection, ready, tree, ordered, place, size + 1, ranges)
        elif is_guessed(tree, ordered, ranges):
            rows = await select_runs_by_age(connection, project_id, tree, ordered, place, size + 1, ranges)
        else:
            rows = await select_runs_page(connection, project_id, tree, ordered, place, size + 1, ranges)
    if (filters or "") in counted:
        total = await count_once(context, project_id, filters)

    def cursor_of(row: ListedRunRow) -> str:
        return sign_place(context.cursor_secret, digest, [*row.place, None if total is None else str(total)])

    return build_connection(rows, size, Run.of, cursor_of, lambda: count_once(context, project_id, filters))


async def count_once(context: Context, project_id: int, filters: str | None) -> int:
    """How many runs the filters choose; counted once in a request, whoever asks."""
    tree = parse_filters(filters or None, RUN_FIELDS)
    key = (project_id, filters or "")
    if key not in context.run_counts:
        context.run_counts[key] = asyncio.ensure_future(_count(context, project_id, tree))
    return await context.run_counts[key]


def count_of_cursor(
    context: Context, project_id: int, filters: str | None, order: str | None, after: str
) -> int | None:
    """The count that a cursor of this list carries; None when the list was not counted then, and for other cursors."""
    try:
        return _read(context, _digest(project_id, filters, parse_order(order or None, RUN_FIELDS)), after)[1]
    except AppError:
        return None


async def _count(context: Context, project_id: int, tree: Filter) -> int:
    async with context.database.connection() as connection:
        return await count_runs(connection, project_id, tree, context.order_indexes.ranges(project_id, tree))


def _digest(project_id: int, filters: str | None, order: Order) -> bytes:
    return list_digest(f"runs:{project_id}", filters or None, order)


def _read(context: Context, digest: bytes, after: str) -> tuple[list[str | None], int | None]:
    *place, total = read_place(context.cursor_secret, digest, after)
    return place, None if total is None else int(total)
