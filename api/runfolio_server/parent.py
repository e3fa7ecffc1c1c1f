"""How a child process notices that the `serve` which started it is gone, even killed.

Called by the worker and by the processes of the API.

The two share a pipe into which nobody ever writes; the operating system closes the other end with the process.
"""

from __future__ import annotations

import asyncio
import os

PARENT_PIPE_VARIABLE = "RUNFOLIO_PARENT_PIPE"
"""Environment variable with the number of the file descriptor to watch; absent for a process started by hand."""


async def wait_for_parent_to_end() -> None:
    """Return once the parent has ended; never, when no parent asked to be watched."""
    ended = asyncio.Event()
    number = os.environ.get(PARENT_PIPE_VARIABLE)
    if number is None:
        await ended.wait()
        return
    loop = asyncio.get_running_loop()
    descriptor = int(number)
    # Readable means end of file: there is never anything else to read.
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
