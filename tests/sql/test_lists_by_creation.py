"""Pages in order of creation by values of config: the pages of a plain statement, and no walk through the project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from runfolio_server.filters.language.order import Place
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.run_lists.by_creation import (
    WALK_MAX_RUNS,
    WALK_MAX_RUNS_BESIDE_INDEX,
    creation_statement,
    is_guessed,
    select_runs_by_creation,
)
from runfolio_server.sql.run_lists.indexes import OrderIndexes
from runfolio_server.sql.run_lists.list import select_runs_page
from runfolio_server.sql.run_lists.page import select_run_page
from tests.sql.every_index import ranges_of

RUN_COUNT = 2 * WALK_MAX_RUNS + 1000
# Two runs at each moment; the rare ones are at both ends of the walk, and at the end of the project.
FILL = f"""
INSERT INTO entities (name) VALUES ('ada'), ('bob');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM users LIMIT 1;
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, created_at, deleted_at, config)
SELECT md5(n::text)::uuid, project_id, 'run' || n, 'Run', 'finished', created_by,
  timestamptz '2026-01-01' + n / 2 * interval '1 second', CASE WHEN n % 100 = 99 THEN now() END,
  jsonb_build_object('n', n, 'kind', CASE WHEN n % 4000 = 3 OR n > {RUN_COUNT} - 3 THEN 'rare' ELSE 'usual' END)
FROM projects, generate_series(1, {RUN_COUNT}) AS n;
UPDATE runs SET created_by = (SELECT max(user_id) FROM users) WHERE config ->> 'kind' = 'rare';
"""


@pytest.fixture(scope="module")
async def project(database: Database) -> int:
    """A project of more runs than are walked at once."""
    async with database.connection() as connection:
        await connection.script(FILL)
        await connection.script("VACUUM ANALYZE runs")
        found: int = await connection._raw.fetchval("SELECT project_id FROM projects")
    return found


@pytest.mark.parametrize(
    "filters",
    [
        {"config.kind": "rare"},
        {"config.n": {"$gt": RUN_COUNT - 2}},
        {"config.n": {"$gt": 4000}},
        {"config.n": -1},
        {"user": "ada"},
        {"user": "bob"},
        {"user": "eve"},
        {"config.kind": "usual", "state": "finished", "duration": {"$gte": -1e12}},
        {"$or": [{"config.n": 1}, {"user": "ada", "config.kind": "rare", "tags": []}, {"name": "run7"}]},
    ],
    ids=str,
)
@pytest.mark.parametrize("order", ["+created_at", "-created_at"])
async def test_the_pages_are_those_of_a_plain_statement(
    database: Database, project: int, filters: dict[str, Any], order: str
) -> None:
    query = RunQuery.parse(json.dumps(filters), order)
    async with database.connection() as connection:
        expected = [(row.name, row.place) for row in await select_runs_page(connection, project, query)]
        size = max(2, len(expected) // 3 + 1)

        found: list[tuple[str, Place]] = []
        after: Place | None = None
        while True:
            page = await select_runs_by_creation(connection, project, query.page(size, after), {})
            found += [(row.name, row.place) for row in page]
            if len(page) < size:
                break
            after = page[-1].place

    assert expected == found


@pytest.mark.parametrize("order", ["+created_at", "-created_at"])
@pytest.mark.parametrize(
    ("filters", "length"),
    [
        ('{"config.n": -1}', WALK_MAX_RUNS_BESIDE_INDEX),
        ('{"config.n": {"$in": [-1, -2]}, "name": "a"}', WALK_MAX_RUNS_BESIDE_INDEX),
        ('{"config.n": {"$lt": 0}}', WALK_MAX_RUNS),
        ('{"config.n": {"$ne": -1}, "summary.loss": 1}', WALK_MAX_RUNS),
    ],
)
async def test_a_walk_ends_after_so_many_runs(
    database: Database, project: int, filters: str, length: int, order: str
) -> None:
    query = RunQuery.parse(filters, order).page(51)
    async with database.connection() as connection:
        walk = await _plan(connection, *creation_statement(project, query, {}, is_walk=True))
        found = await _plan(connection, *creation_statement(project, query, {}, is_walk=False))

    read = [node for node in _nodes(walk) if node.get("Index Name") == "runs_project_id_created_at"]
    assert [length] == [node["Actual Rows"] for node in read]
    assert not {"Sort", "Incremental Sort"} & {node["Node Type"] for node in _nodes(walk)}
    assert "runs_project_id_created_at" not in {node.get("Index Name") for node in _nodes(found)}


@pytest.mark.parametrize(
    ("filters", "order", "expected"),
    [
        ({"config.kind": "rare"}, "+created_at", True),
        ({"$or": [{"name": "a"}, {"summary.loss": {"$gt": 1}}]}, "-createdAt", True),
        ({"user": "bob"}, "-heartbeat_at", False),
        ({"group": "g", "tags": "a"}, "+created_at", False),
        ({}, "+created_at", False),
        ({"config.kind": "rare"}, "+created_at,name", False),
        ({"config.kind": "rare"}, "-heartbeat_at", False),
    ],
    ids=str,
)
def test_what_postgresql_knows_well_is_left_to_it(filters: Any, order: str, expected: bool) -> None:
    query = RunQuery.parse(json.dumps(filters), order)

    assert expected == is_guessed(query, {})
    assert not is_guessed(query, ranges_of(query.filters))


def test_how_many_runs_a_user_has_is_not_known() -> None:
    assert is_guessed(RunQuery.parse('{"user": "bob", "group": "g"}', "-created_at"), {})


async def test_the_runs_of_a_user_are_found_by_an_index(database: Database, project: int) -> None:
    query = RunQuery.parse('{"user": "bob"}', "+created_at").page(51)
    async with database.connection() as connection:
        found = await _plan(connection, *creation_statement(project, query, {}, is_walk=False))

    indexes = {node.get("Index Name", "") for node in _nodes(found)}
    assert {"runs_created_by", "runs_pkey"} == {name for name in indexes if name.startswith("runs_")}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


async def _plan(connection: Connection, query: Any, arguments: list[object]) -> dict[str, Any]:
    sql = re.sub(r"^--[^\n]*\n", "", query.sql)
    text = await connection._raw.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
    found: dict[str, Any] = json.loads(text)[0]["Plan"]
    return found


@pytest.mark.parametrize(("is_distributed", "statements"), [(False, 3), (True, 1)])
async def test_runs_that_are_spread_over_machines_are_filtered_there_and_not_walked_along(
    database: Database, project: int, is_distributed: bool, statements: int
) -> None:
    sent: list[str] = []
    query = RunQuery.parse(json.dumps({"config.n": -1}), "-created_at").page(5)
    async with database.connection() as connection:
        asked = Connection(connection._raw, is_distributed=is_distributed)
        with connection._raw.query_logger(lambda logged: sent.append(logged.query)):
            found = await select_run_page(asked, OrderIndexes(), project, query)

    assert [] == found

    lists = [sql for sql in sent if "FROM runs AS r" in sql]
    assert statements == len(lists)
    assert is_distributed == (not any("OFFSET" in sql or sql.count("LIMIT") > 1 for sql in lists))
