"""Chosen runs: those that a filter or a list of names means, as much of each as is needed.

Called by graph/ and the export of history. Statements are put together from what filters/ compiles: fixed text, every
value bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from runfolio_server.domain.json_text import storable_text
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.filters.sql.value_sql import value_expression
from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.long_columns import PartRunRow, WantedLong

R = TypeVar("R", bound=msgspec.Struct)


class RunNameRow(msgspec.Struct, frozen=True):
    """The key of a run and its name, unique in the project."""

    run_id: UUID
    name: str


async def select_chosen_runs(
    connection: Connection,
    row: type[R],
    project_id: int,
    query: RunQuery,
    names: Sequence[str] | None,
) -> list[R]:
    """The runs that the query chooses and that, when names are given, are among these, in order.

    From the beginning of the list, as many as the query's limit. The fields of `row` are columns of runs.
    """
    columns = ", ".join(f"r.{name}" for name in row.__struct_fields__)
    return await _select(connection, row, columns, [], project_id, query, names)


async def select_part_runs(
    connection: Connection, project_id: int, query: RunQuery, names: Sequence[str] | None, wanted: WantedLong
) -> list[PartRunRow]:
    """The same runs, with these of their long columns: see long_columns.py."""
    return await _select(connection, PartRunRow, wanted.columns(3), wanted.arguments, project_id, query, names)


async def _select(
    connection: Connection,
    row: type[R],
    columns: str,
    bound: Sequence[object],
    project_id: int,
    query: RunQuery,
    names: Sequence[str] | None,
) -> list[R]:
    first = 3 + len(bound)
    chosen = Parameters(first)
    named = "TRUE"
    if names is not None:
        # By key as well as by name: the key has the index. Spelled out only where names are given, because PostgreSQL
        # plans one statement for all its arguments after a while.
        given = [name for name in names if storable_text(name) == name]
        run_ids = chosen.bind([run_id_of(project_id, name) for name in given], "uuid[]")
        named = f"r.run_id = ANY ({run_ids}) AND r.name = ANY ({chosen.bind(given, 'text[]')})"
    where = compile_filter(query.filters, first + len(chosen.values), project_id)
    arguments = [*bound, *chosen.values, *where.parameters]
    ordered = compile_order(query.order, 3 + len(arguments))
    sql = (
        f"SELECT {columns}\n"
        f"FROM runs AS r{joined_tables(query.order.fields)}\nWHERE r.project_id = $1 AND r.deleted_at IS NULL\n"
        f"  AND {named}\n  AND {where.sql}\nORDER BY {ordered.order_by}\nLIMIT $2"
    )
    statement = composed("select_chosen_runs", sql, row)
    return await connection.rows(statement, project_id, query.limit, *arguments, *ordered.parameters)


async def select_group_runs(
    connection: Connection, project_id: int, query: RunQuery, by: Sequence[Field], values: Sequence[str | None]
) -> list[RunNameRow]:
    """The runs of a group of sql/run_lists/groups.py, oldest first: `values` are its JSON texts, one per field.

    Of more runs than the query's limit the oldest, the newest and others evenly between them: as many as the limit.
    """
    parameters = Parameters(3)
    conditions = []
    for field, text in zip(by, values, strict=True):
        expression = value_expression(field, parameters)
        if text is None:
            conditions.append(f"({expression}) IS NULL")
        else:
            conditions.append(f"({expression}) = {parameters.bind(text, 'text')}::jsonb")
    where = compile_filter(query.filters, 3 + len(parameters.values), project_id)
    # The first run of each of so many equal stretches, of which the last holds the newest run alone.
    sql = (
        "WITH found AS (SELECT r.run_id, r.name, row_number() OVER (ORDER BY r.created_at, r.run_id) - 1 AS place,\n"
        f"  greatest(count(*) OVER () - 1, 1) AS last\nFROM runs AS r{joined_tables(by)}\n"
        "WHERE r.project_id = $1 AND r.deleted_at IS NULL\n"
        f"  AND {where.sql}\n  AND {' AND '.join(conditions)})\n"
        "SELECT f.run_id, f.name\nFROM found AS f\n"
        "WHERE f.last < $2 OR f.place = 0 OR f.place * ($2 - 1) / f.last <> (f.place - 1) * ($2 - 1) / f.last\n"
        "ORDER BY f.place\nLIMIT $2"
    )
    statement = composed("select_group_runs", sql, RunNameRow)
    return await connection.rows(statement, project_id, query.limit, *parameters.values, *where.parameters)
