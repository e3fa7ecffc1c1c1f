"""A page of runs read along the index of its order, while that is quick. See page.py, filters/sql/index_sql.py.

The walk ends when the page is full, or after so many runs that scanning and sorting all would soon have been quicker:
then that is done (list.py). So a page takes as long in a million runs as in a thousand while the filter lets one of
a hundred through, and at most about twice as long as without an index.
"""

from __future__ import annotations

from typing import Final

from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.index_sql import ListPart, OrderIndex, segments
from runfolio_server.filters.sql.json_where import NO_RANGES, Ranges
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import Query, composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.indexes import ReadyIndex
from runfolio_server.sql.run_lists.list import DOCUMENT_COLUMNS, RUN_COLUMNS, ListedRunRow, select_runs_page
from runfolio_server.sql.run_lists.long_columns import NOTHING_LONG, WantedLong

WALK_MAX_RUNS: Final = 5000
WALK_SHARE: Final = 4
"""A run read along an index costs as much as so many that are scanned."""
ALONG_THE_INDEX: Final = "SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
"""Of a comparison of rows PostgreSQL estimates the first column only. Where that is the same for most runs, it expects
few behind the cursor, and would fetch and sort what is half the project."""


async def select_runs_by_index(
    connection: Connection,
    ready: ReadyIndex,
    query: RunQuery,
    ranges: Ranges = NO_RANGES,
    wanted: WantedLong = NOTHING_LONG,
) -> list[ListedRunRow]:
    """What select_runs_page gives; right, if slow, when the index is gone."""
    index = ready.index
    most = WALK_MAX_RUNS if ready.runs is None else max(query.limit, min(ready.runs // WALK_SHARE, WALK_MAX_RUNS))
    # In a snapshot, so that a run that changes meanwhile is neither in both segments nor in none.
    async with connection.snapshot(ALONG_THE_INDEX):
        found: list[ListedRunRow] = []
        for segment in segments(index, query.order, query.after, 2):
            rest = query.limit - len(found)
            statement, arguments = walk_statement(index, query, segment, rest, most, wanted)
            found += await connection.rows(statement, *arguments)
            if len(found) == query.limit:
                return found
            if await _goes_on(connection, segment, most):
                break
        else:
            return found
    return await select_runs_page(connection, index.project_id, query, ranges, wanted)


def walk_statement(
    index: OrderIndex,
    query: RunQuery,
    segment: ListPart,
    limit: int,
    most: int = WALK_MAX_RUNS,
    wanted: WantedLong = NOTHING_LONG,
) -> tuple[Query[ListedRunRow], list[object]]:
    """Of the runs that the filters let through among the first of a segment, `limit`; its parameters begin at 2."""
    where = compile_filter(query.filters, 2 + len(segment.parameters), index.project_id)
    keys = [f"k{number}" for number in range(len(index.expressions))]
    walked = ", ".join(f"{sql} AS {key}" for sql, key in zip(index.expressions, keys, strict=True))
    direction = "DESC" if query.order.keys[-1].is_descending else "ASC"
    bound = [limit, *segment.parameters, *where.parameters]
    # The limit inside keeps the filter out of there; the order outside is the one that the rows have already.
    sql = (
        f"SELECT {wanted.columns(len(bound) + 1)}, ARRAY[{', '.join(f'r.{key}::text' for key in keys)}]\n"
        f"FROM (\n  SELECT {RUN_COLUMNS}, {DOCUMENT_COLUMNS}, {walked}\n  FROM runs AS r\n"
        f"  WHERE {segment.where}\n  ORDER BY {segment.order_by}\n  LIMIT {most:d}\n) AS r\n"
        f"WHERE {where.sql}\nORDER BY {', '.join(f'r.{key} {direction}' for key in keys)}\nLIMIT $1"
    )
    return composed("select_runs_walk", sql, ListedRunRow), [*bound, *wanted.arguments]


async def _goes_on(connection: Connection, segment: ListPart, most: int) -> bool:
    """Whether the segment has more runs than were walked."""
    sql = (
        "SELECT count(*)\nFROM (\n"
        f"  SELECT r.run_id\n  FROM runs AS r\n  WHERE {segment.where}\n  ORDER BY {segment.order_by}\n"
        f"  OFFSET $1\n  LIMIT 1\n) AS beyond"
    )
    row = await connection.row(composed("count_runs_beyond", sql, CountRow), most, *segment.parameters)
    return row is not None and row.count > 0
