"""Versions are found by an index, however many a collection has: the plans that PostgreSQL makes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import pytest

from runfolio_server.domain.viewer import Viewer
from runfolio_server.filters.artifact_query import ArtifactQuery
from runfolio_server.sql.artifact_lists.artifacts import select_artifacts_page
from runfolio_server.sql.artifacts.artifacts import SELECT_CLIENT_ID, SELECT_VISIBLE_ARTIFACT
from runfolio_server.sql.artifacts.collections import SELECT_COLLECTION_BY_NAME
from runfolio_server.sql.artifacts.committing import LOCK_ARTIFACTS, SELECT_SAME_AS
from runfolio_server.sql.artifacts.deleting import SELECT_PLACES
from runfolio_server.sql.artifacts.entries import SELECT_ENTRIES_PAGE
from runfolio_server.sql.artifacts.making import SELECT_SAME_CONTENT
from runfolio_server.sql.artifacts.memberships import (
    SELECT_ALIASES,
    SELECT_MEMBERSHIP_BY_ALIAS,
    SELECT_MEMBERSHIP_BY_VERSION,
    SELECT_NEWEST_MEMBERSHIPS,
    SELECT_NEWEST_MEMBERSHIPS_PAGE,
)
from runfolio_server.sql.artifacts.upkeep import (
    SELECT_ABANDONED_ARTIFACTS,
    SELECT_ARTIFACTS_TO_EMPTY,
    SELECT_EXPIRED_ARTIFACTS,
    SELECT_LOGGED_ARTIFACTS,
)
from runfolio_server.sql.artifacts.uses import SELECT_ARTIFACT_USERS_PAGE, SELECT_USES_OF_ARTIFACTS, SELECT_USES_OF_RUN
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Connection
from tests.sql.databases import RawConnection, connected

R = TypeVar("R", bound=msgspec.Struct)

COLLECTIONS, VERSIONS = 4, 1000
# Some are deleted, pending or expire, so that partial indexes have something in them.
FILL = f"""
INSERT INTO entities (name) VALUES ('ann');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM users;
INSERT INTO artifact_type (project_id, name) SELECT project_id, 'dataset' FROM projects;
INSERT INTO artifact_collection (project_id, type_id, kind, name, next_index, created_by)
SELECT project_id, type_id, 'sequence', 'c' || n, {VERSIONS}, user_id
FROM artifact_type, users, generate_series(1, {COLLECTIONS}) AS n;
INSERT INTO artifact (collection_id, state, version_index, digest, metadata, tags, created_by, logged_by, expires_at)
SELECT collection_id, CASE WHEN n % 100 = 1 THEN 'PENDING' WHEN n % 100 = 2 THEN 'DELETED' ELSE 'COMMITTED' END, n,
  md5(n::text), jsonb_build_object('k', n), ARRAY['t' || n], created_by, md5(n::text)::uuid,
  CASE WHEN n % 100 = 3 THEN now() + n * interval '1 hour' END
