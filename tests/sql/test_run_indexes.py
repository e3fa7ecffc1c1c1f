"""Lists along an index on demand: the same runs as without one, and none of the three traps of such indexes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest

from runfolio_server.domain.json_text import storable_text, to_jsonb
from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.language.order import Place
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.index_sql import OrderIndex, drop_statement, field_name, literal, order_index, segments
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.run_lists.by_index import ALONG_THE_INDEX, WALK_MAX_RUNS, select_runs_by_index, walk_statement
from runfolio_server.sql.run_lists.indexes import OrderIndexes, ReadyIndex, create_order_index
from runfolio_server.sql.run_lists.list import runs_page_statement, select_runs_page
from tests.run_language import find_field
from tests.unit.test_filters_parse import INJECTIONS

RUN_COUNT = 12_000
FIELD = "summary_metrics.acc"
# Every type of value, ties, and a third of the runs without one.
FILL = f"""
INSERT INTO entities (name) VALUES ('ada');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p' || n, user_id
FROM users, generate_series(1, 2) AS n;
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, created_at, deleted_at, config, summary)
SELECT md5(n::text || project_id)::uuid, project_id, 'run' || n, 'Run', 'finished', created_by,
  now() - n / 3 * interval '1 second', CASE WHEN n % 100 = 99 THEN now() END, jsonb_build_object('n', n),
  CASE n % 12
    WHEN 0 THEN '{{}}' WHEN 1 THEN '{{"acc": null}}' WHEN 2 THEN '{{"acc": {{"$number": "NaN"}}}}'
    WHEN 3 THEN jsonb_build_object('acc', 'text ' || n % 7) WHEN 4 THEN jsonb_build_object('acc', n % 24 = 4)
    WHEN 5 THEN jsonb_build_object('acc', jsonb_build_array(n)) WHEN 6 THEN '{{"other": 1}}' WHEN 7 THEN '{{}}'
    ELSE jsonb_build_object('acc', n % 500) END
