"""Work that would hold the event loop up, done in a few threads beside it: parsing, decoding, encoding. Knows nothing.

Used wherever one request may bring, or ask for, megabytes. A thread takes turns with the loop every few milliseconds,
while one call of a C library keeps it waiting to its end: so what is long should be many calls.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

HEAVY_BYTES: Final = 128 * 1024
"""From about here on (a millisecond of JSON) work is done in a thread; below it a thread costs more than it spares."""
THREADS: Final = 2
"""What is decoded at once in this process; the rest waits in turn. More would only share the one interpreter."""
ITEMS_AT_ONCE: Final = 2000
"""Items that the loop goes through before it looks after others."""

SWITCH_S: Final = 0.0005
"""How long a thread keeps the interpreter when the loop wants it. Python's own 5 ms are paid each time that the loop
wakes, so several times in a small request; a switch costs some microseconds."""

# As soon as there is such a thread: nobody else competes with the loop.
_THREADS = ThreadPoolExecutor(
    THREADS, thread_name_prefix="heavy", initializer=sys.setswitchinterval, initargs=(SWITCH_S,)
)


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of this call, made in one of the threads. It must not wait for anything, least of all for the loop."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, partial(work, *args, **kwargs))


async def in_thread_if(is_heavy: bool, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of this call, made in a thread only when it is heavy."""
    return await in_thread(work, *args, **kwargs) if is_heavy else work(*args, **kwargs)
