"""The line numbers of a chunk as bytes: nothing when they follow each other, a stride, or differences.

Pure. Used by chunk.py.

NOTE: An append-only format: databases hold these bytes. A tag keeps its meaning for ever; better ones are added.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from runfolio_server.history.storage.numbers import decode_numbers, encode_numbers

STRIDE: Final = 1  # uint32, little-endian: line0, line0 + stride, line0 + 2 · stride, …
DIFFERENCES: Final = 2  # numbers.py of int64: from each line to the next

Lines = npt.NDArray[np.int64]


def encode_lines(lines: Lines) -> bytes:
    """Encode strictly increasing line numbers but the first, which is kept beside them."""
    if int(lines[-1]) - int(lines[0]) + 1 == len(lines):
        return b""
    differences = np.diff(lines)
    if bool((differences == differences[0]).all()) and differences[0] < 2**32:
        return bytes([STRIDE]) + int(differences[0]).to_bytes(4, "little")
    return bytes([DIFFERENCES]) + encode_numbers(differences)


def decode_lines(line0: int, count: int, data: bytes) -> Lines:
    """Undo encode_lines. Raises ValueError for a tag of a newer version."""
    if not data:
        return np.arange(line0, line0 + count, dtype=np.int64)
    if data[0] == STRIDE:
        return line0 + np.arange(count, dtype=np.int64) * int.from_bytes(data[1:5], "little")
    if data[0] == DIFFERENCES:
        lines = np.empty(count, dtype=np.int64)
        lines[0] = line0
        np.cumsum(decode_numbers(data[1:], np.dtype(np.int64), count - 1), out=lines[1:])
        lines[1:] += line0
        return lines
    raise ValueError(f"lines with tag {data[0]}; known: {STRIDE}, {DIFFERENCES}")
