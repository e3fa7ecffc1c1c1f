"""Arrays of float64 or int64 as bytes, bit for bit, in the smallest of a few ways.

Pure. Used by axis.py and chunk.py.

NOTE: An append-only format: databases hold these bytes. A tag keeps its meaning for ever; better ones are added.
"""

from __future__ import annotations

from typing import Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pcodec
import pcodec.standalone

PLAIN: Final = 0  # eight bytes each, little-endian
PCODEC: Final = 1  # a standalone pcodec file of the same type
REPEATED: Final = 2  # eight bytes: all are this one
ARITHMETIC: Final = 3  # start and stride, int64: start + stride · i, which for float64 is then converted
PCODEC_INTEGERS: Final = 4  # float64 only: a pcodec file of int64, to be converted

EXACT_INTEGERS_BELOW: Final = 2**53
"""Integers of a smaller magnitude are float64 without loss, and so are their sums and differences."""

PCODEC_LEVEL = 4  # level 8 takes twice the time for 4 %
PCODEC_LENGTH_MINIMUM = 8  # below it the fixed cost of a pcodec file is more than the numbers

Number = TypeVar("Number", np.float64, np.int64)
Numbers: TypeAlias = npt.NDArray[np.float64] | npt.NDArray[np.int64]


def encode_numbers(values: Numbers) -> bytes:
    """Encode; the type and the count are for the caller to keep."""
    bits = values.view(np.int64)
    if len(values) and bool((bits == bits[0]).all()):
        return _tagged(REPEATED, values[:1].astype(values.dtype.newbyteorder("<")).tobytes())
    integers = _as_integers(values)
    if integers is not None and len(integers) > 2:
        differences = np.diff(integers)
        if bool((differences == differences[0]).all()):
            return _tagged(ARITHMETIC, np.array([integers[0], differences[0]], dtype="<i8").tobytes())
    best = _tagged(PLAIN, values.astype(values.dtype.newbyteorder("<")).tobytes())
    if len(values) >= PCODEC_LENGTH_MINIMUM:
        tag = PCODEC_INTEGERS if integers is not None and values.dtype == np.float64 else PCODEC
        packed = _tagged(tag, _compress(values if integers is None else integers))
        best = min(best, packed, key=len)
    return best


def decode_numbers(data: bytes, dtype: np.dtype[Number], count: int) -> npt.NDArray[Number]:
    """Undo encode_numbers. Raises ValueError for a tag of a newer version or when the count is another one."""
    tag, body = data[0], data[1:]
    if tag == PLAIN:
        values = np.frombuffer(body, dtype=dtype.newbyteorder("<")).astype(dtype)
    elif tag in (PCODEC, PCODEC_INTEGERS):
        values = pcodec.standalone.simple_decompress(body).astype(dtype, copy=False)
    elif tag == REPEATED:
        values = np.repeat(np.frombuffer(body, dtype=dtype.newbyteorder("<")).astype(dtype), count)
    elif tag == ARITHMETIC:
        start, stride = np.frombuffer(body, dtype="<i8").tolist()
        values = (start + np.arange(count, dtype=np.int64) * stride).astype(dtype, copy=False)
    else:
        raise ValueError(f"numbers with tag {tag}; known: {PLAIN} to {PCODEC_INTEGERS}")
    if len(values) != count:
        raise ValueError(f"{len(values)} numbers where {count} were written")
    return values


def _as_integers(values: Numbers) -> npt.NDArray[np.int64] | None:
    """The values as int64 where that loses nothing, not even the sign of zero, and their differences are exact."""
    if values.dtype == np.int64:
        kept: npt.NDArray[np.int64] = values.view(np.int64)
        # The magnitude of the least int64 is no int64.
        bounded = (kept > -EXACT_INTEGERS_BELOW) & (kept < EXACT_INTEGERS_BELOW)
        return kept if bool(bounded.all()) else None
    with np.errstate(invalid="ignore"):
        if not bool((np.abs(values) < EXACT_INTEGERS_BELOW).all()):
            return None
    integers = values.astype(np.int64)
    return integers if bool((integers.astype(np.float64).view(np.int64) == values.view(np.int64)).all()) else None


def _compress(values: Numbers) -> bytes:
    config = pcodec.ChunkConfig(compression_level=PCODEC_LEVEL)
    packed: bytes = pcodec.standalone.simple_compress(np.ascontiguousarray(values), config)
    return packed


def _tagged(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + body
