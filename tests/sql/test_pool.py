"""Connections to PostgreSQL: whose turn it is, and what is told when something takes too long."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import msgspec
import pytest

from runfolio_server.errors import AppError, Unavailable
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.heavy_threads import ITEMS_AT_ONCE
from runfolio_server.ingest.append import append_batch
from runfolio_server.ingest.parse import parse_file_stream
from runfolio_server.sql.constraints import MESSAGES_BY_CONSTRAINT, constraint_of
from runfolio_server.sql.named import NoRow, Query, composed
from runfolio_server.sql.pool import Connection, Database, open_database
from runfolio_server.sql.turns import Purpose, Shares
from tests.service import Service

pytestmark = pytest.mark.anyio

SLEEP = "SELECT pg_sleep(60)"


class NumberRow(msgspec.Struct, frozen=True):
    """A number."""

    number: int


NUMBERS = Query("numbers", "SELECT n FROM generate_series(1, $1::int) AS n", NumberRow)

BACKEND = Query("backend", "SELECT pg_backend_pid()", NumberRow)
LEFT_BEHIND = Query(
    "left",
    "SELECT pid FROM pg_stat_activity WHERE query LIKE '-- left_behind%' AND state = 'active'",
    NumberRow,
)
IS_ALIVE = Query("is_alive", "SELECT pid FROM pg_stat_activity WHERE pid = $1", NumberRow)


@pytest.fixture
async def hurried(database_url: str) -> AsyncIterator[Database]:
    """Four connections, on which nothing may take long; making them may take a second."""
    opened = await open_database(database_url, size=4, wait_s=1, statement_timeout_s=0.2)
    yield opened
    await opened.close()


async def test_a_statement_that_takes_too_long_is_told_as_that_and_may_be_tried_again(hurried: Database) -> None:
    with pytest.raises(Unavailable) as told:
        async with hurried.connection() as connection:
            await connection.execute(Query("sleep", SLEEP, NoRow))

    assert 503 == told.value.status
    assert "took longer than one may run here (statement_timeout_s)" in told.value.message
    assert "reachable" not in told.value.message


async def test_a_batch_that_waits_too_long_for_its_run_is_told_so_and_stored_when_it_comes_again(
    service: Service, hurried: Database
) -> None:
    run_id = decode_uuid("Run", (await service.start_run("locked"))["id"])
    batch = parse_file_stream(b'{"files":{"wandb-history.jsonl":{"offset":0,"content":["{}"]}}}')

    async with service.database.transaction() as connection:
        await connection.execute(Query("lock", "SELECT FROM runs WHERE run_id = $1 FOR UPDATE", NoRow), run_id)
        with pytest.raises(Unavailable, match="given up and its transaction undone"):
            await append_batch(hurried, run_id, batch)

    assert [] == await service.rows("p", "locked")
    assert await append_batch(hurried, run_id, batch) is not None
    assert ["{}"] == await service.rows("p", "locked")


async def test_a_transaction_of_a_process_that_has_stopped_ends_by_itself(
    database: Database, hurried: Database
) -> None:
    async def stop_in_a_transaction() -> None:
        async with hurried.transaction() as stopped:
            backend = await stopped.row(BACKEND)
            assert backend is not None
            async with database.connection() as watching:
                while await watching.rows(IS_ALIVE, backend.number):  # noqa: ASYNC110 - asks PostgreSQL
                    await asyncio.sleep(0.05)
            await stopped.row(BACKEND)

    with pytest.raises(Unavailable):
        await stop_in_a_transaction()


@pytest.mark.parametrize("door", [Connection.rows, Connection.row, Connection.execute])
async def test_a_filter_that_takes_too_long_is_the_caller_s_however_it_is_asked(
    door: Callable[..., Awaitable[object]], hurried: Database
) -> None:
    with pytest.raises(AppError, match="narrower filters") as told:
        async with hurried.connection() as connection:
            await door(connection, composed("sleep", SLEEP, NoRow))

    assert 400 == told.value.status


async def test_a_pool_that_is_in_use_is_told_as_that(hurried: Database) -> None:
    async def wait_in_vain() -> None:
        with pytest.raises(Unavailable, match="in use for too long"):
            async with hurried.connection():
                pass

    async with hurried.connection(), hurried.connection(), hurried.connection(), hurried.connection():
        # A task of its own, as requests have: up to Python 3.11.2 asyncio.timeout gives CancelledError in a task that
        # was ever cancelled, and tests share one.
        await asyncio.create_task(wait_in_vain())
    async with hurried.connection() as connection:
        assert [1] == [row.number for row in await connection.rows(NUMBERS, 1)]


async def test_who_has_a_share_never_takes_the_last_connections(hurried: Database) -> None:
    most_read = Shares.of(Purpose.READ, 4).key
    held = most = 0
    is_full, may_end = asyncio.Event(), asyncio.Event()
    share = hurried.asked_by("ada", "key")

    async def borrow() -> None:
        nonlocal held, most
        async with share.connection():
            held += 1
            most = max(most, held)
            if held == most_read:
                is_full.set()
            await may_end.wait()
            held -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(borrow())
        await is_full.wait()
        # Longer than the first of a request would wait.
        await asyncio.sleep(1.2)
        async with hurried.asked_by("bob", "key").connection() as connection:
            answered = await connection.rows(NUMBERS, 1)
        may_end.set()

    assert [NumberRow(1)] == answered
    assert most_read == most


async def test_a_filter_has_a_deadline_of_its_own_and_other_statements_have_not(database_url: str) -> None:
    opened = await open_database(database_url, size=1, wait_s=5, statement_timeout_s=60, filter_timeout_s=0.2)
    try:
        async with opened.connection() as connection:
            assert 1 == await connection.execute(Query("sleep", "SELECT pg_sleep(0.4)", NoRow))
            with pytest.raises(AppError, match="narrower filters"):
                await connection.rows(composed("sleep", SLEEP, NoRow))
            # The connection is as good as before: the statement has ended in PostgreSQL.
            assert [NumberRow(1)] == await connection.rows(NUMBERS, 1)
        async with opened.transaction() as connection:
            await connection.rows(composed("choose", NUMBERS.sql, NumberRow, locks=True), 1)
            assert 1 == await connection.execute(Query("sleep", "SELECT pg_sleep(0.4)", NoRow))
    finally:
        await opened.close()


async def test_a_filter_is_not_blamed_for_a_postgresql_that_does_not_answer(hurried: Database) -> None:
    async with hurried.connection() as connection:
        backend = await connection.row(BACKEND)
    assert backend is not None
    try:
        os.kill(backend.number, signal.SIGSTOP)
    except (ProcessLookupError, PermissionError):
        pytest.skip("the PostgreSQL of these tests is not ours to stop")

    try:
        with pytest.raises(Unavailable, match="not reachable") as told:
            async with hurried.connection() as connection:
                await connection.rows(composed("numbers", NUMBERS.sql, NumberRow), 1)
    finally:
        os.kill(backend.number, signal.SIGCONT)

    assert 503 == told.value.status


async def test_a_caller_who_is_gone_leaves_no_statement_behind(database: Database, hurried: Database) -> None:
    share = database.asked_by("ada", "key")

    async def read() -> None:
        async with share.connection() as connection:
            await connection.rows(Query("sleep", "-- left_behind\nSELECT pg_sleep(60)", NoRow))

    async with database.connection() as watching:
        tasks = [asyncio.create_task(read()) for _ in range(5)]
        while len(await watching.rows(LEFT_BEHIND)) < Shares.of(Purpose.READ, 8).key:  # noqa: ASYNC110 - asks PostgreSQL
            await asyncio.sleep(0.01)
        share.end()
        endings = await asyncio.gather(*tasks, return_exceptions=True)
        left = await watching.rows(LEFT_BEHIND)

    assert {asyncio.CancelledError} == {type(ending) for ending in endings}
    assert [] == left
    with pytest.raises(Unavailable, match="hung up"):
        async with share.connection():
            pass


async def test_many_rows_are_made_a_few_at_a_time(database: Database) -> None:
    turn = 0
    turns: list[int] = []
    is_done = False

    class SeenRow(msgspec.Struct, frozen=True):
        """A number; remembers in which turn of the loop it was made."""

        number: int

        def __post_init__(self) -> None:
            turns.append(turn)

    async def count_turns() -> None:
        nonlocal turn
        while not is_done:
            turn += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(count_turns())
    async with database.connection() as connection:
        rows = await connection.rows(Query("numbers", NUMBERS.sql, SeenRow), 10 * ITEMS_AT_ONCE)
    is_done = True
    await task

    assert list(range(1, 10 * ITEMS_AT_ONCE + 1)) == [row.number for row in rows]
    assert all(turns.count(one) <= ITEMS_AT_ONCE for one in set(turns))


class IsolationRow(msgspec.Struct, frozen=True):
    """What the statements of a transaction see."""

    level: str


ISOLATION = Query("isolation", "SELECT current_setting('transaction_isolation')", IsolationRow, in_snapshot=True)


@pytest.mark.parametrize(("is_distributed", "level"), [(True, "repeatable read"), (False, "read committed")])
async def test_a_query_of_several_runs_has_a_snapshot_only_where_a_statement_is_none(
    database: Database, is_distributed: bool, level: str
) -> None:
    async with database.connection() as connection:
        several = Connection(connection._raw, is_distributed=is_distributed)

        rows = await several.rows(ISOLATION)
        row = await several.row(ISOLATION)
        alone = await several.row(replace(ISOLATION, in_snapshot=False))
        is_open = connection._raw.is_in_transaction()
        async with several.transaction():
            inside = await several.row(ISOLATION)

    assert [IsolationRow(level)] == rows
    assert IsolationRow(level) == row
    assert (IsolationRow("read committed"), False) == (alone, is_open)
    # The caller's transaction is one that writes, and stays as it is.
    assert IsolationRow("read committed") == inside


async def test_a_plain_postgresql_is_not_distributed(database: Database) -> None:
    assert not database._is_distributed
    assert not database.asked_by("ada", "key")._is_distributed


@pytest.mark.parametrize("constraint", MESSAGES_BY_CONSTRAINT)
def test_a_constraint_is_known_by_its_name_and_by_that_of_a_shard_in_the_message(constraint: str) -> None:
    message = f'duplicate key value violates unique constraint "{constraint}_102008"'

    assert constraint == constraint_of(constraint, "anything")
    assert constraint == constraint_of(None, message)
    assert constraint == constraint_of("", message.replace("_102008", ""))
    assert constraint_of(None, 'duplicate key value violates unique constraint "runs_pkey_102008"') is None
