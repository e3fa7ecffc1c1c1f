"""A pool of connections to a pooler: every transaction has its settings, and nothing is left for whoever comes next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from runfolio_server.errors import AppError, Unavailable
from runfolio_server.sql.database_errors import AWAY
from runfolio_server.sql.named import NoRow, Query, composed
from runfolio_server.sql.pool import Connection, Database, open_database
from runfolio_server.sql.pooled import PooledConnection, way_of
from runfolio_server.sql.turns import Purpose, Shares
from tests.pgbouncer import CONNECTIONS, needs_pgbouncer
from tests.sql.databases import connected

pytestmark = [pytest.mark.anyio, needs_pgbouncer]


class NumberRow(msgspec.Struct, frozen=True):
    """A number."""

    number: int


class SettingsRow(msgspec.Struct, frozen=True):
    """What a transaction was told, and how it reads."""

    statement_timeout: str
    idle_timeout: str
    jit: str
    timezone: str
    isolation: str


NUMBER = Query("number", "SELECT $1::int", NumberRow)
BACKEND = Query("backend", "SELECT pg_backend_pid()", NumberRow)
PREPARED = Query("prepared", "SELECT count(*) FROM pg_prepared_statements", NumberRow)
SETTINGS = Query(
    "settings",
    "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'),"
    " current_setting('jit'), current_setting('timezone'), current_setting('transaction_isolation')",
    SettingsRow,
)
TOLD = SettingsRow("1min", "10min", "off", "UTC", "read committed")
LEFT_BEHIND = "SELECT pid FROM pg_stat_activity WHERE query LIKE '-- %behind%pg_sleep%' AND state = 'active'"
SLEEP_BEHIND = composed("behind", "SELECT 1 FROM pg_sleep(60)", NumberRow)


@pytest.fixture(scope="module")
async def pooled(pooled_url: str) -> AsyncIterator[Database]:
    """Eight connections to a pooler that has two."""
    opened = await open_database(
        pooled_url, size=8, wait_s=10, statement_timeout_s=60, filter_timeout_s=0.2, by=way_of(is_pooled=True)
    )
    yield opened
    await opened.close()


async def test_each_statement_and_each_transaction_has_the_settings(pooled: Database) -> None:
    async with pooled.connection() as connection:
        alone = await connection.row(SETTINGS)
        async with connection.transaction():
            inside = await connection.row(SETTINGS)
        async with connection.snapshot("SET LOCAL enable_sort = off; SET LOCAL statement_timeout = '7s'"):
            seen = await connection.row(SETTINGS)
        several = PooledConnection(connection._raw, is_distributed=True, settings="SET LOCAL jit = 'off'")
        spread = await several.row(replace(SETTINGS, in_snapshot=True))
        is_open = connection._raw.is_in_transaction()

    assert (TOLD, TOLD) == (alone, inside)
    assert seen == msgspec.structs.replace(TOLD, statement_timeout="7s", isolation="repeatable read")
    assert spread is not None
    assert "repeatable read" == spread.isolation
    assert not is_open


async def test_connections_take_turns_at_the_sessions_and_leave_nothing_there(pooled: Database) -> None:
    async def ask(number: int) -> tuple[NumberRow | None, NumberRow | None]:
        async with pooled.connection() as connection:
            own = Query(f"own_{number % 5}", f"SELECT $1::int + {number % 5}", NumberRow)
            return await connection.row(own, number), await connection.row(BACKEND)

    answers = await asyncio.gather(*(ask(number) for number in range(200)))
    async with pooled.connection() as connection:
        left = [await connection.row(PREPARED) for _ in range(10)]
        told = [await connection.row(SETTINGS) for _ in range(10)]

    assert [NumberRow(number + number % 5) for number in range(200)] == [answer for answer, _ in answers]
    assert CONNECTIONS == len({backend for _, backend in answers})
    assert [NumberRow(0)] * 10 == left
    assert [TOLD] * 10 == told


async def test_a_statement_is_asked_only_once_what_it_takes_and_gives(pooled: Database) -> None:
    async with pooled.connection() as connection:
        for number in range(3):
            await connection.row(NUMBER, number)
        raw: Any = connection._raw
        first, second = [await raw._get_statement(NUMBER.sql, None) for _ in range(2)]

    assert first is second
    assert ("", False) == (first.name, first.prepared)


async def test_a_statement_alone_is_committed_and_one_that_fails_is_undone_alone(
    pooled: Database, database_url: str
) -> None:
    async with pooled.connection() as connection:
        await connection.execute(Query("make", "CREATE TABLE noted (number int)", NoRow))
        assert 1 == await connection.execute(Query("note", "INSERT INTO noted VALUES ($1)", NoRow), 1)
        with pytest.raises(AppError, match="out of range"):
            await _divide(pooled)
        with pytest.raises(ZeroDivisionError):
            await _raise_in_transaction(connection)
        async with connection.transaction():
            await connection.execute(Query("note", "INSERT INTO noted VALUES ($1)", NoRow), 3)
    async with connected(database_url) as watching:
        found = [row[0] for row in await watching.fetch("SELECT number FROM noted ORDER BY number")]

    assert [1, 3] == found


async def test_a_filter_that_takes_too_long_ends_in_postgresql_too(pooled: Database, database_url: str) -> None:
    async with pooled.connection() as connection:
        with pytest.raises(AppError, match="narrower filters"):
            await connection.rows(SLEEP_BEHIND)
        assert NumberRow(1) == await connection.row(NUMBER, 1)
    async with connected(database_url) as watching:
        assert [] == await watching.fetch(LEFT_BEHIND)


async def test_a_caller_who_is_gone_leaves_no_statement_behind(pooled: Database, database_url: str) -> None:
    share = pooled.asked_by("ada", "key")

    async def read() -> None:
        async with share.connection() as connection:
            await connection.rows(Query("behind", "-- left behind\nSELECT 1 FROM pg_sleep(60)", NumberRow))

    async with connected(database_url) as watching:
        tasks = [asyncio.create_task(read()) for _ in range(5)]
        while len(await watching.fetch(LEFT_BEHIND)) < CONNECTIONS:  # noqa: ASYNC110 - asks PostgreSQL
            await asyncio.sleep(0.01)
        share.end()
        endings = await asyncio.gather(*tasks, return_exceptions=True)
        while await watching.fetch(LEFT_BEHIND):  # noqa: ASYNC110 - asks PostgreSQL
            await asyncio.sleep(0.01)

    assert CONNECTIONS <= Shares.of(Purpose.READ, 8).key
    assert {asyncio.CancelledError} == {type(ending) for ending in endings}
    async with pooled.connection() as connection:
        assert NumberRow(1) == await connection.row(NUMBER, 1)


async def test_a_session_that_is_lost_hides_no_error_and_the_next_one_is_good(
    pooled: Database, database_url: str
) -> None:
    async def lose() -> None:
        async with pooled.transaction() as connection, connected(database_url) as watching:
            backend = await connection.row(BACKEND)
            assert backend is not None
            await watching.execute("SELECT pg_terminate_backend($1)", backend.number)
            with suppress(*AWAY):
                while await connection.row(NUMBER, 1):  # noqa: ASYNC110 - asks PostgreSQL
                    await asyncio.sleep(0.01)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await lose()
    async with pooled.connection() as connection:
        assert NumberRow(1) == await connection.row(NUMBER, 1)


async def test_a_pooler_that_lends_nothing_in_time_is_told_as_that(pooled_url: str) -> None:
    opened = await open_database(pooled_url, size=4, wait_s=1, statement_timeout_s=3600, by=way_of(is_pooled=True))

    async def ask() -> NumberRow | None:
        async with opened.connection() as connection:
            return await connection.row(NUMBER, 1)

    try:
        async with opened.transaction(), opened.transaction():
            with pytest.raises(Unavailable, match="The pooler before the database had no connection") as told:
                await asyncio.create_task(ask())
        answered = await asyncio.create_task(ask())
    finally:
        await opened.close()

    assert 503 == told.value.status
    assert NumberRow(1) == answered


async def _divide(database: Database) -> None:
    async with database.connection() as connection:
        await connection.row(Query("divide", "SELECT 1 / $1::int", NumberRow), 0)


async def _raise_in_transaction(connection: Connection) -> None:
    async with connection.transaction():
        await connection.execute(Query("note", "INSERT INTO noted VALUES ($1)", NoRow), 2)
        raise ZeroDivisionError