FROM artifact_collection, generate_series(0, {VERSIONS - 1}) AS n;
INSERT INTO artifact_membership (collection_id, artifact_id, version_index, created_by)
SELECT collection_id, artifact_id, version_index, created_by FROM artifact;
INSERT INTO artifact_alias (collection_id, alias, membership_id)
SELECT collection_id, 'a' || version_index, membership_id FROM artifact_membership;
INSERT INTO artifact_client_id (project_id, client_id, collection_id, artifact_id)
SELECT c.project_id, 'client' || artifact_id, collection_id, artifact_id
FROM artifact JOIN artifact_collection AS c USING (collection_id);
INSERT INTO artifact_entry (artifact_id, path, digest, ref) SELECT artifact_id, 'f' || n, 'd', 'r'
FROM artifact, generate_series(1, 2) AS n;
INSERT INTO artifact_use (run_id, artifact_id, direction) SELECT logged_by, artifact_id, 'output' FROM artifact;
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by)
SELECT md5(n::text)::uuid, project_id, 'r' || n, 'r', 'finished', user_id
FROM projects, users, generate_series(0, {VERSIONS - 1}) AS n;
ANALYZE;
"""


LARGE = {"artifact", "artifact_membership", "artifact_alias", "artifact_entry", "artifact_use"}


class Plans:
    """The filled database, and ids in it."""

    def __init__(self, connection: RawConnection, ids: dict[str, Any]) -> None:
        self.connection = connection
        self.ids = ids
        self.viewer = Viewer(1, ids["entity"], "ann", None, is_admin=False, created_at=datetime.now(UTC))

    async def rows_read(self, query: Query[Any], *arguments: object) -> tuple[set[str], int]:
        """Which tables are read from end to end, and how many rows all nodes of the plan have looked at."""
        values: list[Any] = [self.ids.get(value, value) if isinstance(value, str) else value for value in arguments]
        if query.asks is not None:
            values[query.asks.number - 1] = self.viewer
            values = list(query.asks.bind(tuple(values)))
        found = await self.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query.sql}", *values)
        nodes = list(_nodes(json.loads(found)[0]["Plan"]))
        whole = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
        looked_at = sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for node in nodes
            if node["Node Type"].endswith("Scan")
        )
        return whole & {
            "artifact",
            "artifact_membership",
            "artifact_alias",
            "artifact_entry",
            "artifact_use",
        }, looked_at


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in _nodes(inner))]


@pytest.fixture(scope="module")
async def plans(database_url: str) -> AsyncIterator[Plans]:
    async with connected(database_url) as connection:
        await connection.execute(FILL)
        row = await connection.fetchrow(
            "SELECT e.entity_id, c.project_id, c.collection_id, a.artifact_id, m.membership_id, a.logged_by"
            " FROM entities AS e, artifact_collection AS c JOIN artifact AS a USING (collection_id)"
            " JOIN artifact_membership AS m USING (artifact_id) WHERE c.name = 'c2' AND a.version_index = 500"
        )
        assert row is not None
        names = ("entity", "project", "collection", "artifact", "membership", "run")
        yield Plans(connection, dict(zip(names, row.values(), strict=True)))


CASES: list[tuple[Query[Any], list[Any]]] = [
    (SELECT_COLLECTION_BY_NAME, ["project", "c2"]),
    (SELECT_MEMBERSHIP_BY_VERSION, ["collection", 500, None]),
    (SELECT_MEMBERSHIP_BY_ALIAS, ["collection", "a500", None]),
    (SELECT_NEWEST_MEMBERSHIPS_PAGE, ["collection", None, None, 10]),
    (SELECT_NEWEST_MEMBERSHIPS_PAGE, ["collection", None, 500, 10]),
    (SELECT_NEWEST_MEMBERSHIPS, [["collection"], None]),
    (SELECT_ALIASES, [["membership"]]),
    (SELECT_VISIBLE_ARTIFACT[next(iter(SELECT_VISIBLE_ARTIFACT))], ["artifact", None]),
    (SELECT_CLIENT_ID, ["client500", None]),
    (SELECT_SAME_CONTENT, ["collection", "cee631121c2ec9232f3a2f028ad5c89b"]),
    (SELECT_ENTRIES_PAGE, ["artifact", None, None, None, 100]),
    (SELECT_PLACES, [["artifact"]]),
    (LOCK_ARTIFACTS, [["artifact"]]),
    (SELECT_USES_OF_RUN, ["run", "output"]),
    (SELECT_USES_OF_ARTIFACTS, [["artifact"], None, None, 10]),
    (SELECT_ARTIFACT_USERS_PAGE, ["artifact", None, None, None, 10]),
    (SELECT_SAME_AS, ["artifact"]),
    (SELECT_EXPIRED_ARTIFACTS, [None, 100]),
    (SELECT_ABANDONED_ARTIFACTS, [None, 100, 7]),
    (SELECT_LOGGED_ARTIFACTS, [None, 100, "run"]),
    (SELECT_ARTIFACTS_TO_EMPTY, [10]),
]


@pytest.mark.parametrize(("query", "arguments"), CASES, ids=lambda case: case.name if isinstance(case, Query) else "")
async def test_a_version_among_thousands_is_found_by_looking_at_few_rows(
    plans: Plans, query: Query[Any], arguments: list[Any]
) -> None:
    given = [[plans.ids[item] for item in value] if isinstance(value, list) else value for value in arguments]

    whole, looked_at = await plans.rows_read(query, *given)

    assert set() == whole
    assert looked_at < 200


class Asked(Connection):
    """Keeps the last statement that was asked, with its arguments."""

    last: tuple[Query[Any], tuple[object, ...]]

    async def rows(self, query: Query[R], *arguments: object) -> list[R]:
        self.last = (query, arguments)
        return await super().rows(query, *arguments)


@pytest.mark.parametrize("order", ["-version", "+version"])
@pytest.mark.parametrize("page", [0, 20])
async def test_versions_in_their_order_are_read_along_an_index(plans: Plans, order: str, page: int) -> None:
    connection = Asked(plans.connection)
    query, place, found = ArtifactQuery.parse(None, order), None, []
    for _ in range(page + 1):
        found = await select_artifacts_page(
            connection, plans.ids["project"], plans.viewer, query.page(10, place), None, plans.ids["collection"]
        )
        place = found[-1].place
    shown = [row.version_index for row in found]
    assert sorted(shown, reverse=order == "-version") == shown
    assert 10 == len(set(shown))

    whole, looked_at = await plans.rows_read(connection.last[0], *connection.last[1])

    assert set() == whole
    assert looked_at < 200


@pytest.mark.parametrize("filters", ['{"alias": "a500"}', '{"tags": "t500"}', '{"metadata.k": 500}'])
async def test_a_list_of_versions_by_a_filter_is_read_by_an_index(plans: Plans, filters: str) -> None:
    connection = Asked(plans.connection)
    query = ArtifactQuery.parse(filters, "-version").page(10)
    found = await select_artifacts_page(
        connection, plans.ids["project"], plans.viewer, query, None, plans.ids["collection"]
    )
    assert [500] == [row.version_index for row in found]

    whole, looked_at = await plans.rows_read(connection.last[0], *connection.last[1])

    assert set() == whole
    assert looked_at < 200
