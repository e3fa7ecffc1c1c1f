"""Readers are woken after a commit, by any process; when that is lost they find what there is by themselves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Sequence, Set
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Never
from uuid import UUID, uuid4

import msgspec

import runfolio_schema
import runfolio_server
from runfolio_server.domain.events import EventKind
from runfolio_server.events.follow import follow
from runfolio_server.events.reader import EventSource
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.events.writer import write_event
from runfolio_server.sql.events.events import EventRow
from runfolio_server.sql.events.notifications import CHANNEL
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Database
from tests.sql.databases import connected


class PidRow(msgspec.Struct, frozen=True):
    """A process of PostgreSQL, and whether it listens."""

    pid: int


LISTENERS = Query(
    "listeners",
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'runfolio events'"
    " AND query LIKE 'LISTEN %'",
    PidRow,
)
TERMINATE = Query("terminate", "SELECT pg_terminate_backend($1)::int", PidRow)


@asynccontextmanager
async def running(*jobs: Coroutine[None, None, Never]) -> AsyncIterator[None]:
    """These jobs for as long as the block."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listeners(database: Database) -> Set[int]:
    async with database.connection() as connection:
        return {row.pid for row in await connection.rows(LISTENERS)}


async def _until_listening(database: Database, count: int, without: Set[int] = frozenset()) -> Set[int]:
    while len(found := await _listeners(database) - without) < count:  # noqa: ASYNC110 - asks PostgreSQL
        await asyncio.sleep(0.01)
    return found


async def _write(database: Database) -> UUID:
    object_id = uuid4()
    async with database.transaction() as connection:
        await write_event(connection, EventKind.API_KEY_REVOKED, entity_id=1, object_id=object_id)
    return object_id


class Follower:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[UUID] = []
        self.is_told = asyncio.Event()

    def tell(self, events: Sequence[EventRow]) -> None:
        self.told += [event.object_id for event in events]
        self.is_told.set()

    def missed(self) -> None:
        raise AssertionError("nothing was swept")


async def test_what_one_process_announces_wakes_all(database: Database, database_url: str) -> None:
    one, other = EventWakeUp(database_url), EventWakeUp(database_url)
    async with running(one.run(), other.run()):
        await _until_listening(database, 2)
        bells = [one.bell(), other.bell()]
        one.announce()

        await asyncio.gather(*(bell.wait() for bell in bells))


async def test_what_is_announced_at_once_is_one_notification(database: Database, database_url: str) -> None:
    wake_up = EventWakeUp(database_url)
    heard: asyncio.Queue[None] = asyncio.Queue()
    async with connected(database_url) as connection, running(wake_up.run()):
        await connection.add_listener(CHANNEL, lambda *_: heard.put_nowait(None))
        await _until_listening(database, 1)
        for _ in range(100):
            wake_up.announce()
        await heard.get()
        wake_up.announce()
        await heard.get()
        # What was sent before is heard before.
        await connection.execute(f"NOTIFY {CHANNEL}")
        await heard.get()

    assert heard.empty()


async def test_a_lost_connection_is_made_again_and_whoever_waits_is_woken(
    database: Database, database_url: str
) -> None:
    wake_up = EventWakeUp(database_url)
    async with running(wake_up.run()):
        lost = await _until_listening(database, 1)
        bell = wake_up.bell()
        async with database.connection() as connection:
            for pid in lost:
                await connection.row(TERMINATE, pid)
        await bell.wait()
        await _until_listening(database, 1, without=lost)
        bell = wake_up.bell()
        wake_up.announce()
        await bell.wait()


async def test_a_follower_is_told_of_what_is_announced(database: Database, database_url: str) -> None:
    wake_up, follower = EventWakeUp(database_url), Follower()
    # Nobody looks by himself for an hour.
    following = follow(database, wake_up, EventSource.OTHERS, follower.tell, follower.missed, poll_s=3600)
    async with running(wake_up.run(), following):
        await _until_listening(database, 1)
        object_id = await _write(database)
        wake_up.announce()
        await follower.is_told.wait()

    assert [object_id] == follower.told


async def test_a_follower_finds_by_itself_what_nobody_announced(database: Database, database_url: str) -> None:
    # As when the process that wrote was killed between its commit and the NOTIFY: this one never listens either.
    wake_up, follower = EventWakeUp(database_url), Follower()
    following = follow(database, wake_up, EventSource.OTHERS, follower.tell, follower.missed, poll_s=0.02)
    async with running(following):
        await asyncio.sleep(0.1)
        object_id = await _write(database)
        await follower.is_told.wait()

    assert [object_id] == follower.told


async def test_a_follower_comes_back_for_what_waited_for_an_older_transaction(
    database: Database, database_url: str
) -> None:
    wake_up, follower = EventWakeUp(database_url), Follower()
    following = follow(database, wake_up, EventSource.OTHERS, follower.tell, follower.missed, poll_s=3600)
    async with running(wake_up.run(), following):
        await _until_listening(database, 1)
        async with database.transaction() as older:
            first = uuid4()
            await write_event(older, EventKind.API_KEY_REVOKED, entity_id=1, object_id=first)
            second = await _write(database)
            wake_up.announce()
            await asyncio.sleep(0.2)
            told_meanwhile = list(follower.told)
        # The older one is not announced: its process was killed.
        await follower.is_told.wait()

    assert [] == told_meanwhile
    assert [first, second] == follower.told


def test_no_statement_notifies_inside_the_transaction_that_changes_something() -> None:
    packages = (Path(package.__path__[0]) for package in (runfolio_server, runfolio_schema))
    files = [path for package in packages for path in package.rglob("*.sql")]
    texts = {path.name: re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")) for path in files}

    assert {"events.sql", "ingest_batch.sql", "tables.sql"} < set(texts)
    assert [] == [name for name, text in texts.items() if re.search(r"\bnotify\b|pg_notify", text, re.IGNORECASE)]
