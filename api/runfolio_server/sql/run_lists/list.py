"""Lists of a project's runs by filter and order: statements put together from what filters/ compiles.

Called by graph/ and actions/. Only fixed text is put together here; every value is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.filters.run_fields import RUN_FIELDS
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.json_where import NO_RANGES, Ranges
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import NoRow, Query, composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.long_columns import NOTHING_LONG, PartRunRow, WantedLong
from runfolio_server.sql.runs.runs import RunIdRow, RunRow

# The fields of RunRow are the columns of runs.
RUN_COLUMNS: Final = ", ".join(f"r.{name}" for name in RunRow.__struct_fields__)
# What filters ask of runs beside them.
DOCUMENT_COLUMNS: Final = ", ".join(document.sql for document in RUN_FIELDS.documents)
_LIVING: Final = "WHERE r.project_id = $1 AND r.deleted_at IS NULL"
_CHOSEN: Final = "r.run_id, r.name, r.tags, octet_length(r.config_text) AS config_bytes"


class ListedRunRow(PartRunRow, frozen=True):
    """A run and its place in the order of the list."""

    place: list[str | None]


class ChosenRunRow(msgspec.Struct, frozen=True):
    """What a change of many runs needs of each."""

    run_id: UUID
    name: str
    tags: list[str]
    config_bytes: int


class RunBatch(msgspec.Struct, frozen=True):
    """Some of the runs that are to change, and the key behind which the next ones are; None: these were the last."""

    rows: list[ChosenRunRow]
    behind: UUID | None


async def select_runs_page(
    connection: Connection,
    project_id: int,
    query: RunQuery,
    ranges: Ranges = NO_RANGES,
    wanted: WantedLong = NOTHING_LONG,
) -> list[ListedRunRow]:
    """The runs of the query's page, in order; see page.py for quicker ways."""
    statement, arguments = runs_page_statement(project_id, query, ranges, wanted)
    return await connection.rows(statement, *arguments)


def runs_page_statement(
    project_id: int, query: RunQuery, ranges: Ranges = NO_RANGES, wanted: WantedLong = NOTHING_LONG
) -> tuple[Query[ListedRunRow], list[object]]:
    """The statement of select_runs_page and its arguments."""
    where = compile_filter(query.filters, 3, project_id, ranges)
    ordered = compile_order(query.order, 3 + len(where.parameters), query.after)
    behind = "" if ordered.after is None else f"\n  AND {ordered.after}"
    bound = [project_id, query.limit, *where.parameters, *ordered.parameters]
    sql = (
        f"SELECT {wanted.columns(len(bound) + 1)}, {ordered.place}\nFROM runs AS r{joined_tables(query.order.fields)}\n"
        f"{_LIVING}\n  AND {where.sql}{behind}\n"
        f"ORDER BY {ordered.order_by}\nLIMIT $2"
    )
    return composed("select_runs_page", sql, ListedRunRow), [*bound, *wanted.arguments]


async def count_runs(connection: Connection, project_id: int, query: RunQuery, ranges: Ranges = NO_RANGES) -> int:
    """How many runs of the project the filters choose, on all pages together."""
    where = compile_filter(query.filters, 2, project_id, ranges)
    statement = composed("count_runs", f"SELECT count(*)\nFROM runs AS r\n{_LIVING}\n  AND {where.sql}", CountRow)
    row = await connection.row(statement, project_id, *where.parameters)
    return row.count if row else 0


async def select_runs_batch(
    connection: Connection,
    project_id: int,
    query: RunQuery,
    run_ids: list[UUID] | None,
    behind: UUID | None,
    *,
    is_locked: bool,
) -> RunBatch:
    """The next runs, by key, that the filters choose and, when given, are among these; locked for a change.

    They come in the order of their keys, whatever the query's, from behind the key `behind`.
    """
    where = compile_filter(query.filters, 5, project_id)
    sql = (
        f"SELECT {'r.run_id' if is_locked else _CHOSEN}\nFROM runs AS r\n{_LIVING}\n"
        "  AND ($3::uuid[] IS NULL OR r.run_id = ANY ($3))\n"
        f"  AND ($4::uuid IS NULL OR r.run_id > $4)\n  AND {where.sql}\nORDER BY r.run_id\nLIMIT $2"
    )
    arguments = [project_id, query.limit, run_ids, behind, *where.parameters]
    if not is_locked:
        rows = await connection.rows(composed("select_runs_batch", sql, ChosenRunRow), *arguments)
        return RunBatch(rows, rows[-1].run_id if len(rows) == query.limit else None)
    found = [row.run_id for row in await connection.rows(composed("select_runs_to_lock", sql, RunIdRow), *arguments)]
    await lock_runs(connection, found)
    locked = await _select_locked_runs(connection, project_id, query, found)
    return RunBatch(locked, found[-1] if len(found) == query.limit else None)


async def lock_runs(connection: Connection, run_ids: Sequence[UUID]) -> None:
    """Hold these runs until the transaction ends. It waits for whoever has one of them, which is nobody's fault."""
    await connection.execute(composed("lock_runs", "SELECT lock_runs($1::uuid[])", NoRow, locks=True), list(run_ids))


async def _select_locked_runs(
    connection: Connection, project_id: int, query: RunQuery, run_ids: list[UUID]
) -> list[ChosenRunRow]:
    """Those of the runs that the filters choose still, now that nobody else can change them, in the order of keys."""
    where = compile_filter(query.filters, 3, project_id)
    sql = (
        f"SELECT {_CHOSEN}\nFROM runs AS r\n{_LIVING}\n"
        f"  AND r.run_id = ANY ($2::uuid[])\n  AND {where.sql}\nORDER BY r.run_id"
    )
    return await connection.rows(
        composed("select_locked_runs", sql, ChosenRunRow), project_id, run_ids, *where.parameters
    )
