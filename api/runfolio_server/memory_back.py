"""Memory is given back some moments after a request that took much, whether it was answered or refused.

One for a process; used by the endpoints. At the end of a request its data is still held by whoever is to send it.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import Final, Never

from runfolio_server.allocator import give_memory_back
from runfolio_server.heavy_threads import in_thread

MUCH_BYTES: Final = 2 * 2**20
"""What a request takes, or brings, from which on it is worth it."""
COLLECT_EACH_S: Final = 60.0
"""How often old objects are looked through for cycles of those that nobody holds: the collector itself leaves them, see
serve/http.py. It takes milliseconds, unless a large request is under way in that moment."""
PAUSE_S: Final = 1.0
"""It takes some milliseconds, so it is not done more often, however many requests there are."""


class MemoryBack:
    """Told `after` each request what it took; `run` it beside the requests."""

    def __init__(self, collect_each_s: float = COLLECT_EACH_S) -> None:
        self._is_due = asyncio.Event()
        self._collect_each_s = collect_each_s

    @property
    def is_due(self) -> bool:
        """Whether there is something to give back."""
        return self._is_due.is_set()

    def after(self, taken: int) -> None:
        """A request that took about so many bytes has ended."""
        if taken > MUCH_BYTES:
            self._is_due.set()

    async def run(self) -> Never:
        """Give back when it is due, and collect once in a while, for ever."""
        loop = asyncio.get_running_loop()
        collect_at = loop.time() + self._collect_each_s
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(collect_at):
                    await self._is_due.wait()
                    await asyncio.sleep(PAUSE_S)
                    self._is_due.clear()
                    await in_thread(give_memory_back)
            if loop.time() >= collect_at:
                gc.collect()
                collect_at = loop.time() + self._collect_each_s
