"""Connections to PostgreSQL, and the one place where its errors become ours.

Made in app.py and the worker; used by loaders, actions and ingest through `Connection`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from typing import Any, TypeVar

import asyncpg
import msgspec
import orjson

from runfolio_server.errors import AppError, Conflict, OverlappingLines, SharedSummary, Unavailable, UncomparedRows
from runfolio_server.heavy_threads import ITEMS_AT_ONCE
from runfolio_server.sql.constraints import MESSAGES_BY_CONSTRAINT, constraint_of
from runfolio_server.sql.distribution import DISTRIBUTED_SETTINGS, are_runs_distributed
from runfolio_server.sql.named import Query

R = TypeVar("R", bound=msgspec.Struct)
A = TypeVar("A")

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ReadOnlySQLTransactionError,
    # After the server dies asyncpg may raise this one, which is neither a PostgresError nor an InterfaceError.
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


# How much longer than one statement may run a transaction may wait for its next one.
IDLE_PER_STATEMENT = 10

TOO_SLOW = "This takes longer than one statement may run here; ask with narrower filters, or for less at once."
GIVEN_UP = (
    "A statement took longer than one may run here (statement_timeout_s); it was given up and its transaction undone. "
    "Try again; if this comes again, the database has too much to do, or the request has too much in it."
)
ALL_IN_USE = "Every connection to the database was in use for too long; try again."
AWAY_NOW = "The database is not reachable right now; try again."
IN_EACH_OTHERS_WAY = "Another request changed the same thing at the same moment; try again."


class Connection:
    """One connection, held for as short as possible; rows come back as the query's own class.

    Arguments are the values of the query's parameters, in order, and the viewer where it asks for a permission.
    `is_distributed`: runs are spread over machines.
    """

    def __init__(self, raw: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], *, is_distributed: bool = False) -> None:
        self._raw = raw
        self._is_distributed = is_distributed

    async def rows(self, query: Query[R], *arguments: object) -> list[R]:
        """All rows of the query, in its order."""
        with _slow_for_its_caller(query):
            records = await self._answer(self._raw.fetch, query, arguments)
        make = query.row
        found = [make(*record) for record in records[:ITEMS_AT_ONCE]]
        for first in range(ITEMS_AT_ONCE, len(records), ITEMS_AT_ONCE):
            await asyncio.sleep(0)
            found += [make(*record) for record in records[first : first + ITEMS_AT_ONCE]]
        return found

    async def row(self, query: Query[R], *arguments: object) -> R | None:
        """The first row of the query, or None."""
        with _slow_for_its_caller(query):
            record = await self._answer(self._raw.fetchrow, query, arguments)
        return None if record is None else query.row(*record)

    async def execute(self, query: Query[Any], *arguments: object) -> int:
        """Run the query; the number of rows it changed (0 for a statement that changes none)."""
        with _slow_for_its_caller(query):
            status = await self._answer(self._raw.execute, query, arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def script(self, sql: str) -> None:
        """Run a file of runfolio_schema: several statements, no arguments."""
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
            await self._raw.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {settings}")
            yield
        finally:
            try:
                await self._raw.execute("ROLLBACK")
            except BaseException:
                # Nobody may get a connection from the pool that is still in a transaction.
                self._raw.terminate()
                raise

    def _answer(
        self, method: Callable[..., Coroutine[Any, Any, A]], query: Query[Any], arguments: tuple[object, ...]
    ) -> Coroutine[Any, Any, A]:
        """What the statement answers, from a snapshot where it needs one; a caller's transaction is the caller's."""
        if query.in_snapshot and self._is_distributed and not self._raw.is_in_transaction():
            return self._answer_in_snapshot(method, query, arguments)
        return method(query.sql, *query.bind(arguments))

    async def _answer_in_snapshot(
        self, method: Callable[..., Coroutine[Any, Any, A]], query: Query[Any], arguments: tuple[object, ...]
    ) -> A:
        async with self.snapshot():
            return await method(query.sql, *query.bind(arguments))


class _slow_for_its_caller:  # noqa: N801 - reads as a context manager
    """Turn the end of a statement that took too long into an AppError where a caller's filter or order shaped it.

    Such a statement with a context is no such: the context is what it waited for, a row that another transaction had
    locked, so that it may pass the next time.
    """

    def __init__(self, query: Query[Any]) -> None:
        self._query = query

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if not self._query.is_callers or not isinstance(error, asyncpg.QueryCanceledError):
            return
        if error.context:
            raise Unavailable(IN_EACH_OTHERS_WAY) from error
        raise AppError(TOO_SLOW) from error


class Database:
    """A pool of connections to one PostgreSQL, or a share of it; `is_distributed` as in Connection."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        wait_s: float,
        turns: asyncio.Semaphore | None = None,
        *,
        is_distributed: bool = False,
    ) -> None:
        self._pool = pool
        self._wait_s = wait_s
        self._turns = turns
        self._is_distributed = is_distributed

    def share(self, connections: int) -> Database:
        """The same pool for one who borrows at most so many at once: more wait for each other, however long.

        NOTE: who holds one must not borrow another, or all may wait for ever.
        """
        turns = asyncio.Semaphore(connections)
        return Database(self._pool, self._wait_s, turns, is_distributed=self._is_distributed)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Borrow a connection. Raises Unavailable when none comes in time or PostgreSQL goes away meanwhile."""
        async with self._turns or nullcontext():
            with translated_errors():
                try:
                    raw = await self._pool.acquire(timeout=self._wait_s)
                except TimeoutError as error:
                    is_full = self._pool.get_size() == self._pool.get_max_size()
                    raise Unavailable(ALL_IN_USE if is_full else AWAY_NOW) from error
                try:
                    yield Connection(raw, is_distributed=self._is_distributed)
                finally:
                    await self._give_back(raw)

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

    async def _give_back(self, raw: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> None:
        try:
            await asyncio.shield(self._pool.release(raw, timeout=self._wait_s))
        except AWAY:
            raw.terminate()


class translated_errors:  # noqa: N801 - reads as a context manager
    """Turn asyncpg's errors into ours: constraint violations by constraint name, a lost server into Unavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, AppError) or error is None:
            return
        if isinstance(error, asyncpg.PostgresError) and error.sqlstate in _SIGNALS:
            raise _SIGNALS[error.sqlstate](error) from error
        if isinstance(error, asyncpg.IntegrityConstraintViolationError):
            message = MESSAGES_BY_CONSTRAINT.get(constraint_of(error.constraint_name, error.message or "") or "")
            if message is not None:
                raise Conflict(message) from error
        if isinstance(error, asyncpg.InvalidRegularExpressionError):
            raise AppError("PostgreSQL refuses this pattern; write a simpler one.") from error
        if _is_about_a_value(error):
            raise AppError("A value in this request cannot be stored: a NUL character, or out of range.") from error
        if isinstance(error, asyncpg.QueryCanceledError):
            raise Unavailable(GIVEN_UP) from error
        if isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
            raise Unavailable(IN_EACH_OTHERS_WAY) from error
        if isinstance(error, AWAY):
            raise Unavailable(AWAY_NOW) from error


