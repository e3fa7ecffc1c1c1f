"""Two changes of the same runs wait for each other, in whatever order they find them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from runfolio_server.filters.run_query import RunQuery
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database
from runfolio_server.sql.run_lists.list import ChosenRunRow, select_runs_batch
from tests.sql.databases import RawConnection, connected

pytestmark = pytest.mark.anyio

# The first run by key lies last in the table.
FILL = """
INSERT INTO entities (name) VALUES ('ada');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM users;
INSERT INTO runs (run_id, project_id, name, display_name, state, created_by)
SELECT lpad(n::text, 32, '0')::uuid, project_id, 'run' || n, 'Run', 'finished', created_by
FROM projects, generate_series(9, 1, -1) AS n;
"""
MIDDLE = Query("middle", "SELECT run_id FROM runs WHERE name = 'run5' FOR UPDATE", NoRow)
WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
# Rows come as they lie in the table.
AS_THEY_LIE = ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan")
BY_KEY = ("enable_seqscan", "enable_bitmapscan")


@pytest.fixture
async def observer(database_url: str) -> AsyncIterator[RawConnection]:
    async with connected(database_url) as connection:
        yield connection


async def waiting(observer: RawConnection, count: int) -> None:
    """Until so many wait for a lock."""
    async with asyncio.timeout(60):
        while await observer.fetchval(WAITING) < count:  # noqa: ASYNC110 - PostgreSQL tells nobody of it
            await asyncio.sleep(0.01)


async def test_two_changes_of_the_same_runs_never_wait_in_a_circle(database: Database, observer: RawConnection) -> None:
    await observer.execute(FILL)
    project_id: int = await observer.fetchval("SELECT project_id FROM projects")
    query = RunQuery.parse('{"state": "finished"}').page(50)

    async def change(ways_not_taken: tuple[str, ...]) -> list[ChosenRunRow]:
        async with database.transaction() as connection:
            for setting in ways_not_taken:
                await connection._raw.execute(f"SET LOCAL {setting} = off")
            return (await select_runs_batch(connection, project_id, query, None, None, is_locked=True)).rows

    async with database.transaction() as holder:
        await holder.execute(MIDDLE)
        changes = [asyncio.create_task(change(ways)) for ways in (AS_THEY_LIE, BY_KEY)]
        # One of both may wait for the other already.
        await waiting(observer, len(changes))
    changed = await asyncio.gather(*changes)

    names = [f"run{number}" for number in range(1, 10)]
    assert [names, names] == [[row.name for row in rows] for rows in changed]


async def test_a_run_that_the_filters_choose_no_longer_once_it_can_be_changed_is_left(
    database: Database, observer: RawConnection
) -> None:
    project_id: int = await observer.fetchval("SELECT project_id FROM projects")
    query = RunQuery.parse('{"state": "finished"}').page(50)

    async def change() -> list[str]:
        async with database.transaction() as connection:
            rows = (await select_runs_batch(connection, project_id, query, None, None, is_locked=True)).rows
            return [row.name for row in rows]

    async with database.transaction() as holder:
        await holder.execute(Query("start", "UPDATE runs SET state = 'running' WHERE name = 'run5'", NoRow))
        changing = asyncio.create_task(change())
        await waiting(observer, 1)

    assert [f"run{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9)] == await changing
