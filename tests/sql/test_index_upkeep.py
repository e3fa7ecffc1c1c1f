"""Indexes on demand come when a large project is often listed by a value, and go when nobody does so any more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.index_sql import order_index
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.run_lists.indexes import SELECT_ORDER_INDEXES, OrderIndexes
from runfolio_server.sql.run_lists.list import count_runs
from runfolio_server.worker.index_upkeep import (
    INDEXES_PER_PROJECT_MAX,
    ORDERS_PER_PROJECT_MAX,
    RUNS_MIN,
    USES_MIN,
    keep_indexes_once,
)

FILL = f"""
INSERT INTO entities (name) VALUES ('ada');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by)
SELECT entity_id, name, user_id FROM users, unnest('{{large,small}}'::text[]) AS name;
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, summary)
SELECT gen_random_uuid(), project_id, 'run' || n, 'Run', 'running', created_by, jsonb_build_object('acc', n)
FROM projects, generate_series(1, CASE name WHEN 'large' THEN {RUNS_MIN} ELSE {RUNS_MIN} - 1 END) AS n;
UPDATE projects AS p SET run_counter = (SELECT count(*) FROM runs AS r WHERE r.project_id = p.project_id);
"""


@pytest.fixture(scope="module")
async def filled(database: Database) -> Database:
    """A project just large enough, and one that is not."""
    async with database.connection() as connection:
        await connection.script(FILL)
    return database


@pytest.fixture
async def projects(filled: Database) -> AsyncIterator[dict[str, int]]:
    """The projects' numbers by name; afterwards no order was ever used and no index made."""
    async with filled.connection() as connection:
        rows = await connection._raw.fetch("SELECT name, project_id FROM projects")
        yield {row["name"]: row["project_id"] for row in rows}
        await connection._raw.execute("DELETE FROM run_order_use")
        for row in await connection.rows(SELECT_ORDER_INDEXES):
            await connection._raw.execute(f"DROP INDEX {row.name}")


async def _list(connection: Connection, indexes: OrderIndexes, project_id: int, order: str, times: int) -> bool:
    """Ask for lists in this order and tell; whether an index would serve the last one."""
    found = None
    for _ in range(times):
        found = await indexes.choose(connection, project_id, RunQuery.parse(None, order))
    await indexes.exchange(connection)
    return found is not None


async def test_an_order_that_is_often_used_in_a_large_project_gets_an_index(
    filled: Database, database_url: str, projects: dict[str, int]
) -> None:
    indexes = OrderIndexes()
    async with filled.connection() as connection:
        before = [
            await _list(connection, indexes, project, order, times)
            for project, order, times in (
                (projects["large"], "-summary_metrics.acc", USES_MIN),
                (projects["large"], "+config.lr", USES_MIN - 1),
                (projects["large"], "-created_at", USES_MIN),
                (projects["large"], "-summary_metrics.a,name", USES_MIN),
                (projects["small"], "-summary_metrics.acc", USES_MIN),
            )
        ]

        made, dropped = await keep_indexes_once(filled, database_url, {})
        await indexes.exchange(connection)
        after = [
            await _list(connection, indexes, projects["large"], order, 1)
            for order in ("-summary_metrics.acc", "+summary.acc", 'summary["acc"]', "-summary_metrics.a", "config.lr")
        ]
        again = await keep_indexes_once(filled, database_url, {})

    assert not any(before)
    assert [order_index(projects["large"], "summary_metrics.acc").name] == made
    assert [] == dropped
    assert [True, True, True, False, False] == after
    # The third use of config.lr was the one above.
    assert [order_index(projects["large"], "config.lr").name] == again[0]


async def test_a_range_that_is_often_asked_for_gets_an_index(
    filled: Database, database_url: str, projects: dict[str, int]
) -> None:
    indexes = OrderIndexes()
    good = RunQuery.parse(f'{{"summary.acc": {{"$gte": {RUNS_MIN - 1}, "$lt": 1e9}}, "state": "running"}}')
    others = [
        RunQuery.parse(text)
        for text in (
            '{"summary.acc": "high"}',
            '{"summary.acc": {"$gt": "high"}}',
            '{"name": {"$gt": "run"}}',
            '{"$or": [{"config.a": {"$gt": 1}}, {"config.b": {"$gt": 1}}]}',
        )
    ]
    async with filled.connection() as connection:
        for query in [good, *others] * USES_MIN:
            await indexes.choose(connection, projects["large"], query)
        before = indexes.ranges(projects["large"], good)
        await indexes.exchange(connection)

        made, _ = await keep_indexes_once(filled, database_url, {})
        await indexes.exchange(connection)
        counts = [
            await count_runs(connection, projects["large"], good, ranges)
            for ranges in (before, indexes.ranges(projects["large"], good))
        ]

    index = order_index(projects["large"], "summary_metrics.acc")
    assert {} == before
    assert [index.name] == made
    assert [index.expressions[:2]] == list(indexes.ranges(projects["large"], good).values())
    assert {} == indexes.ranges(projects["small"], good)
    assert [2, 2] == counts


