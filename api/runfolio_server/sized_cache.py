"""Caches that are bounded by the memory of what they keep, as far as it can be told. Knows nothing.

How many entries there are bounds nothing where one of them may be a thousand times another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

ENTRY_BYTES = 400
"""What an entry costs beside its key and value: its places in two tables, and its size."""


class SizedCache(Generic[K, V]):
    """The values used last, with at most `bytes_max` bytes together. Used by the event loop and by threads alike."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes = 0
        """How much is kept."""
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """The value under this key; None when there is none."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value of `size` bytes, with all that it keeps alive and its key; one larger than all may be is not."""
        size += ENTRY_BYTES
        with self._lock:
            self._drop(key)
            if size > self.bytes_max:
                return
            self._kept[key] = (value, size)
            self.bytes += size
            while self.bytes > self.bytes_max:
                self._drop(next(iter(self._kept)))

    def found_or_made(self, key: K, make: Callable[[], V], size_of: Callable[[V], int]) -> V:
        """The value under this key, made when it is new. A value may be anything but None."""
        value = self.get(key)
        if value is None:
            value = make()
            self.put(key, value, size_of(value))
        return value

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def _drop(self, key: K) -> None:
        _, size = self._kept.pop(key, (None, 0))
        self.bytes -= size


def text_bytes(*texts: str | None) -> int:
    """The memory of texts, at most: four bytes for each character, and some fifty for each text."""
    return sum(50 + 4 * len(text) for text in texts if text is not None)
