"""Objects that only hold each other are collected once in a while, though the collector leaves the old ones alone."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from runfolio_server.memory_back import MemoryBack

pytestmark = pytest.mark.anyio


class Cycle:
    """One that holds itself."""

    def __init__(self) -> None:
        self.itself = self


async def test_old_cycles_are_collected_once_in_a_while() -> None:
    gc.disable()
    try:
        gone = asyncio.Event()
        weakref.finalize(Cycle(), gone.set)
        running = asyncio.create_task(MemoryBack(collect_each_s=0.01).run())
        async with asyncio.timeout(10):
            await gone.wait()
        running.cancel()
    finally:
        gc.enable()
