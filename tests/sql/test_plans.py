"""Lists, crash detection and history find their rows by an index: the plans that PostgreSQL makes for them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import pytest

from runfolio_server.filters.run_query import RunQuery
from runfolio_server.sql.console.console import (
    SELECT_CONSOLE_CHANGES,
    SELECT_CONSOLE_PAGE,
    SELECT_CONSOLE_STARTS,
    SELECT_CONSOLE_TAIL,
    SELECT_NEWEST_CONSOLE_CHANGES,
)
from runfolio_server.sql.history.compaction import SELECT_LAST_SEGMENTS, SELECT_SEGMENT_CHUNKS, SELECT_TAIL, TAKE_LEASE
from runfolio_server.sql.history.history import (
    SELECT_STORED_ROWS,
    SELECT_STORED_ROWS_OF_LINES,
    SELECT_STORED_ROWS_OF_RUNS,
)
from runfolio_server.sql.history.keys import (
    SELECT_CUT_CHUNKS,
    SELECT_KEYS,
    SELECT_LAST_STEP,
    SELECT_OLD_RANGES,
    SELECT_STEP_RANGE,
)
from runfolio_server.sql.named import Query
from runfolio_server.sql.run_lists.list import runs_page_statement
from runfolio_server.sql.runs.runs import (
    MARK_SILENT_RUNS_CRASHED,
    SELECT_RUN_BY_NAME,
    SELECT_STREAMS,
)
from tests.sql.databases import RawConnection, connected

RUN_COUNT = 20_000
# What takes part, so that a plan that is right for a handful of rows is not what is looked at.
FILL = f"""
INSERT INTO entities (name) VALUES ('ann');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by)
SELECT entity_id, 'p' || n, user_id FROM users, generate_series(1, 4) AS n;
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, created_at, heartbeat_at)
SELECT md5(n::text)::uuid, (SELECT min(project_id) FROM projects) + n % 4, 'run' || n, 'Run ' || n,
  CASE WHEN n % 1000 = 0 THEN 'running' ELSE 'finished' END,
  (SELECT user_id FROM users), now() - n * interval '1 second', now() - n * interval '1 second'
FROM generate_series(1, {RUN_COUNT}) AS n;
UPDATE runs SET group_name = 'group ' || hashtext(name) % 10, job_type = 'train', tags = '{{usual}}',
  commit_hash = 'commit ' || hashtext(name) % 10;
UPDATE runs
SET state = 'failed', group_name = 'rare', job_type = 'rare', sweep_name = 'rare', commit_hash = 'rare',
  tags = '{{usual,rare}}'
WHERE hashtext(name) % 500 = 0;
INSERT INTO run_stream (run_id, stream, writer, epoch, next_line, tail_lines)
SELECT md5(n::text)::uuid, s, '', 0, 100, 10
FROM generate_series(1, 2000) AS n, unnest('{{history,events}}'::text[]) AS s;
INSERT INTO shared_stream (run_id, view_id, stream, writer, epoch, reader_id, past_line, counts_to)
SELECT md5(n::text)::uuid, md5((n + 1)::text)::uuid, 'history', '', 0, md5((n + 1)::text)::uuid, 50, 40
FROM generate_series(1, 2000) AS n;
INSERT INTO history_chunk
  (run_id, stream, writer, epoch, key, line0, line1, segment, n, kind, step_low, step_high, lines, data)