def _is_about_a_value(error: BaseException) -> bool:
    """Whether PostgreSQL (class 22) or asyncpg (a ValueError) refused an argument: NUL in text, a number too large."""
    return isinstance(error, asyncpg.DataError) or (
        isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    )


def _overlapping_lines(error: asyncpg.PostgresError) -> Exception:
    found = orjson.loads(error.detail or "")
    return OverlappingLines(found["piece"], [(first, last) for first, last in found["wanted"]])


def _uncompared_rows(error: asyncpg.PostgresError) -> Exception:
    found = orjson.loads(error.detail or "")
    return UncomparedRows(found["piece"], found["stored"])


def _too_many_gaps(_: asyncpg.PostgresError) -> Exception:
    return AppError("These lines would leave more than 64 gaps in the stream; send the missing lines first.")


def _shared_summary(_: asyncpg.PostgresError) -> Exception:
    return SharedSummary()


# What the functions of the database raise; see runfolio_schema/functions.
_SIGNALS = {"RF001": _overlapping_lines, "RF002": _too_many_gaps, "RF003": _shared_summary, "RF004": _uncompared_rows}


async def _leave_as_it_is(_: object) -> None:
    """Nothing here changes a session, so the statement that would undo it, one per use, is saved."""


async def open_database(url: str, *, size: int, wait_s: float, statement_timeout_s: float) -> Database:
    """Connect. Raises Unavailable when PostgreSQL cannot be reached."""
    with translated_errors():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            timeout=wait_s,
            command_timeout=statement_timeout_s + 5,
            max_inactive_connection_lifetime=300,
            reset=_leave_as_it_is,
            server_settings={
                "application_name": "runfolio",
                "statement_timeout": str(int(statement_timeout_s * 1000)),
                # Whoever is stopped in a transaction keeps rows locked, and readers of events waiting, no longer.
                "idle_in_transaction_session_timeout": str(int(IDLE_PER_STATEMENT * statement_timeout_s * 1000)),
                "timezone": "UTC",
                # JIT costs more than it gives on statements this short.
                "jit": "off",
                **DISTRIBUTED_SETTINGS,
            },
        )
        async with pool.acquire(timeout=wait_s) as raw:
            is_distributed = await are_runs_distributed(raw)
    return Database(pool, wait_s, is_distributed=is_distributed)
