"""What the processes of one `serve` tell of themselves, so that /metrics of one has the numbers of all.

A page of memory that `serve` makes and each process of the API maps: nothing is left behind when they end, and no
process has to answer another. Each writes its own slot only, and a reader passes over those whose process has ended.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import struct
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final, Never

NUMBERS_VARIABLE: Final = "RUNFOLIO_NUMBERS"
"""Environment variable `DESCRIPTOR:SLOT`: the file of the page, and which slot is the process's."""
INTERVAL_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class ProcessNumbers:
    """One process: processor time in seconds, memory in bytes, stalls of its loop as LoopWatch has them."""

    cpu_s: float
    memory_bytes: float
    stall_s: float
    longest_stall_s: float
    stalls: float


_SLOT: Final = struct.Struct(f"=q{len(fields(ProcessNumbers))}d")


class NumberBoard:
    """The slots of all processes, and which of them is this one's."""

    def __init__(self, descriptor: int | None = None, slot: int = 0) -> None:
        # Without a file the page is this process's alone.
        self._page = mmap.mmap(-1, _SLOT.size) if descriptor is None else mmap.mmap(descriptor, 0)
        self._slot = slot

    @staticmethod
    def from_environment() -> NumberBoard:
        """The board that `serve` has made, or one of this process alone."""
        slot = os.environ.get(NUMBERS_VARIABLE, "").partition(":")[2]
        descriptor = shared_file()
        return NumberBoard() if descriptor is None else NumberBoard(descriptor, int(slot))

    def tell(self, numbers: ProcessNumbers) -> None:
        """Write this process's numbers over its former ones."""
        _SLOT.pack_into(self._page, self._slot * _SLOT.size, os.getpid(), *astuple(numbers))

    def all(self) -> dict[int, ProcessNumbers]:
        """The numbers of the processes that live, by process id."""
        slots = _SLOT.iter_unpack(self._page[: len(self._page) // _SLOT.size * _SLOT.size])
        return {pid: ProcessNumbers(*numbers) for pid, *numbers in slots if pid and _lives(pid)}

    async def tell_forever(self, numbers: Callable[[], ProcessNumbers]) -> Never:
        """Tell them once a second, until cancelled."""
        while True:
            self.tell(numbers())
            await asyncio.sleep(INTERVAL_S)


def shared_file() -> int | None:
    """The file of the page, which all processes of one `serve` have open; None without one."""
    descriptor = os.environ.get(NUMBERS_VARIABLE, "").partition(":")[0]
    return int(descriptor) if descriptor else None


def new_page(slots: int, slot_bytes: int = _SLOT.size) -> int:
    """A file for the page of so many processes, which no other program can open; its descriptor."""
    with tempfile.TemporaryFile() as file:
        file.truncate(slots * slot_bytes)
        return os.dup(file.fileno())


def own_memory_bytes() -> float:
    """What this process holds in memory; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0


def own_cpu_s() -> float:
    """Processor time of this process, its threads included."""
    return time.process_time()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
