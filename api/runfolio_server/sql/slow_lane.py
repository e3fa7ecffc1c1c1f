"""Where users who keep the database busy (slow_readers.py) read one after the other, with a rest after each statement.

One lane for all processes of a `serve`, whichever of them a request came to: two statements that take a processor each
would leave the others none on a small machine. Used by turns.py.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from runfolio_server.errors import TooManyRequests

POLL_S: Final = 0.01
REST: Final = 1.0
"""Of what a statement took is how long the lane stays empty after it: half of the time of one processor is the most."""
REST_S_MOST: Final = 5.0


class SlowLane:
    """The lane, seen by one process. `descriptor` is a file that all its processes have open; None: it is alone."""

    def __init__(self, descriptor: int | None, wait_s: float, clock: Callable[[], float]) -> None:
        self._descriptor = descriptor
        self._wait_s = wait_s
        self._clock = clock
        self._here = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Run a statement in it. Raises TooManyRequests when it does not become free in time."""
        try:
            async with asyncio.timeout(self._wait_s):
                await self._take()
        except TimeoutError:
            raise TooManyRequests(
                "Statements of users whose filters have kept the database busy lately run one after the other, and"
                " others were before yours for too long; wait, or ask for less."
            ) from None
        begin = self._clock()
        try:
            yield
        finally:
            rest_s = min((self._clock() - begin) * REST, REST_S_MOST)
            asyncio.get_running_loop().call_later(rest_s, self._leave)

    async def _take(self) -> None:
        await self._here.acquire()
        try:
            # The system lets go of it when the process ends, however it ends.
            while not self._is_taken():  # noqa: ASYNC110 - other processes tell nobody when they leave it
                await asyncio.sleep(POLL_S)
        except BaseException:
            self._here.release()
            raise

    def _is_taken(self) -> bool:
        if self._descriptor is None:
            return True
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _leave(self) -> None:
        if self._descriptor is not None:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1)
        self._here.release()
