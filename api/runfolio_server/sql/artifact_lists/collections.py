"""Lists of a project's collections by filter and order. Called by graph/.

Only fixed text is put together here; every value is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from runfolio_server.filters.artifact_query import CollectionQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.sql.artifacts.collections import CollectionRow
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection

_COLLECTIONS: Final = """(
  SELECT c.collection_id, c.project_id, c.type_id, t.name AS type_name, c.kind, c.name, c.description, c.tags,
    c.created_by, c.created_at, c.updated_at
  FROM artifact_collection AS c
  JOIN artifact_type AS t ON t.type_id = c.type_id
  WHERE c.project_id = $1 AND c.deleted_at IS NULL AND ($2::text IS NULL OR t.name = $2)
    AND t.name <> ALL ($3::text[])
) AS r"""
_COLUMNS: Final = ", ".join(f"r.{name}" for name in CollectionRow.__struct_fields__)


class ListedCollectionRow(CollectionRow, frozen=True):
    """A collection and its place in the order of the list."""

    place: list[str | None]


async def select_chosen_collections(
    connection: Connection,
    project_id: int,
    query: CollectionQuery,
    type_name: str | None = None,
    hidden_types: Sequence[str] = (),
) -> list[ListedCollectionRow]:
    """The collections of the query's page, in order. The caller has seen the project."""
    where = compile_filter(query.filters, 5, project_id)
    ordered = compile_order(query.order, 5 + len(where.parameters), query.after)
    behind = "" if ordered.after is None else f" AND {ordered.after}"
    sql = (
        f"SELECT {_COLUMNS}, {ordered.place}\nFROM {_COLLECTIONS}{joined_tables(query.order.fields)}\n"
        f"WHERE {where.sql}{behind}\nORDER BY {ordered.order_by}\nLIMIT $4"
    )
    statement = composed("select_chosen_collections", sql, ListedCollectionRow)
    return await connection.rows(
        statement, project_id, type_name, list(hidden_types), query.limit, *where.parameters, *ordered.parameters
    )


async def count_chosen_collections(
    connection: Connection,
    project_id: int,
    query: CollectionQuery,
    type_name: str | None = None,
    hidden_types: Sequence[str] = (),
) -> int:
    """How many collections the filters choose, on all pages together."""
    where = compile_filter(query.filters, 4, project_id)
    sql = f"SELECT count(*)\nFROM {_COLLECTIONS}\nWHERE {where.sql}"
    row = await connection.row(
        composed("count_chosen_collections", sql, CountRow),
        project_id,
        type_name,
        list(hidden_types),
        *where.parameters,
    )
    return row.count if row else 0
