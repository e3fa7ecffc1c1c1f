"""Keep a child process alive: start it again when it ends, ever more slowly when it keeps ending. Used by run.py."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from runfolio_server.embedded import EmbeddedPostgresError
from runfolio_server.serve.errors import ServeError

R = TypeVar("R")

POLL_S = 0.2
RESTART_DELAYS_S = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
# A child that lived this long had a life: what ended it has nothing to do with how it was started.
HEALTHY_AFTER_S = 60.0


class Supervised(Protocol):
    """A child process: the worker, one of the API, or PostgreSQL."""

    name: str

    def start(self) -> object:
        """Start it, returning once it is usable."""
        ...

    def is_running(self) -> bool:
        """Whether it lives."""
        ...

    def ending(self) -> str:
        """How it last ended."""
        ...


async def keep_running(child: Supervised, say: Callable[[str], None]) -> None:
    """Watch a child that has been started; ends only by being cancelled.

    Cancelled while the child starts, it waits until that has succeeded or failed: stop the child afterwards.
    """
    failures = 0
    began = time.monotonic()
    while True:
        await asyncio.sleep(POLL_S)
        if child.is_running():
            continue
        if time.monotonic() - began > HEALTHY_AFTER_S:
            failures = 0
        delay_s = RESTART_DELAYS_S[min(failures, len(RESTART_DELAYS_S) - 1)]
        say(_announcement(child, failures, delay_s))
        failures += 1
        await asyncio.sleep(delay_s)
        try:
            await finish_in_thread(child.start)
        except (EmbeddedPostgresError, ServeError, OSError) as error:
            say(f"{child.name} could not be started again: {error}")
        began = time.monotonic()


async def all_started(children: Sequence[Supervised]) -> None:
    """Start all of them at once, each in a thread. Raises what the first raises that fails, once all have tried.

    Cancelled meanwhile, it waits for that too: stop the children afterwards.
    """
    starts = [asyncio.create_task(finish_in_thread(child.start)) for child in children]
    try:
        await asyncio.wait(starts)
    finally:
        await asyncio.gather(*starts, return_exceptions=True)
    for start in starts:
        start.result()


async def finish_in_thread(function: Callable[[], R]) -> R:
    """Call it in a thread. Unlike `asyncio.to_thread`, a cancellation is delivered only after it has returned."""
    task = asyncio.create_task(asyncio.to_thread(function))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _announcement(child: Supervised, failures: int, delay_s: float) -> str:
    what = f"{child.name} ended ({child.ending()})"
    if not delay_s:
        return f"{what}; starting it again."
    return f"{what}, {failures + 1} times in a row; starting it again in {delay_s:g} s."
