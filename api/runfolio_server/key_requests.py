"""How many requests each API key had in its minute, counted at all API processes of one `serve` together.

A file of memory that `serve` makes and each process of the API maps, as in process_numbers.py: each process counts in
a slot of its own, so that nothing has to be locked, and adds up what the slots say of a key. A slot has sets of cells;
a key may stand in the cells of one set, and is known there by a part of its hash.

The minute of a key begins at a second that its hash chooses, so that keys do not all begin anew at once.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import time
from collections.abc import Callable
from typing import Final

import msgspec

REQUESTS_VARIABLE: Final = "RUNFOLIO_KEY_REQUESTS"
"""Environment variable `DESCRIPTOR:SLOT`: the file of the counts, and which slot is the process's."""
WINDOW_S: Final = 60
SETS: Final = 1024
"""Of four keys each. Where more keys of one set are in use the one that asks writes over another, which is then counted
too little: a key is never refused for what another one did."""
_CELL: Final = struct.Struct("=QII")
"""Part of the hash, number of the minute, requests in it."""
_SET: Final = struct.Struct("=QIIQIIQIIQII")
SLOT_BYTES: Final = SETS * _SET.size


class KeyUse(msgspec.Struct, frozen=True):
    """What a key has had: `limit` requests a minute, `remaining` of them are left for `reset_s` seconds."""

    limit: int
    remaining: int
    reset_s: float
    is_allowed: bool

    @property
    def whole_reset_s(self) -> int:
        """Seconds until the next minute begins, rounded up."""
        return math.ceil(self.reset_s)


class KeyRequests:
    """The counts, seen by one process; `limit` 0: nothing is counted. `clock` is the same in all processes."""

    def __init__(
        self, limit: int, descriptor: int | None = None, slot: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._own = slot * SLOT_BYTES
        # Without a file the counts are this process's alone.
        self._page = mmap.mmap(-1, SLOT_BYTES) if descriptor is None else mmap.mmap(descriptor, 0)
        self._slots = range(0, len(self._page) // SLOT_BYTES * SLOT_BYTES, SLOT_BYTES)

    @staticmethod
    def from_environment(limit: int) -> KeyRequests:
        """The counts that `serve` has made a file for, or those of this process alone."""
        descriptor, _, slot = os.environ.get(REQUESTS_VARIABLE, "").partition(":")
        return KeyRequests(limit, int(descriptor), int(slot)) if descriptor else KeyRequests(limit)

    def take(self, key_hash: bytes) -> KeyUse | None:
        """Count a request of this key, if it may have one; None where nothing is counted."""
        limit = self._limit
        if not limit:
            return None
        tag = int.from_bytes(key_hash[:8], "big")
        window, into = divmod(self._clock() + tag % WINDOW_S, WINDOW_S)
        # What a cell can hold; it comes round after thousands of years.
        number = int(window) & 0xFFFFFFFF
        place = tag // WINDOW_S % SETS * _SET.size
        used = own = 0
        at: int | None = None
        for slot in self._slots:
            cells = _SET.unpack_from(self._page, slot + place)
            if tag in cells:
                way = cells.index(tag)
                if cells[way + 1] == number:
                    used += cells[way + 2]
                    if slot == self._own:
                        own, at = cells[way + 2], way
                elif slot == self._own:
                    at = way
        if used >= limit:
            return KeyUse(limit, 0, WINDOW_S - into, is_allowed=False)
        if at is None:
            at = self._free_way(place, number)
        _CELL.pack_into(self._page, self._own + place + at // 3 * _CELL.size, tag, number, own + 1)
        return KeyUse(limit, limit - used - 1, WINDOW_S - into, is_allowed=True)

    def _free_way(self, place: int, number: int) -> int:
        """The cell of a former minute in this set of our own, or the first one."""
        cells = _SET.unpack_from(self._page, self._own + place)
        return next((way for way in (0, 3, 6, 9) if cells[way + 1] != number), 0)
