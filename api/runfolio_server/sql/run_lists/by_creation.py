"""A page of runs in order of creation that a filter on config, summary or user chooses. Called by page.py.

PostgreSQL guesses how many runs a value of config or summary lets through from a hundred documents, and takes all
users for alike. Where it takes few for many, it walks along the index of creation until the page is full, perhaps
through a million runs in random order; where many for few, it sorts them all: so it is told to walk just so far, and
then to find all that match and sort them.
"""

from __future__ import annotations

from typing import Final

from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.language.operators import OperatorName
from runfolio_server.filters.language.simplify import conditions_of
from runfolio_server.filters.language.tree import And, Condition, Filter
from runfolio_server.filters.run_fields import CREATED_AT, USER
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.json_where import Ranges, containment_count
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import Query, composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.list import DOCUMENT_COLUMNS, RUN_COLUMNS, ListedRunRow
from runfolio_server.sql.run_lists.long_columns import NOTHING_LONG, WantedLong

WALK_MAX_RUNS: Final = 5000
WALK_MAX_RUNS_BESIDE_INDEX: Final = 1000
"""Where the index on config finds all that match, however few, there is less to gain."""
_LIVING: Final = "r.project_id = $1 AND r.deleted_at IS NULL"


def is_guessed(query: RunQuery, ranges: Ranges) -> bool:
    """Whether a list is one of these: in order of creation, and about what PostgreSQL knows little of."""
    is_by_age = len(query.order.keys) == 1 and query.order.keys[0].field == CREATED_AT
    fields = (item.field for item in conditions_of(query.filters))
    return is_by_age and any(
        field == USER or (isinstance(field, JsonField) and field not in ranges) for field in fields
    )


async def select_runs_by_creation(
    connection: Connection, project_id: int, query: RunQuery, ranges: Ranges, wanted: WantedLong = NOTHING_LONG
) -> list[ListedRunRow]:
    """What select_runs_page gives."""
    statement, arguments = creation_statement(project_id, query, ranges, wanted, is_walk=True)
    rows = await connection.rows(statement, *arguments)
    if len(rows) == query.limit or not await _goes_on(connection, project_id, query):
        return rows
    statement, arguments = creation_statement(project_id, query, ranges, wanted, is_walk=False)
    return await connection.rows(statement, *arguments)


def creation_statement(
    project_id: int, query: RunQuery, ranges: Ranges, wanted: WantedLong = NOTHING_LONG, *, is_walk: bool
) -> tuple[Query[ListedRunRow], list[object]]:
    """The statement that goes over the next runs, or the one that finds all that match, and its arguments."""
    where = compile_filter(query.filters, 3, project_id, ranges)
    ordered = compile_order(query.order, 3 + len(where.parameters), query.after)
    living = _LIVING + ("" if ordered.after is None else f" AND {ordered.after}")
    if is_walk:
        # The limit inside keeps the filter out of there.
        found = (
            f"(\n  SELECT {RUN_COLUMNS}, {DOCUMENT_COLUMNS}\n  FROM runs AS r\n  WHERE {living}\n"
            f"  ORDER BY {ordered.order_by}\n  LIMIT {walk_length(query.filters):d}\n) AS r\nWHERE {where.sql}"
        )
    else:
        # OFFSET 0 keeps the order and the limit out of there.
        found = (
            "(\n  SELECT r.run_id\n  FROM (\n    SELECT r.run_id, r.created_at\n    FROM runs AS r\n"
            f"    WHERE {living}\n      AND {where.sql}\n    OFFSET 0\n  ) AS r\n"
            f"  ORDER BY {ordered.order_by}\n  LIMIT $2\n) AS few\nJOIN runs AS r USING (run_id)"
        )
    bound = [project_id, query.limit, *where.parameters, *ordered.parameters]
    columns = wanted.columns(len(bound) + 1)
    sql = f"SELECT {columns}, {ordered.place}\nFROM {found}\nORDER BY {ordered.order_by}\nLIMIT $2"
    if is_walk:
        statement = composed("select_runs_page", sql, ListedRunRow)
    else:
        # Runs are found first and then read: two looks at the table.
        statement = composed("select_runs_sorted", sql, ListedRunRow, in_snapshot=True)
    return statement, [*bound, *wanted.arguments]


def walk_length(tree: Filter) -> int:
    """How many runs to walk along before giving up."""
    conditions = tree.filters if isinstance(tree, And) else (tree,)
    is_indexed = any(
        isinstance(item, Condition)
        and item.operator in (OperatorName.EQ, OperatorName.IN)
        and containment_count(item.field, item.operand) > 0
        for item in conditions
    )
    return WALK_MAX_RUNS_BESIDE_INDEX if is_indexed else WALK_MAX_RUNS


async def _goes_on(connection: Connection, project_id: int, query: RunQuery) -> bool:
    """Whether there are more runs than were walked."""
    ordered = compile_order(query.order, 3, query.after)
    behind = "" if ordered.after is None else f" AND {ordered.after}"
    sql = (
        f"SELECT count(*)\nFROM (\n  SELECT r.run_id\n  FROM runs AS r\n  WHERE {_LIVING}{behind}\n"
        f"  ORDER BY {ordered.order_by}\n  OFFSET $2\n  LIMIT 1\n) AS beyond"
    )
    statement = composed("count_runs_beyond", sql, CountRow)
    row = await connection.row(statement, project_id, walk_length(query.filters), *ordered.parameters)
    return row is not None and row.count > 0
