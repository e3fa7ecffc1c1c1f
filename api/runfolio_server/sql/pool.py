"""Connections to PostgreSQL: lent in turn, by shares (turns.py), and for statements that end in time.

Made in app.py and the worker; used by loaders, actions and ingest through `Connection`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import asyncpg
import msgspec

from runfolio_server.errors import Unavailable
from runfolio_server.heavy_threads import ITEMS_AT_ONCE
from runfolio_server.sql.database_errors import AWAY, AWAY_NOW, slow_for_its_caller, translated_errors
from runfolio_server.sql.distribution import AnyConnection, are_runs_distributed
from runfolio_server.sql.named import Query
from runfolio_server.sql.session import PATIENT, Deadlines, milliseconds, session_settings
from runfolio_server.sql.turns import Asker, Purpose, Turns

R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")

NOBODY_ASKS: Final = "Whoever asked has hung up."
BEGIN_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
SET_STATEMENT_TIME: Final = "SELECT set_config('statement_timeout', $1, true)"


class Connection:
    """One connection, held for as short as possible; rows come back as the query's own class.

    Arguments are the values of the query's parameters, in order, and the viewer where it asks for a permission.
    `is_distributed`: runs are spread over machines. `shaped` is around each statement that a caller shapes.
    """

    def __init__(
        self,
        raw: AnyConnection,
        deadlines: Deadlines = PATIENT,
        *,
        is_distributed: bool = False,
        shaped: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._raw = raw
        self._deadlines = deadlines
        self.is_distributed = is_distributed
        self._shaped = shaped

    async def rows(self, query: Query[R], *arguments: object) -> list[R]:
        """All rows of the query, in its order."""
        records = await self._ask(self._raw.fetch, query, arguments)
        make = query.row
        found = [make(*record) for record in records[:ITEMS_AT_ONCE]]
        for first in range(ITEMS_AT_ONCE, len(records), ITEMS_AT_ONCE):
            await asyncio.sleep(0)
            found += [make(*record) for record in records[first : first + ITEMS_AT_ONCE]]
        return found

    async def row(self, query: Query[R], *arguments: object) -> R | None:
        """The first row of the query, or None."""
        record = await self._ask(self._raw.fetchrow, query, arguments)
        return None if record is None else query.row(*record)

    async def execute(self, query: Query[Any], *arguments: object) -> int:
        """Run the query; the number of rows it changed (0 for a statement that changes none)."""
        status = await self._ask(self._raw.execute, query, arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def script(self, sql: str) -> None:
        """Run text of runfolio_schema, which has no arguments; where runs are distributed, one statement."""
        await self._raw.execute(sql)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """BEGIN … COMMIT, or ROLLBACK when the block raises."""
        async with self._raw.transaction():
            yield

    @asynccontextmanager
    async def snapshot(self, settings: str = "") -> AsyncIterator[None]:
        """A read-only transaction whose statements see one state of the database; `settings` are SET LOCAL statements.

        One round trip to begin and one to end.
        """
        try:
            await self._raw.execute(f"{BEGIN_SNAPSHOT}; {settings}")
            yield
        finally:
            try:
                await self._raw.execute("ROLLBACK")
            except BaseException:
                # Nobody may get a connection from the pool that is still in a transaction.
                self._raw.terminate()
                raise

    async def _ask(self, ask: Callable[..., Awaitable[T]], query: Query[Any], arguments: tuple[object, ...]) -> T:
        """What the statement answers, from a snapshot where it needs one; a caller's transaction is the caller's."""
        if query.in_snapshot and self.is_distributed and not self._raw.is_in_transaction():
            async with self.snapshot():
                return await self._answer(ask, query, arguments)
        return await self._answer(ask, query, arguments)

    async def _answer(self, ask: Callable[..., Awaitable[T]], query: Query[Any], arguments: tuple[object, ...]) -> T:
        values = query.bind(arguments)
        if not query.is_callers:
            return await ask(query.sql, *values)
        async with self._shaped():
            return await self._answer_caller(ask, query, values)

    async def _answer_caller(
        self, ask: Callable[..., Awaitable[T]], query: Query[Any], values: tuple[object, ...]
    ) -> T:
        with slow_for_its_caller():
            if query.locks:
                return await self._ask_with_timeout(ask, query.sql, values)
            try:
                # asyncpg's clock, which costs no round trip; it cancels the statement in PostgreSQL.
                return await ask(query.sql, *values, timeout=self._deadlines.filter_s)
            except TimeoutError:
                await self._require_answer()
                raise

    async def _ask_with_timeout(self, ask: Callable[..., Awaitable[T]], sql: str, values: tuple[object, ...]) -> T:
        """By PostgreSQL's own clock, because only PostgreSQL tells whether a statement has waited for a lock."""
        await self._raw.execute(SET_STATEMENT_TIME, milliseconds(self._deadlines.filter_s))
        found = await ask(sql, *values)
        await self._raw.execute(SET_STATEMENT_TIME, milliseconds(self._deadlines.statement_s))
        return found

    async def _require_answer(self) -> None:
        """Raises Unavailable when not the statement was slow, but PostgreSQL does not answer at all."""
        try:
            with suppress(asyncpg.PostgresError):
                await self._raw.execute("SELECT 1", timeout=self._deadlines.answer_s)
        except AWAY as error:
            raise Unavailable(AWAY_NOW) from error


