"""The same work for many items, some at once: threads for the sync client, tasks for the async one.

Each class has a twin of the same methods, which client/unasync.py puts in its place. Used by the downloads and uploads
of _async.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

import anyio

T = TypeVar("T")


class Parallel:
    """Does the work in `at_once` threads; `stop` is called when one has failed, and lets the others end soon."""

    def __init__(self, at_once: int, stop: Callable[[], None]) -> None:
        self._at_once = at_once
        self._stop = stop

    def run(self, work: Callable[[T], None], items: Iterable[T]) -> None:
        """Do it for each item. Raises what the first failure raised."""
        with ThreadPoolExecutor(self._at_once, "runfolio") as pool:
            waiting = [pool.submit(work, item) for item in items]
            try:
                done, _ = wait(waiting, return_when=FIRST_EXCEPTION)
                for future in waiting:
                    if future in done:
                        future.result()
            except BaseException:
                self._stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise


class AsyncParallel:
    """See Parallel."""

    def __init__(self, at_once: int, stop: Callable[[], None]) -> None:
        self._at_once = at_once
        self._stop = stop

    async def run(self, work: Callable[[T], Awaitable[None]], items: Iterable[T]) -> None:
        """See Parallel."""
        waiting = iter(items)
        failed: list[BaseException] = []

        async def go_on(scope: anyio.CancelScope) -> None:
            for item in waiting:
                try:
                    await work(item)
                except Exception as error:  # noqa: BLE001 - it is raised below, and not inside of a group
                    failed.append(error)
                    scope.cancel()
                    return

        async with anyio.create_task_group() as group:
            for _ in range(self._at_once):
                group.start_soon(go_on, group.cancel_scope)
        if failed:
            self._stop()
            raise failed[0]
