"""What runs beside the caller: a thread for the sync client, a task for the async one, and how both are woken.

Each class has a twin of the same methods, which client/unasync.py puts in its place. Used by _async/writing.py.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import sys
import threading
from collections.abc import Awaitable, Callable

LOGGER = logging.getLogger("runfolio")


class Signal:
    """Wakes whoever waits for it; set before, it is not missed."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Wake."""
        # Most often it is set already, and to look is ten times as fast.
        if not self._event.is_set():
            self._event.set()

    def wait(self, timeout_s: float | None) -> None:
        """Return when it was set, or after so many seconds."""
        self._event.wait(timeout_s)
        self._event.clear()


class AsyncSignal:
    """See Signal."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """See Signal."""
        self._event.set()

    async def wait(self, timeout_s: float | None) -> None:
        """See Signal."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class Task:
    """A daemon thread that runs a function once; at the end of the program `at_exit` is called, unless it was ended."""

    def __init__(self, work: Callable[[], None], at_exit: Callable[[int], None], unsent: Callable[[], int]) -> None:
        del unsent
        self._at_exit = at_exit
        self._thread = threading.Thread(target=work, name="runfolio-log", daemon=True)
        atexit.register(self._exit)
        self._thread.start()

    def join(self, timeout_s: float | None) -> bool:
        """Wait for the function to return; whether it has."""
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            atexit.unregister(self._exit)
        return not self._thread.is_alive()

    def _exit(self) -> None:
        # What ended the program, unless it is a prompt, where every error leaves its trace.
        failed = hasattr(sys, "last_value") and not hasattr(sys, "ps1")
        self._at_exit(1 if failed else 0)


class AsyncTask:
    """See Task. No loop runs at the end of the program, so rows that wait then are lost, and that is said."""

    def __init__(
        self, work: Callable[[], Awaitable[None]], at_exit: Callable[[int], object], unsent: Callable[[], int]
    ) -> None:
        del at_exit
        self._unsent = unsent
        self._task = asyncio.ensure_future(work())
        atexit.register(self._exit)

    async def join(self, timeout_s: float | None) -> bool:
        """See Task."""
        done, _ = await asyncio.wait([self._task], timeout=timeout_s)
        if done:
            atexit.unregister(self._exit)
        return bool(done)

    def _exit(self) -> None:
        if self._unsent():
            LOGGER.error("%d rows were not sent: await run.finish() before the loop ends.", self._unsent())
