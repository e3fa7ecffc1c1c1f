"""A statement that a caller's filter makes slow is the caller's, whatever asks for it and however its rows are read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from runfolio_server.errors import AppError, Unavailable
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database, open_database
from runfolio_server.sql.run_lists.list import select_runs_batch
from tests.slow_filter import SLOW_FILTER, fill_with_long_texts
from tests.sql.slow_statements import SLOW_STATEMENTS, Asking

pytestmark = pytest.mark.anyio

FILL = """
INSERT INTO entities (name) VALUES ('ada');
INSERT INTO users (entity_id) SELECT entity_id FROM entities;
INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM users;
"""
LOCK = Query("lock", "SELECT FROM runs WHERE project_id = $1 FOR UPDATE", NoRow)


@pytest.fixture
async def hurried(database_url: str) -> AsyncIterator[Database]:
    """Two connections, on which nothing may take long."""
    opened = await open_database(database_url, size=2, wait_s=10, statement_timeout_s=0.4)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def project(database: Database) -> int:
    """A project of runs with long texts."""
    async with database.connection() as connection:
        await connection.script(FILL)
        found: int = await connection._raw.fetchval("SELECT project_id FROM projects")
        await fill_with_long_texts(connection, found)
    return found


@pytest.mark.parametrize("asking", SLOW_STATEMENTS.values(), ids=SLOW_STATEMENTS)
async def test_a_slow_filter_is_told_to_whoever_wrote_it(asking: Asking, hurried: Database, project: int) -> None:
    with pytest.raises(AppError, match="narrower filters") as told:
        async with hurried.connection() as connection:
            await asking(connection, project, RunQuery.parse(SLOW_FILTER))

    assert 400 == told.value.status


async def test_a_change_that_waits_for_another_is_nobody_s_fault_and_may_be_tried_again(
    database: Database, hurried: Database, project: int
) -> None:
    async def change() -> int:
        async with hurried.transaction() as connection:
            # Nothing long is read for it.
            query = RunQuery.parse('{"created_at": {"$gte": "2000-01-01T00:00:00Z"}}').page(50)
            return len((await select_runs_batch(connection, project, query, None, None, is_locked=True)).rows)

    async with database.transaction() as connection:
        await connection.execute(LOCK, project)
        with pytest.raises(Unavailable, match="at the same moment") as told:
            await asyncio.create_task(change())

    assert 503 == told.value.status
    assert 20 == await change()