@dataclass(frozen=True, slots=True)
class Way:
    """How a pool comes to PostgreSQL: what asyncpg is told beside the address, and what is lent to callers."""

    options: Mapping[str, Any]
    lend: Callable[..., Connection]


def directly(session: Mapping[str, str]) -> Way:
    """The sessions are the pool's own, and are told their settings when they begin."""
    return Way({"server_settings": session}, Connection)


class Database:
    """A pool of connections to one PostgreSQL; or, for one request, its caller's share of them."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        turns: Turns,
        deadlines: Deadlines,
        asker: Asker | None = None,
        *,
        lend: Callable[..., Connection] = Connection,
        is_distributed: bool = False,
    ) -> None:
        self._pool = pool
        self._lend = lend
        self._turns = turns
        self._deadlines = deadlines
        self._asker = asker
        self._is_distributed = is_distributed
        self._borrowers: set[asyncio.Task[Any]] = set()
        self._is_over = False

    def asked_by(self, user: Hashable, key: Hashable, purpose: Purpose = Purpose.READ) -> Database:
        """The same pool for one request of this user, by this key; user None: nobody who is known.

        NOTE: who holds one must not borrow another, or all may wait for ever.
        """
        asker = Asker(self._turns, user, key, purpose)
        return Database(
            self._pool, self._turns, self._deadlines, asker, lend=self._lend, is_distributed=self._is_distributed
        )

    @property
    def purpose(self) -> Purpose:
        """What the connections are for; the server's own are for writing."""
        return Purpose.WRITE if self._asker is None else self._asker.purpose

    def begin_writing(self) -> None:
        """The request is a change. To be said before it borrows anything."""
        if self._asker is not None:
            self._asker.purpose = Purpose.WRITE

    def end(self) -> None:
        """Whoever asked has gone: what still runs or waits for them is cancelled, in PostgreSQL too."""
        self._is_over = True
        for task in self._borrowers:
            task.cancel()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Borrow a connection. Raises Unavailable when none comes in time or PostgreSQL goes away meanwhile."""
        if self._is_over:
            raise Unavailable(NOBODY_ASKS)
        task = asyncio.current_task()
        if task is not None:
            self._borrowers.add(task)
        try:
            with translated_errors():
                asker = self._asker or self._turns.of_server()
                await asker.take()
                raw = await self._raw_connection(asker)
                try:
                    yield self._lend(raw, self._deadlines, is_distributed=self._is_distributed, shaped=asker.shaped)
                finally:
                    # Not given up when the task is cancelled again: the turn ends when the connection is free.
                    await asyncio.shield(self._give_back(raw, asker))
        finally:
            if task is not None:
                self._borrowers.discard(task)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Borrow a connection inside one transaction."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def close(self) -> None:
        """Close every connection, waiting a few seconds for those in use."""
        try:
            await asyncio.wait_for(self._pool.close(), timeout=3)
        except (TimeoutError, *AWAY):
            self._pool.terminate()

    async def _raw_connection(self, asker: Asker) -> asyncpg.pool.PoolConnectionProxy[asyncpg.Record]:
        """Who has a turn waits for no other, but perhaps until a new connection is made."""
        try:
            return await self._pool.acquire(timeout=self._deadlines.answer_s)
        except BaseException as error:
            asker.give_back()
            if isinstance(error, TimeoutError):
                raise Unavailable(AWAY_NOW) from error
            raise

    async def _give_back(self, raw: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], asker: Asker) -> None:
        try:
            await self._pool.release(raw, timeout=self._deadlines.answer_s)
        except AWAY:
            raw.terminate()
        finally:
            asker.give_back()


async def _leave_as_it_is(_: object) -> None:
    """Nothing here changes a session, so the statement that would undo it, one per use, is saved."""


async def open_database(
    url: str,
    *,
    size: int,
    wait_s: float,
    statement_timeout_s: float,
    filter_timeout_s: float | None = None,
    by: Callable[[Mapping[str, str]], Way] = directly,
    shared_file: int | None = None,
) -> Database:
    """Connect; `filter_timeout_s` is that of any statement unless told. Raises Unavailable when nobody answers.

    `shared_file` is open in all processes that share the machine with this one: see slow_lane.py.
    """
    way = by(session_settings(statement_timeout_s))
    with translated_errors():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            timeout=wait_s,
            command_timeout=statement_timeout_s + 5,
            max_inactive_connection_lifetime=300,
            reset=_leave_as_it_is,
            **way.options,
        )
        async with pool.acquire(timeout=wait_s) as raw:
            is_distributed = await are_runs_distributed(raw)
    filter_s = min(statement_timeout_s, filter_timeout_s or statement_timeout_s)
    deadlines = Deadlines(statement_timeout_s, filter_s, wait_s)
    return Database(pool, Turns(size, wait_s, shared_file), deadlines, lend=way.lend, is_distributed=is_distributed)