FROM projects, generate_series(1, CASE name WHEN 'p1' THEN {RUN_COUNT} ELSE 300 END) AS n;
"""
TEXTS = (
    *map(storable_text, INJECTIONS), "plain", "", "a'b", "\\", "\\'", "E'", "--", "/*", "é", "😀", "\x01\x7f\n\r\t",
    "a" * 900,
)  # fmt: skip


@pytest.fixture(scope="module")
async def index(database: Database) -> OrderIndex:
    """The index of the larger project by FIELD."""
    async with database.connection() as connection:
        await connection.script(FILL)
        project: int = await connection._raw.fetchval("SELECT project_id FROM projects WHERE name = 'p1'")
        found = order_index(project, FIELD)
        await create_order_index(connection, found)
        await connection.script("VACUUM ANALYZE runs")
    return found


@pytest.mark.parametrize("filters", [{}, {"config.n": {"$lt": 600}}, {"config.n": 77}, {"config.n": -1}])
@pytest.mark.parametrize("order", [f"-{FIELD}", FIELD])
@pytest.mark.parametrize(("size", "runs"), [(1000, RUN_COUNT), (300, 2000), (90, None)])
async def test_pages_along_an_index_are_the_pages_of_a_scan(
    database: Database, index: OrderIndex, filters: dict[str, Any], order: str, size: int, runs: int | None
) -> None:
    query = RunQuery.parse(json.dumps(filters), order)
    async with database.connection() as connection:
        expected = [(row.name, row.place) for row in await select_runs_page(connection, index.project_id, query)]

        found: list[tuple[str, Place]] = []
        after: Place | None = None
        while True:
            page = await select_runs_by_index(connection, ReadyIndex(index, runs), query.page(size, after))
            found += [(row.name, row.place) for row in page]
            if len(page) < size:
                break
            after = page[-1].place

    assert expected == found


async def test_the_first_trap_a_rare_filter_reads_no_more_than_so_many_runs_of_the_index(
    database: Database, index: OrderIndex
) -> None:
    rare = RunQuery.parse('{"config.n": {"$gt": 11999, "$lt": 12001}}', f"+{FIELD}").page(51)
    walked, walked_arguments = walk_statement(index, rare, segments(index, rare.order, None, 2)[0], 51)
    scanned, scanned_arguments = runs_page_statement(index.project_id, rare)

    async with database.connection() as connection:
        async with connection.snapshot(ALONG_THE_INDEX):
            walk = await _plan(connection, walked, walked_arguments, "ANALYZE, ")
        scan = await _plan(connection, scanned, scanned_arguments)
        page = await select_runs_by_index(connection, ReadyIndex(index, RUN_COUNT), rare)
        same = await select_runs_page(connection, index.project_id, rare)

    read = [node for node in _nodes(walk) if node.get("Index Name") == index.name]
    assert [WALK_MAX_RUNS] == [node["Actual Rows"] for node in read]
    assert "Sort" in {node["Node Type"] for node in _nodes(scan)}
    assert index.name not in {node.get("Index Name") for node in _nodes(scan)}
    assert page == same
    assert ["run12000"] == [row.name for row in page]


@pytest.mark.parametrize(
    ("operand", "is_rare"),
    [
        ({"$gt": 498}, True),
        ({"$gte": 498, "$lte": 499.5}, True),
        ({"$lt": 1}, True),
        ({"$gte": 0}, False),
        ({"$gt": math.nan}, False),
    ],
    ids=str,
)
async def test_the_few_runs_of_a_range_are_found_in_an_index(
    database: Database, index: OrderIndex, operand: Any, is_rare: bool
) -> None:
    query = RunQuery.parse(json.dumps({FIELD: operand}))
    indexes = OrderIndexes()
    indexes._ready[index.name] = RUN_COUNT
    ranges = indexes.ranges(index.project_id, query)
    scanned, scanned_arguments = runs_page_statement(index.project_id, query)
    found, found_arguments = runs_page_statement(index.project_id, query, ranges)

    async with database.connection() as connection:
        expected = await connection.rows(scanned, *scanned_arguments)
        rows = await connection.rows(found, *found_arguments)
        plan = await _plan(connection, found, found_arguments)

    assert expected == rows
    assert not is_rare or index.name in {node.get("Index Name") for node in _nodes(plan)}


@pytest.mark.parametrize("order", [f"-{FIELD}", FIELD])
@pytest.mark.parametrize("has_value", [True, False])
async def test_the_second_trap_both_directions_start_in_the_index_where_the_cursor_says(
    database: Database, index: OrderIndex, order: str, has_value: bool
) -> None:
    query = RunQuery.parse(None, order)
    async with database.connection() as connection:
        every = await select_runs_page(connection, index.project_id, query)
        rows = [row for row in every if (row.place[0] is not None) == has_value]
        place = rows[len(rows) // 2].place
        segment = segments(index, query.order, place, 2)[0]
        walked, walked_arguments = walk_statement(index, query, segment, 51)
        async with connection.snapshot(ALONG_THE_INDEX):
            plan = await _plan(connection, walked, walked_arguments, "ANALYZE, ")
            page = await connection.rows(walked, *walked_arguments)

    read = [node for node in _nodes(plan) if node.get("Index Name") == index.name]
    assert not {"Sort", "Incremental Sort"} & {node["Node Type"] for node in _nodes(plan)}
    assert ["Backward" if order[0] == "-" else "Forward"] == [node["Scan Direction"] for node in read]
    assert [51] == [node["Actual Rows"] for node in read]
    assert ["ROW(" in node["Index Cond"] and "Filter" not in node for node in read] == [True]
    assert [row.name for row in rows[len(rows) // 2 + 1 :][:51]] == [row.name for row in page]


@pytest.mark.parametrize(
    "value",
    ["x" * 10_000_000, "\U0001f600" * 100_000, 10**4000, -(10**4000), 5e-324, 1.7e308, float("nan"), ["y" * 100_000],
     {"z" * 100_000: "z" * 100_000}, {"$number": "x" * 10_000}, {"$number": ["NaN"]}, [[[]]], None, "\0'\\"],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
async def test_the_third_trap_no_value_is_refused_because_of_an_index(
    database: Database, index: OrderIndex, value: Any
) -> None:
    insert = (
        "INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, summary)"
        " SELECT gen_random_uuid(), $1, 'long', 'Long', 'finished', user_id, $2::text::jsonb FROM users"
    )
    async with database.connection() as connection:
        transaction = connection._raw.transaction()
        await transaction.start()
        status = await connection._raw.execute(insert, index.project_id, to_jsonb({"acc": value}))
        await connection._raw.execute("UPDATE runs SET summary = summary || '{\"x\": 1}' WHERE name = 'long'")
        await transaction.rollback()

    assert "INSERT 0 1" == status


async def test_a_list_is_right_when_its_index_is_gone(database: Database, index: OrderIndex) -> None:
    gone, query = order_index(index.project_id, "config.n"), RunQuery.parse(None, "-config.n").page(1000)

    async with database.connection() as connection:
        found = await select_runs_by_index(connection, ReadyIndex(gone, RUN_COUNT), query)
        expected = await select_runs_page(connection, index.project_id, query)

    assert expected == found


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:20])
async def test_a_literal_is_the_text_it_was_made_of_whatever_the_text(database: Database, text: str) -> None:
    async with database.connection() as connection:
        for setting in ("on", "off"):
            await connection._raw.execute(f"SET standard_conforming_strings = {setting}")
            await connection._raw.execute("SET escape_string_warning = off")
            found = await connection._raw.fetchrow(f"SELECT {literal(text)}, {literal([text, 'b'])}")
            assert found is not None
            assert [text, [text, "b"]] == list(found)
        await connection._raw.execute("RESET ALL")
    assert re.fullmatch(r"E?'([A-Za-z0-9_./ -]|\\U[0-9A-F]{8})*'::text", literal(text))


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
def test_a_text_that_postgresql_cannot_hold_is_no_literal(text: str) -> None:
    with pytest.raises(ValueError, match="NUL nor a lone surrogate"):
        literal(text)


@pytest.mark.parametrize("text", [text for text in TEXTS if text and len(text.encode()) < 100])
async def test_an_index_by_a_hostile_key_is_made_and_serves(database: Database, index: OrderIndex, text: str) -> None:
    field = find_field(f"config[{json.dumps(text)}]", "order")
    assert isinstance(field, JsonField)
    name = field_name(field)
    assert name is not None
    hostile = order_index(index.project_id, name)

    async with database.connection() as connection:
        await create_order_index(connection, hostile)
        await connection._raw.execute(drop_statement(hostile.name))
        assert RUN_COUNT + 300 == await connection._raw.fetchval("SELECT count(*) FROM runs")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


async def _plan(
    connection: Connection, query: Query[Any], arguments: list[object], options: str = ""
) -> dict[str, Any]:
    text = await connection._raw.fetchval(
        f"EXPLAIN ({options}FORMAT JSON) {query.sql.partition(chr(10))[2]}", *arguments
    )
    found: dict[str, Any] = json.loads(text)[0]["Plan"]
    return found
