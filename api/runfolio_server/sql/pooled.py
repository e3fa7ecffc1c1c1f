"""Connections through a pooler that lends a session of PostgreSQL for one transaction, such as PgBouncer.

Nothing outlives a transaction there: no setting, no named statement. So every statement stands in a transaction, which
begins with the settings, in one round trip, and no statement has a name. Chosen by `way_of`, for app.py and the worker.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import asyncpg

from runfolio_server.errors import Unavailable
from runfolio_server.sql.database_errors import AWAY
from runfolio_server.sql.distribution import AnyConnection
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import BEGIN_SNAPSHOT, Connection, Way, directly
from runfolio_server.sql.session import PATIENT, Deadlines

T = TypeVar("T")

if TYPE_CHECKING:
    RawConnection = asyncpg.Connection[asyncpg.Record]
else:
    RawConnection = asyncpg.Connection

TOLD_AT_THE_START: Final = {"application_name", "timezone"}
"""Settings that a pooler keeps for each client. It refuses a client that begins with others."""
NONE_LENT: Final = "The pooler before the database had no connection for this in time; try again."


def way_of(*, is_pooled: bool) -> Callable[[Mapping[str, str]], Way]:
    """How a pool comes to PostgreSQL where its address is that of a pooler, and where it is not."""
    return _through_pooler if is_pooled else directly


def _through_pooler(session: Mapping[str, str]) -> Way:
    at_the_start = {name: value for name, value in session.items() if name in TOLD_AT_THE_START}
    # Names and values are ours: numbers and words.
    settings = "; ".join(
        f"SET LOCAL {name} = '{value}'" for name, value in session.items() if name not in TOLD_AT_THE_START
    )
    return Way(
        {"server_settings": at_the_start, "connection_class": UnnamedStatements},
        partial(PooledConnection, settings=settings),
    )


class UnnamedStatements(RawConnection):
    """Remembers what its statements take and give, but keeps none of them in PostgreSQL.

    asyncpg without its cache would ask that each time: a second round trip for every statement.
    """

    async def _get_statement(self, *arguments: Any, **options: Any) -> Any:
        """What asyncpg's methods execute by; `named` is the empty name, and each execution sends the text anew."""
        statement = await super()._get_statement(*arguments, **{**options, "named": ""})  # type: ignore[misc]
        statement.mark_unprepared()
        return statement


class PooledConnection(Connection):
    """A connection whose `settings`, SET LOCAL statements, begin each transaction; a statement alone has one, too."""

    def __init__(
        self,
        raw: AnyConnection,
        deadlines: Deadlines = PATIENT,
        *,
        is_distributed: bool = False,
        shaped: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
        settings: str,
    ) -> None:
        super().__init__(raw, deadlines, is_distributed=is_distributed, shaped=shaped)
        self._settings = settings

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """BEGIN … COMMIT, or ROLLBACK when the block raises."""
        async with self._between(f"BEGIN; {self._settings}", "COMMIT"):
            yield

    @asynccontextmanager
    async def snapshot(self, settings: str = "") -> AsyncIterator[None]:
        """A read-only transaction whose statements see one state of the database; `settings` are SET LOCAL statements.

        One round trip to begin and one to end.
        """
        async with self._between(f"{BEGIN_SNAPSHOT}; {self._settings}; {settings}", "ROLLBACK"):
            yield

    async def _ask(self, ask: Callable[..., Awaitable[T]], query: Query[Any], arguments: tuple[object, ...]) -> T:
        if self._raw.is_in_transaction() or (query.in_snapshot and self.is_distributed):
            return await super()._ask(ask, query, arguments)
        async with self.transaction():
            return await super()._ask(ask, query, arguments)

    @asynccontextmanager
    async def _between(self, begin: str, end: str) -> AsyncIterator[None]:
        try:
            # Here the pooler makes us wait until it has a session to lend: no statement's clock runs yet.
            await self._raw.execute(begin, timeout=self._deadlines.answer_s)
        except BaseException as error:
            self._give_up()
            if isinstance(error, TimeoutError):
                raise Unavailable(NONE_LENT) from error
            raise
        try:
            yield
        except BaseException:
            # Where that is not possible either, the first error is the one to tell.
            with suppress(*AWAY):
                await self._end("ROLLBACK")
            raise
        await self._end(end)

    async def _end(self, sql: str) -> None:
        try:
            await self._raw.execute(sql)
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        """Nobody may get a connection from the pool that is still in a transaction."""
        # One that was lost has left the pool already.
        with suppress(asyncpg.InterfaceError):
            self._raw.terminate()
