"""Events: written with their change or not at all, and read in one order, each once, whoever commits when."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import pytest

from runfolio_server.domain.events import EventKind
from runfolio_server.errors import AppError, CursorExpired
from runfolio_server.events.reader import BEGINNING, EventCursor, EventSource, cursor_now, read_events
from runfolio_server.events.writer import write_event
from runfolio_server.sql.events.events import EventRow
from runfolio_server.sql.pool import Connection, Database, open_database

KIND = EventKind.API_KEY_REVOKED
OTHERS = EventSource.OTHERS


@pytest.fixture
async def writers(database_url: str) -> AsyncIterator[Database]:
    """As many connections as a test has open transactions."""
    opened = await open_database(database_url, size=8, wait_s=10, statement_timeout_s=60)
    yield opened
    await opened.close()


async def _write(connection: Connection, object_id: UUID | None = None) -> UUID:
    object_id = object_id or uuid4()
    await write_event(connection, KIND, entity_id=1, object_id=object_id)
    return object_id


async def _now(database: Database) -> EventCursor:
    async with database.connection() as connection:
        return await cursor_now(connection, OTHERS)


async def _undo(stack: AsyncExitStack) -> None:
    """End the transaction of this stack as an error in it does."""
    with pytest.raises(AppError):
        async with stack:
            raise AppError("undone")


async def _all_after(
    database: Database, cursor: EventCursor, *, limit: int = 1000, source: EventSource = OTHERS
) -> list[EventRow]:
    """All events after the cursor; waits for transactions that are open, such as autovacuum's."""
    found: list[EventRow] = []
    while True:
        async with database.connection() as connection:
            page = await read_events(connection, source, cursor, limit=limit)
        assert len(page.events) <= limit
        found += page.events
        cursor = page.cursor
        if not page.events:
            if not page.is_waiting:
                return found
            await asyncio.sleep(0.01)


def _places(events: list[EventRow]) -> list[tuple[int, int, UUID]]:
    return [(event.transaction_id, event.number, event.object_id) for event in events]


async def test_an_event_is_there_when_its_change_is_committed_and_not_otherwise(database: Database) -> None:
    start = await _now(database)

    async with database.transaction() as connection:
        kept = await _write(connection)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(database.transaction())
        await _write(connection)
        await _undo(stack)

    (event,) = await _all_after(database, start)
    assert (kept, "api_key_revoked", 1, None, "{}") == (
        event.object_id,
        event.kind,
        event.entity_id,
        event.project_id,
        event.detail,
    )


async def test_a_later_event_waits_for_an_older_transaction_that_is_open(database: Database, writers: Database) -> None:
    start = await _now(database)

    async with writers.transaction() as older:
        first = await _write(older)
        async with writers.transaction() as younger:
            second = await _write(younger)
        async with database.connection() as connection:
            meanwhile = await read_events(connection, OTHERS, start)

    assert ([], True, start) == (meanwhile.events, meanwhile.is_waiting, meanwhile.cursor)
    assert [first, second] == [event.object_id for event in await _all_after(database, meanwhile.cursor)]


async def test_a_transaction_that_is_open_is_among_what_comes_from_now_on(
    database: Database, writers: Database
) -> None:
    async with writers.transaction() as older:
        first = await _write(older)
        start = await _now(database)

    assert [first] == [event.object_id for event in await _all_after(database, start)]


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_is_skipped_or_told_twice_whoever_commits_when(
    database: Database, writers: Database, seed: int
) -> None:
    chance = random.Random(seed)
    cursor = start = await _now(database)
    told: list[EventRow] = []
    committed: set[UUID] = set()
    open_ones: list[tuple[AsyncExitStack, Connection, list[UUID]]] = []

    async def end(is_kept: bool) -> None:
        stack, _, written = open_ones.pop(chance.randrange(len(open_ones)))
        if is_kept:
            await stack.aclose()
            committed.update(written)
        else:
            await _undo(stack)

    for _ in range(80):
        match chance.choice(["begin", "write", "write", "commit", "undo", "read", "read"]):
            case "begin" if len(open_ones) < 6:
                stack = AsyncExitStack()
                connection = await stack.enter_async_context(writers.transaction())
                open_ones.append((stack, connection, []))
            case "write" if open_ones:
                _, connection, written = chance.choice(open_ones)
                written.append(await _write(connection))
            case "commit" | "undo" as how if open_ones:
                await end(is_kept=how == "commit")
            case "read":
                async with database.connection() as connection:
                    page = await read_events(connection, OTHERS, cursor, limit=chance.choice([1, 3, 1000]))
                told += page.events
                cursor = page.cursor
    while open_ones:
        await end(is_kept=True)
    told += await _all_after(database, cursor, limit=3)

    assert len(told) == len(committed)
    assert {event.object_id for event in told} == committed
    assert sorted(_places(told)) == _places(told)
    assert _places(await _all_after(database, start)) == _places(told)


async def test_who_begins_at_the_beginning_reads_whatever_is_kept(database: Database) -> None:
    async with database.transaction() as connection:
        last = await _write(connection)

    assert last == (await _all_after(database, BEGINNING))[-1].object_id


async def test_a_cursor_of_another_database_is_refused(database: Database) -> None:
    start = await _now(database)
    later = EventCursor(start.transaction_id + 1_000_000, 0, UUID(int=0))

    with pytest.raises(CursorExpired, match="another database"):
        async with database.connection() as connection:
            await read_events(connection, OTHERS, later)