async def test_an_index_that_nobody_uses_any_more_is_dropped(
    filled: Database, database_url: str, projects: dict[str, int]
) -> None:
    async with filled.connection() as connection:
        await _list(connection, OrderIndexes(), projects["large"], "-summary_metrics.acc", USES_MIN)
        made, _ = await keep_indexes_once(filled, database_url, {})
        await connection._raw.execute("UPDATE run_order_use SET last_used_at = now() - interval '15 days'")

        changed = await keep_indexes_once(filled, database_url, {})
        left = await connection.rows(SELECT_ORDER_INDEXES)
        remembered = await connection._raw.fetchval("SELECT count(*) FROM run_order_use")

    assert ([], made) == changed
    assert ([], 0) == (left, remembered)


async def test_an_index_that_was_cut_short_is_dropped_and_made_again(
    filled: Database, database_url: str, projects: dict[str, int]
) -> None:
    index = order_index(projects["large"], "summary_metrics.acc")
    async with filled.connection() as connection:
        await _list(connection, OrderIndexes(), projects["large"], "-summary_metrics.acc", USES_MIN)
        # What a build leaves that does not come to its end.
        with pytest.raises(Exception, match="could not create unique index"):
            await connection._raw.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {index.name} ON runs (state)")
        broken = [row.is_valid for row in await connection.rows(SELECT_ORDER_INDEXES)]
        listed = await _list(connection, OrderIndexes(), projects["large"], "-summary_metrics.acc", 1)

        made, dropped = await keep_indexes_once(filled, database_url, {})
        mended = [row.is_valid for row in await connection.rows(SELECT_ORDER_INDEXES)]

    assert ([False], False) == (broken, listed)
    assert ([index.name], [index.name]) == (made, dropped)
    assert [True] == mended


async def test_a_project_gets_so_many_indexes_and_its_most_used_orders_get_them(
    filled: Database, database_url: str, projects: dict[str, int]
) -> None:
    indexes = OrderIndexes()
    async with filled.connection() as connection:
        for number in range(INDEXES_PER_PROJECT_MAX + 2):
            await _list(connection, indexes, projects["large"], f"summary_metrics.m{number}", USES_MIN + number)

        made, _ = await keep_indexes_once(filled, database_url, {})
        again = await keep_indexes_once(filled, database_url, {})

    most_used = reversed(range(2, INDEXES_PER_PROJECT_MAX + 2))
    assert [order_index(projects["large"], f"summary_metrics.m{number}").name for number in most_used] == made
    assert ([], []) == again


async def test_what_is_remembered_of_a_project_is_bounded(
    filled: Database, database_url: str, projects: dict[str, int]
) -> None:
    async with filled.connection() as connection:
        await connection._raw.execute(
            "INSERT INTO run_order_use (project_id, field, uses)"
            " SELECT $1, 'summary_metrics.k' || n, 1 FROM generate_series(1, 500) AS n",
            projects["large"],
        )
        indexes = OrderIndexes()
        await indexes.exchange(connection)
        for number in range(1000):
            await indexes.choose(connection, projects["small"], RunQuery.parse(None, f"config.k{number}"))
        await indexes.choose(connection, projects["small"], RunQuery.parse(None, "config." + "k" * 900))
        await indexes.exchange(connection)
        told = await connection._raw.fetchval("SELECT count(*) FROM run_order_use WHERE uses = 1")

        await keep_indexes_once(filled, database_url, {})
        kept = await connection._raw.fetch("SELECT count(*) FROM run_order_use GROUP BY project_id")

    assert 700 == told
    assert [ORDERS_PER_PROJECT_MAX] * 2 == [row["count"] for row in kept]


async def test_a_remembered_field_that_this_version_does_not_know_stops_nothing(
    filled: Database, database_url: str, projects: dict[str, int]
) -> None:
    async with filled.connection() as connection:
        await connection._raw.execute(
            "INSERT INTO run_order_use (project_id, field, uses) SELECT $1, unnest($2::text[]), 99",
            projects["large"],
            ["nonsense", "name", "config.", "summary_metrics.acc"],
        )

        made, _ = await keep_indexes_once(filled, database_url, {})

    assert [order_index(projects["large"], "summary_metrics.acc").name] == made


async def test_equality_with_a_value_of_config_is_found_by_the_index_on_config(filled: Database) -> None:
    async with filled.connection() as connection:
        await connection._raw.execute("SET enable_seqscan = off")
        rows = await connection._raw.fetch("EXPLAIN SELECT FROM runs WHERE config @> ANY (ARRAY['{\"n\": 1}'::jsonb])")
        await connection._raw.execute("RESET enable_seqscan")

    assert "runs_config" in "\n".join(row[0] for row in rows)


async def test_a_batch_of_a_live_run_changes_no_index(filled: Database, projects: dict[str, int]) -> None:
    counts = (
        "SELECT pg_stat_get_tuples_updated('runs'::regclass) AS updated,"
        " pg_stat_get_tuples_hot_updated('runs'::regclass) AS hot"
    )
    update = (
        "UPDATE runs SET heartbeat_at = clock_timestamp(), summary = '{\"acc\": 2}', summary_text = '{\"acc\": 2}'"
        " WHERE project_id = $1 AND name = 'run2000'"
    )
    async with filled.connection() as connection:
        await connection._raw.execute("VACUUM runs")
        before = await connection._raw.fetchrow(counts)
        for _ in range(5):
            await connection._raw.execute(update, projects["large"])
        await connection._raw.execute("SELECT pg_stat_force_next_flush()")
        after = await connection._raw.fetchrow(counts)

    assert before is not None
    assert after is not None
    assert (5, 5) == (after["updated"] - before["updated"], after["hot"] - before["hot"])
