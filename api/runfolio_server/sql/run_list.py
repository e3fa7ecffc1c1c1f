"""Lists of a project's runs by filter and order: statements put together from what filters/ compiles.

Called by graph/ and actions/. Only fixed text is put together here; every value is bound.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.filters.compile import compile_filter
from runfolio_server.filters.json_where import NO_RANGES, Ranges
from runfolio_server.filters.order import Order
from runfolio_server.filters.order_sql import Place, compile_order
from runfolio_server.filters.tree import Filter
from runfolio_server.sql.named import Query, composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.runs import RunRow
from runfolio_server.sql.users import CountRow

# The fields of RunRow are the columns of runs.
RUN_COLUMNS: Final = ", ".join(f"r.{name}" for name in RunRow.__struct_fields__)
_LIVING: Final = "FROM runs AS r\nWHERE r.project_id = $1 AND r.deleted_at IS NULL"


class ListedRunRow(RunRow, frozen=True):
    """A run and its place in the order of the list."""

    place: list[str | None]


class ChosenRunRow(msgspec.Struct, frozen=True):
    """What a change of many runs needs of each."""

    run_id: UUID
    name: str
    tags: list[str]
    config_text: str


async def select_runs_page(
    connection: Connection,
    project_id: int,
    tree: Filter,
    order: Order,
    after: Place | None,
    limit: int,
    ranges: Ranges = NO_RANGES,
) -> list[ListedRunRow]:
    """The runs that the filter chooses, in order, from behind a place of it; see run_walk.py for a quicker way."""
    query, arguments = runs_page_statement(project_id, tree, order, after, limit, ranges)
    return await connection.rows(query, *arguments)


def runs_page_statement(
    project_id: int, tree: Filter, order: Order, after: Place | None, limit: int, ranges: Ranges = NO_RANGES
) -> tuple[Query[ListedRunRow], list[object]]:
    """The statement of select_runs_page and its arguments."""
    where = compile_filter(tree, 3, project_id, ranges)
    ordered = compile_order(order, 3 + len(where.parameters), after)
    behind = "" if ordered.after is None else f"\n  AND {ordered.after}"
    sql = (
        f"SELECT {RUN_COLUMNS}, {ordered.place}\n{_LIVING}\n  AND {where.sql}{behind}\n"
        f"ORDER BY {ordered.order_by}\nLIMIT $2"
    )
    return composed("select_runs_page", sql, ListedRunRow), [project_id, limit, *where.parameters, *ordered.parameters]


async def count_runs(connection: Connection, project_id: int, tree: Filter, ranges: Ranges = NO_RANGES) -> int:
    """How many runs of the project the filter chooses."""
    where = compile_filter(tree, 2, project_id, ranges)
    query = composed("count_runs", f"SELECT count(*)\n{_LIVING}\n  AND {where.sql}", CountRow)
    row = await connection.row(query, project_id, *where.parameters)
    return row.count if row else 0


async def select_runs_batch(
    connection: Connection,
    project_id: int,
    tree: Filter,
    run_ids: list[UUID] | None,
    after: UUID | None,
    limit: int,
    *,
    is_locked: bool,
) -> list[ChosenRunRow]:
    """The next runs, by key, that the filter chooses and, when given, are among these; locked for a change."""
    where = compile_filter(tree, 5, project_id)
    lock = "\nFOR UPDATE OF r" if is_locked else ""
    sql = (
        f"SELECT r.run_id, r.name, r.tags, r.config_text\n{_LIVING}\n"
        "  AND ($3::uuid[] IS NULL OR r.run_id = ANY ($3))\n"
        f"  AND ($4::uuid IS NULL OR r.run_id > $4)\n  AND {where.sql}\nORDER BY r.run_id\nLIMIT $2{lock}"
    )
    query = composed("select_runs_batch", sql, ChosenRunRow)
    return await connection.rows(query, project_id, limit, run_ids, after, *where.parameters)
