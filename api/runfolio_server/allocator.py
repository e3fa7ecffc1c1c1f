"""How this process's C library keeps memory: given back soon, so that one large request does not stay for ever.

The settings are made at the start of `serve` and of the worker. Knows nothing.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

KEPT_BYTES: Final = 256 * 1024
ARENAS: Final = 2

# Of glibc's malloc.h.
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8


def give_memory_back_soon() -> bool:
    """Whether this C library can be told to, as glibc can.

    By itself glibc moves its thresholds up to 32 MiB once blocks of that size were freed, and keeps 8 heaps for each
    processor: after some bodies and tables of megabytes in a few threads, hundreds of megabytes stay.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = ((M_MMAP_THRESHOLD, KEPT_BYTES), (M_TRIM_THRESHOLD, KEPT_BYTES), (M_ARENA_MAX, ARENAS))
    # Each answers 1 when it was taken.
    return all(mallopt(name, value) == 1 for name, value in settings)


def give_memory_back() -> None:
    """Give back what is free between blocks that are still in use; some milliseconds, for after large work.

    The settings see only to what is free at the end of a heap, and thousands of small blocks leave holes everywhere.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
