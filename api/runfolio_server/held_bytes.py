"""Room in memory for what callers send and are answered: so many bytes for a process, half of them for one caller.

Others wait in turn. A caller who has room is never waited for by whoever needs a part of it first: all of a body is
asked for before the first byte of it is taken. Used by endpoints/bodies.py, endpoints/objects.py and answer_budget.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Final

from runfolio_server.counted_shares import CountedShares
from runfolio_server.errors import Unavailable

WAIT_MAX_S: Final = 10.0
"""A body of 32 MiB takes a second or so to be stored; who waits longer is told to come back, and SDKs do."""
AT_ONCE_BYTES: Final = 64 * 1024
"""So little need not wait behind the large, while there is room for it."""


class HeldBytes:
    """The room of one process. What is asked for by one caller beyond a share of `share` waits for his own."""

    def __init__(self, most: int, share: int, wait_s: float = WAIT_MAX_S) -> None:
        self._shares = CountedShares(most, share)
        self._wait_s = wait_s
        # In turn: who, how much, and what is told when there is room.
        self._waiting: list[tuple[Hashable, int, asyncio.Future[None]]] = []

    @property
    def used(self) -> int:
        """Bytes that are held, or about to come."""
        return self._shares.used

    @property
    def waiting(self) -> int:
        """Callers who wait for room."""
        return len(self._waiting)

    async def take(self, key: Hashable, amount: int) -> Room:
        """Room for so many bytes, at most a share. Raises Unavailable when there is none in time."""
        room = Room(self, key)
        await room.grow(amount)
        return room

    async def _take(self, key: Hashable, amount: int) -> None:
        may_pass = not self._waiting or amount <= AT_ONCE_BYTES
        if may_pass and self._shares.take(key, amount):
            return
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = (key, amount, told)
        self._waiting.append(waiting)
        # Whoever is first may be held up by a share of his own.
        self._tell()
        try:
            async with asyncio.timeout(self._wait_s):
                await told
        except BaseException as error:
            if told.done() and not told.cancelled():
                self._give_back(key, amount)
            else:
                self._waiting.remove(waiting)
                self._tell()
            if isinstance(error, TimeoutError):
                raise Unavailable("The server holds as many bytes of requests as it may; try again.") from None
            raise

    def _give_back(self, key: Hashable, amount: int) -> None:
        self._shares.give_back(key, amount)
        self._tell()

    def _tell(self) -> None:
        for waiting in list(self._waiting):
            key, amount, told = waiting
            if self._shares.take(key, amount):
                self._waiting.remove(waiting)
                told.set_result(None)
            elif self._shares.used + amount > self._shares.most:
                # Those behind wait too, or the small ones would keep the large one out for ever.
                return


class Room:
    """What one request has of it."""

    def __init__(self, held: HeldBytes, key: Hashable) -> None:
        self._held = held
        self._key = key
        self.amount = 0

    async def grow(self, amount: int) -> None:
        """Have so much more, at most a share in all. Raises Unavailable when there is none in time."""
        amount = min(amount, self._held._shares.share - self.amount)  # noqa: SLF001 - they are one thing
        if amount > 0:
            await self._held._take(self._key, amount)  # noqa: SLF001
            self.amount += amount

    def shrink(self, amount: int) -> None:
        """Have no more than so much."""
        if amount < self.amount:
            self._held._give_back(self._key, self.amount - amount)  # noqa: SLF001
            self.amount = amount
