"""Lists of a project's artifacts by filter and order: statements put together from what filters/ compiles.

Called by graph/. Only fixed text is put together here; every value is bound.
"""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.filters.artifact_fields import VERSION
from runfolio_server.filters.artifact_query import ArtifactQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.sql.access import Asked, Kind, condition
from runfolio_server.sql.artifacts.memberships import MembershipRow
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import composed
from runfolio_server.sql.pool import Connection

_READ: Final = Asked(Permission.READ, 2)
_PLACES: Final = f"""(
  SELECT m.membership_id, m.collection_id, m.artifact_id, m.version_index, m.created_at AS member_since,
    m.created_by AS placed_by, c.name AS collection_name, t.name AS type_name, a.state, a.description, a.digest,
    a.tags, a.metadata, a.size, a.file_count, a.history_step, a.created_at, a.updated_at, a.logged_by, a.created_by
  FROM artifact_membership AS m
  JOIN artifact_collection AS c ON c.collection_id = m.collection_id
  JOIN artifact_type AS t ON t.type_id = c.type_id
  JOIN artifact AS a ON a.artifact_id = m.artifact_id
  JOIN artifact_collection AS s ON s.collection_id = a.collection_id
  JOIN projects AS p ON p.project_id = s.project_id
  WHERE c.project_id = $1 AND c.deleted_at IS NULL
    AND {condition("s", 2, Kind.ARTIFACT, "p")} AND s.deleted_at IS NULL AND a.state = 'COMMITTED'
    AND ($3::text IS NULL OR t.name = $3)
    AND %s
) AS r"""
# Each version once, in its sequence, unless a collection is told, which may be a portfolio. Two texts, because the
# order of one collection's versions is that of an index, and PostgreSQL must see that it is one.
_IN_SEQUENCES: Final = _PLACES % "$4::bigint IS NULL AND c.kind = 'sequence'"
_IN_COLLECTION: Final = _PLACES % "m.collection_id = $4::bigint"


class ListedMembershipRow(MembershipRow, frozen=True):
    """A version's place in a collection, and its own place in the order of the list."""

    place: list[str | None]


async def select_artifacts_page(
    connection: Connection,
    project_id: int,
    viewer: Viewer,
    query: ArtifactQuery,
    type_name: str | None = None,
    collection_id: int | None = None,
) -> list[ListedMembershipRow]:
    """The places of the query's page, in order. The caller has seen the project."""
    where = compile_filter(query.filters, 6, project_id)
    ordered = compile_order(query.order, 6 + len(where.parameters), query.after)
    behind = "" if ordered.after is None else f" AND {ordered.after}"
    first = Parameters(6 + len(where.parameters) + len(ordered.parameters))
    key = query.order.keys[0]
    if query.after is not None and key.field == VERSION:
        # The places of this order lie in two tables, so that no index begins at one; at its version one does.
        behind += (
            f" AND {VERSION.sql} {'<=' if key.is_descending else '>='} {first.bind(query.after[0], 'text')}::numeric"
        )
    sql = (
        "SELECT r.membership_id, r.collection_id, r.artifact_id, r.version_index, r.member_since, r.placed_by, "
        f"{ordered.place}\nFROM {_places(collection_id)}{joined_tables(query.order.fields)}\n"
        f"WHERE {where.sql}{behind}\n"
        f"ORDER BY {ordered.order_by}\nLIMIT $5"
    )
    statement = composed("select_artifacts_page", sql, ListedMembershipRow, asks=_READ)
    parameters = [*where.parameters, *ordered.parameters, *first.values]
    return await connection.rows(statement, project_id, viewer, type_name, collection_id, query.limit, *parameters)


async def count_artifacts(
    connection: Connection,
    project_id: int,
    viewer: Viewer,
    query: ArtifactQuery,
    type_name: str | None = None,
    collection_id: int | None = None,
) -> int:
    """How many versions the filters choose, on all pages together."""
    where = compile_filter(query.filters, 5, project_id)
    sql = f"SELECT count(*)\nFROM {_places(collection_id)}\nWHERE {where.sql}"
    statement = composed("count_artifacts", sql, CountRow, asks=_READ)
    row = await connection.row(statement, project_id, viewer, type_name, collection_id, *where.parameters)
    return row.count if row else 0


def _places(collection_id: int | None) -> str:
    return _IN_SEQUENCES if collection_id is None else _IN_COLLECTION


_RUN_ARTIFACTS: Final = f"""
FROM unnest($1::bigint[]) WITH ORDINALITY AS u (artifact_id, place)
JOIN artifact AS a ON a.artifact_id = u.artifact_id
JOIN artifact_collection AS s ON s.collection_id = a.collection_id
JOIN artifact_type AS t ON t.type_id = s.type_id
JOIN projects AS p ON p.project_id = s.project_id
WHERE {condition("s", 2, Kind.ARTIFACT, "p")} AND s.deleted_at IS NULL AND a.state = 'COMMITTED'
  AND ($3::text IS NULL OR t.name = $3)
  AND ($4::text IS NULL OR strpos(s.name, $4) > 0)"""


class RunArtifactRow(msgspec.Struct, frozen=True):
    """An artifact, and which of those that were given it is, from 1."""

    artifact_id: int
    place: int


async def select_run_artifacts(
    connection: Connection,
    artifact_ids: list[int],
    viewer: Viewer,
    type_name: str | None,
    name_part: str | None,
    after: int,
    limit: int,
) -> list[RunArtifactRow]:
    """Those of the artifacts that are there and have this type and this in their name, in the order that was given."""
    sql = f"SELECT u.artifact_id, u.place{_RUN_ARTIFACTS}\n  AND u.place > $5\nORDER BY u.place\nLIMIT $6"
    statement = composed("select_run_artifacts", sql, RunArtifactRow, asks=_READ)
    return await connection.rows(statement, artifact_ids, viewer, type_name, name_part, after, limit)


async def count_run_artifacts(
    connection: Connection, artifact_ids: list[int], viewer: Viewer, type_name: str | None, name_part: str | None
) -> int:
    """How many of the artifacts these are."""
    sql = f"SELECT count(*){_RUN_ARTIFACTS}"
    statement = composed("count_run_artifacts", sql, CountRow, asks=_READ)
    row = await connection.row(statement, artifact_ids, viewer, type_name, name_part)
    return row.count if row else 0
