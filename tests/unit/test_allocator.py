"""Memory that is free between blocks in use goes back to the system when it is asked to."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import pytest

from runfolio_server.allocator import give_memory_back

BLOCKS = 20_000
BLOCK_BYTES = 3000


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this C library cannot do it"
)
def test_holes_are_given_back() -> None:
    blocks = [bytes([number % 256]) * BLOCK_BYTES for number in range(BLOCKS)]
    # What is left lies all over.
    kept = blocks[::50]
    del blocks
    before = resident_bytes()

    give_memory_back()

    assert before - resident_bytes() > BLOCKS * BLOCK_BYTES / 2
    assert [number % 256 for number in range(0, BLOCKS, 50)] == [block[0] for block in kept]


def test_asking_where_nothing_is_free_does_nothing() -> None:
    give_memory_back()
    give_memory_back()
