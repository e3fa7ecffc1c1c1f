"""A project's runs by filter and order, in pages. Used by Project.runs and, for the count alone, its wire names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from runfolio_server.context import Context
from runfolio_server.errors import AppError
from runfolio_server.filters.language.cursor import read_place, sign_place
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.connections import Connection, build_connection
from runfolio_server.graph.runs.long_columns import read_long, wanted_long
from runfolio_server.graph.runs.shown import project_sight, shown_rows
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.run_lists.list import ListedRunRow
from runfolio_server.sql.run_lists.missing_keys import select_missing_keys
from runfolio_server.sql.run_lists.page import select_run_page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunPage(Generic[T]):
    """A page, and what looks for the keys of its order that no run has, by the names that were written."""

    connection: Connection[T]
    missing_order_keys: Callable[[], Awaitable[list[str]]]


async def run_page(
    info: RequestInfo,
    project: ProjectRow,
    query: RunQuery,
    size: int,
    after: str | None,
    make: Callable[[ListedRunRow], T],
    *,
    is_counted: bool,
) -> RunPage[T]:
    """A page of the runs that the query chooses, each made of its row, in its order, from behind the cursor `after`.

    A cursor carries its place and, when `is_counted`, how many runs there are on all pages: later pages, which carry
    the number on, need not count again.
    """
    context, wanted, project_id = info.context, wanted_long(info, "edges", "node"), project.project_id
    digest = query.digest(_scope(project_id))
    place, total = _read(context, digest, after) if after else (None, None)
    await context.budget.may_read()
    async with context.database.connection() as connection:
        paged = query.page(size + 1, place)
        portion = wanted.shared_by(size + 1, context.budget.bytes_left)
        found = await select_run_page(connection, context.order_indexes, project_id, paged, portion)
        # The one beyond only tells that the list goes on.
        rows = [*await read_long(info, connection, found[:size], portion), *found[size:]]
    rows = await shown_rows(rows, project_sight(context.viewer, project))
    if is_counted and total is None:
        total = await count_runs_once(context, project_id, query)

    def cursor_of(row: ListedRunRow) -> str:
        return sign_place(context.cursor_secret, digest, [*row.place, None if total is None else str(total)])

    async def missing() -> list[str]:
        async with context.database.connection() as connection:
            return await select_missing_keys(connection, project_id, paged, rows)

    page = build_connection(rows, size, make, cursor_of, lambda: count_runs_once(context, project_id, query))
    return RunPage(page, missing)


async def count_runs_once(context: Context, project_id: int, query: RunQuery) -> int:
    """How many runs the filters choose; counted once in a request, whoever asks."""
    return await context.loaders.run_count.load((project_id, query.whole()))


def count_of_cursor(context: Context, project_id: int, query: RunQuery, order: str | None, after: str) -> int | None:
    """The count that a cursor of the query's list in this order carries.

    None when the list was not counted then, for other cursors, and where there is no such order.
    """
    try:
        return _read(context, query.ordered(order).digest(_scope(project_id)), after)[1]
    except AppError:
        return None


def _scope(project_id: int) -> str:
    return f"runs:{project_id}"


def _read(context: Context, digest: bytes, after: str) -> tuple[list[str | None], int | None]:
    *place, total = read_place(context.cursor_secret, digest, after)
    return place, None if total is None else int(total)