SELECT md5(n::text)::uuid, 'history', '', 0, key, segment, segment + 9, segment, 10, 1, segment, segment + 9, '', 'x'
FROM generate_series(1, 1000) AS n, unnest('{{\\#,a,b,c,d,e}}'::text[]) AS key, generate_series(0, 80, 10) AS segment;
INSERT INTO history_tail (run_id, stream, writer, epoch, line0, n, step_low, step_high, body)
SELECT md5(n::text)::uuid, 'history', '', 0, 90 + line, 1, 90 + line, 90 + line, 'x'
FROM generate_series(1, 2000) AS n, generate_series(0, 9) AS line;
INSERT INTO console_line (run_id, writer, epoch, line, level, label, text, change)
SELECT md5(n::text)::uuid, '', 0, line, '', '', 'x', line
FROM generate_series(1, 1000) AS n, generate_series(0, 19) AS line;
ANALYZE;
"""

RUN = UUID("c4ca4238-a0b9-2382-0dcc-509a6f75849b")  # md5 of 1
VIEW = UUID("c81e728d-9d4c-2f63-6f06-7f89cc14862c")  # md5 of 2
OF_STREAM = (RUN, "history", "", 0)
CONSOLE_RANGE = ("", 0, 5, "", 0, 9)
DECIDING = (["\\#"], ["\\$"], [0], 1)


@pytest.fixture(scope="module")
async def filled(database_url: str) -> AsyncIterator[RawConnection]:
    async with connected(database_url) as connection:
        await connection.execute(FILL)
        yield connection


async def test_the_first_page_of_runs_is_read_from_the_index_of_its_order(filled: RawConnection) -> None:
    query, arguments = runs_page_statement(await _project(filled), RunQuery.parse().page(51))

    plan = await _plan(filled, query, *arguments)

    assert {"runs_project_id_created_at"} == _indexes(plan, "runs")
    assert "Sort" not in {node["Node Type"] for node in _nodes(plan)}


async def test_a_page_far_down_the_list_starts_where_the_cursor_says(filled: RawConnection) -> None:
    project = await _project(filled)
    cursor = await filled.fetchrow(
        "SELECT created_at, run_id FROM runs WHERE project_id = $1 ORDER BY created_at OFFSET 4000 LIMIT 1", project
    )
    assert cursor is not None

    place = [str(cursor["created_at"]), str(cursor["run_id"])]
    query, arguments = runs_page_statement(project, RunQuery.parse().page(51, place))

    plan = await _plan(filled, query, *arguments)

    conditions = [node.get("Index Cond", "") for node in _nodes(plan) if node.get("Relation Name") == "runs"]
    assert {"runs_project_id_created_at"} == _indexes(plan, "runs")
    assert all("created_at" in condition for condition in conditions)


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ('{"group": "rare"}', "runs_group_name"),
        ('{"group": {"$in": ["rare", "none"]}}', "runs_group_name"),
        ('{"display_name": "Run 7"}', "runs_display_name"),
        ('{"displayName": {"$in": ["Run 7", "Run 8"]}}', "runs_display_name"),
        ('{"commit": "rare"}', "runs_commit_hash"),
        ('{"jobType": "rare"}', "runs_job_type"),
        ('{"sweep": "rare"}', "runs_sweep_name"),
        ('{"state": "failed"}', "runs_state"),
        ('{"tags": "rare"}', "runs_tags"),
        ('{"tags.rare": true}', "runs_tags"),
        ('{"config.kind": "rare"}', "runs_config"),
        ('{"name": "run7"}', "runs_pkey"),
        ('{"$or": [{"name": "run7"}, {"name": "run8"}, {"group": "rare"}]}', "runs_group_name runs_pkey"),
    ],
)
async def test_a_few_runs_of_a_large_project_are_found_by_an_index(
    filled: RawConnection, filters: str, index: str
) -> None:
    query, arguments = runs_page_statement(await _project(filled), RunQuery.parse(filters).page(51))

    plan = await _plan(filled, query, *arguments)

    assert set(index.split()) == _indexes(plan, "runs")


async def test_a_run_is_found_by_its_key(filled: RawConnection) -> None:
    plan = await _plan(filled, SELECT_RUN_BY_NAME, await _project(filled), "run1", RUN)

    assert {"runs_pkey"} == _indexes(plan, "runs")


async def test_silent_runs_are_found_among_those_alive_only(filled: RawConnection) -> None:
    plan = await _plan(filled, MARK_SILENT_RUNS_CRASHED, "running", 300.0)

    assert {"runs_alive"} == _indexes(plan, "runs")


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        (SELECT_STORED_ROWS.own, (RUN, "history", *DECIDING, ["\\#", "a"], ["\\$", "b"], -1e300, 1e300, 1000.0)),
        (
            SELECT_STORED_ROWS_OF_RUNS.own,
            ([RUN], "history", ["a"], ["b"], ["\\#", "a"], ["\\$", "b"], -1e300, 1e300, -1e300, 1000.0),
        ),
        (SELECT_STEP_RANGE.own, ([RUN], "history", ["a"], ["b"])),
        (SELECT_STORED_ROWS_OF_LINES.own, (RUN, "history", [""], [0], [5], ["\\#", "a"], ["\\$", "b"])),
        (SELECT_LAST_STEP.own, (RUN, "history")),
        (SELECT_STORED_ROWS.of_view, (RUN, "history", *DECIDING, ["\\#"], ["\\$"], -1e300, 1e300, 1000.0, VIEW)),
        (SELECT_KEYS.of_view, ([RUN], "history", VIEW)),
        (SELECT_CUT_CHUNKS.own, (RUN, "history")),
        (SELECT_CUT_CHUNKS.of_view, (RUN, "history", VIEW)),
        (SELECT_KEYS.own, ([RUN], "history")),
        (SELECT_OLD_RANGES.own, ([RUN], "history", ["a"], 32, None, None, None, None, None)),
        (SELECT_TAIL, (*OF_STREAM, 0, 1000, 1000)),
        (SELECT_LAST_SEGMENTS, (*OF_STREAM, 0, 100, 32)),
        (SELECT_SEGMENT_CHUNKS, (*OF_STREAM, 0, 100, 1000, 1000)),
        (TAKE_LEASE, (*OF_STREAM, 120.0)),
        (SELECT_STREAMS, ([RUN],)),
        (SELECT_CONSOLE_STARTS, (RUN,)),
        (SELECT_CONSOLE_PAGE, (RUN, *CONSOLE_RANGE, 1000, 2**26, None, None, "x")),
        (SELECT_CONSOLE_TAIL, (RUN, *CONSOLE_RANGE, 1000, 2**26, "x", "x", "x")),
    ],
    ids=lambda value: value.name if isinstance(value, Query) else "",
)
async def test_what_belongs_to_a_run_is_found_by_the_primary_key(
    filled: RawConnection, query: Query[Any], arguments: tuple[object, ...]
) -> None:
    plan = await _plan(filled, query, *arguments)

    tables = ("run_stream", "shared_stream", "history_chunk", "history_tail", "console_line")
    read = {table: _indexes(plan, table) for table in tables}
    touched = {node["Relation Name"] for node in _nodes(plan) if "Relation Name" in node}
    assert touched
    assert {table: {f"{table}_pkey"} for table in touched} == {table: read[table] for table in touched}


@pytest.mark.parametrize(
    ("query", "arguments"),
    [(SELECT_CONSOLE_CHANGES, (RUN, 5, "", 0, 0, 10, 2**26)), (SELECT_NEWEST_CONSOLE_CHANGES, (RUN, 10, 2**26))],
    ids=["after a change", "newest"],
)
async def test_what_was_printed_last_is_found_by_the_index_of_changes(
    filled: RawConnection, query: Query[Any], arguments: tuple[object, ...]
) -> None:
    plan = await _plan(filled, query, *arguments)

    assert {"console_line_change"} == _indexes(plan, "console_line")


async def _project(connection: RawConnection) -> int:
    found: int = await connection.fetchval("SELECT min(project_id) FROM projects")
    return found


async def _plan(connection: RawConnection, query: Query[Any], *arguments: object) -> dict[str, Any]:
    # A comment before EXPLAIN's statement is fine, but the header would hide it from a reader of the log.
    sql = re.sub(r"^--[^\n]*\n", "", query.sql)
    text = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *arguments)
    found: dict[str, Any] = json.loads(text)[0]["Plan"]
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _indexes(plan: dict[str, Any], table: str) -> set[str]:
    """Names of the indexes by which a table is read; "none" for a sequential scan."""
    found = set()
    for node in _nodes(plan):
        if node.get("Relation Name") != table or node["Node Type"] == "ModifyTable":
            continue
        if node["Node Type"] == "Bitmap Heap Scan":
            found |= {child["Index Name"] for child in _nodes(node) if "Index Name" in child}
        else:
            found.add(node.get("Index Name", "none"))
    return found
