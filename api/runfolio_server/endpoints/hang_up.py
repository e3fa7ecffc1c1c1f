"""What is asked by somebody who has hung up is not worked out: its statements end in PostgreSQL too. Reads only.

A change that has begun is finished: its caller may have sent it and gone, and would not know how far it came.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from starlette.requests import ClientDisconnect, Request

from runfolio_server.sql.pool import Database
from runfolio_server.sql.turns import Purpose

WATCHED_AFTER_S: Final = 0.05
"""Most requests have ended by then, and are spared the task that watches."""


class while_there_is_a_caller:  # noqa: N801 - reads as a context manager
    """Cancel the block when the client hangs up, unless `database` is for writing by then.

    The body must have been read. Raises ClientDisconnect. Like asyncio.timeout, which would cost every request 20 µs.
    """

    __slots__ = ("_database", "_is_over", "_request", "_task", "_timer", "_watch")

    def __init__(self, request: Request, database: Database) -> None:
        self._request = request
        self._database = database
        self._is_over = False
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(WATCHED_AFTER_S, self._begin)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if not self._is_over or self._task is None:
            return
        # Loaders work in tasks of their own.
        self._database.end()
        if self._task.uncancel() == 0 and isinstance(error, asyncio.CancelledError):
            raise ClientDisconnect from None

    def _begin(self) -> None:
        self._watch = asyncio.get_running_loop().create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        if self._database.purpose is Purpose.READ and self._task is not None:
            self._is_over = True
            self._task.cancel()
