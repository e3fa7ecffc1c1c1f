"""Memory is given back some moments after a request that took much, whether it was answered or refused.

One for a process; used by the endpoints. At the end of a request its data is still held by whoever is to send it.
"""

from __future__ import annotations

import asyncio
from typing import Final, Never

from runfolio_server.allocator import give_memory_back
from runfolio_server.heavy_threads import in_thread

MUCH_BYTES: Final = 2 * 2**20
"""What a request takes, or brings, from which on it is worth it."""
PAUSE_S: Final = 1.0
"""It takes some milliseconds, so it is not done more often, however many requests there are."""


class MemoryBack:
    """Told `after` each request what it took; `run` it beside the requests."""

    def __init__(self) -> None:
        self._is_due = asyncio.Event()

    @property
    def is_due(self) -> bool:
        """Whether there is something to give back."""
        return self._is_due.is_set()

    def after(self, taken: int) -> None:
        """A request that took about so many bytes has ended."""
        if taken > MUCH_BYTES:
            self._is_due.set()

    async def run(self) -> Never:
        """Give back when it is due, for ever."""
        while True:
            await self._is_due.wait()
            await asyncio.sleep(PAUSE_S)
            self._is_due.clear()
            await in_thread(give_memory_back)
