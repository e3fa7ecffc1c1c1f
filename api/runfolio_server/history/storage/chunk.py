"""Chunks: the values of one key over a range of lines as bytes, and the rows that become them.

Pure: bytes and numpy in, bytes and numpy out. Compaction encodes; stored_rows.py decodes. The axis is the line number,
and `_step` is a key like any other. Lines that were compacted together are a segment: a range without gaps.

NOTE: An append-only format: databases hold these bytes. `data` starts with a version byte, then by kind:

    json    json_values.py
    number  one byte that says which values were written as integers (NONE, ALL, BITMAP, BITMAP_ZSTD);
            for the bitmaps, uint32 length and that many bytes of numpy.packbits; then numbers.py of float64
    int64   numbers.py of int64

A version, a kind and a tag keep their meaning for ever. What must change gets a new tag or, at worst, a new version,
and what is old is still read.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import zstandard

from runfolio_server.domain import json_text
from runfolio_server.history.storage.axis import encode_lines
from runfolio_server.history.storage.cells import as_float
from runfolio_server.history.storage.chunk_kinds import ChunkKind, split_by_kind
from runfolio_server.history.storage.json_values import decode_json, decoded_size, encode_json
from runfolio_server.history.storage.key_columns import KeyColumn, Lines, columns_of
from runfolio_server.history.storage.key_path import STEPS_KEY, encode_path
from runfolio_server.history.storage.numbers import EXACT_INTEGERS_BELOW, Numbers, decode_numbers, encode_numbers

VERSION: Final = 1
POINTS_MAXIMUM: Final = 65_536
"""Lines of a segment, and so values of a chunk."""
SHOWN_BYTES_MAXIMUM: Final = 256
"""A first or last value whose JSON is longer is not repeated beside the data."""

NONE: Final = 0
ALL: Final = 1
BITMAP: Final = 2
BITMAP_ZSTD: Final = 3

FLOAT64: Final = np.dtype(np.float64)
INT64: Final = np.dtype(np.int64)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One row of history_chunk without its stream; tables.sql says what each column means."""

    key: str
    line0: int
    line1: int
    segment: int
    n: int
    kind: ChunkKind
    step_low: float
    step_high: float
    low: float | None
    high: float | None
    first: str | None
    last: str | None
    lines: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """The numbers of one key in order of line: float64 are floats, int64 integers."""

    lines: Lines
    values: Numbers


@dataclass(frozen=True, slots=True)
class Values:
    """Decoded values of a chunk, in order of line: `numbers` for the kinds number and int64, `objects` for json."""

    numbers: Numbers | None = None
    is_integer: npt.NDArray[np.bool_] | None = None
    """Which float64 were written as integers; None for other kinds."""
    objects: list[Any] | None = None
    has_integers: bool = True
    """False: none of the float64 was written as an integer, so that nobody needs to look at each."""

    def floats(self) -> npt.NDArray[np.float64] | None:
        """The numbers as float64, rounded where they were int64; None when the values are not numbers."""
        return None if self.numbers is None else self.numbers.astype(np.float64, copy=False)

    def column(self, indices: npt.NDArray[np.intp] | slice) -> npt.NDArray[np.float64] | list[Any]:
        """What `take` answers, but as an array where all are floats."""
        if self.numbers is None or self.has_integers or self.is_integer is None:
            return self.take(indices)
        return self.numbers[indices].astype(np.float64, copy=False)

    def take(self, indices: npt.NDArray[np.intp] | slice) -> list[Any]:
        """The values at these indices, type for type as they were logged."""
        if self.numbers is None:
            objects = self.objects or []
            return objects[indices] if isinstance(indices, slice) else [objects[index] for index in indices.tolist()]
        numbers = self.numbers[indices]
        plain: list[Any] = numbers.tolist()
        if self.is_integer is None or not self.has_integers:
            return plain
        marks = self.is_integer[indices]
        if not marks.any():
            return plain
        if marks.all() and bool((np.abs(numbers) < EXACT_INTEGERS_BELOW).all()):
            integers: list[Any] = numbers.astype(np.int64).tolist()
            return integers
        return [int(number) if mark else number for number, mark in zip(plain, marks.tolist(), strict=True)]


def encode_columns(
    first_line: int,
    steps: npt.NDArray[np.float64],
    numbers: Mapping[str, NumberColumn],
    others: Sequence[Mapping[str, Any]],
) -> list[Chunk]:
    """The chunks of lines that came as columns: `steps` are those of lines `first_line`, …, all of which have a row.

    `others` are the rows with the keys that have other values than numbers; none at all where there are no such keys.
    Reads back as the same rows would that came as lines. Raises ValueError for more than POINTS_MAXIMUM lines.
    """
    if len(steps) > POINTS_MAXIMUM:
        raise ValueError(f"{len(steps)} lines in a segment; allowed: {POINTS_MAXIMUM}")
    lines = np.arange(first_line, first_line + len(steps), dtype=np.int64)
    of_numbers = {STEPS_KEY: NumberColumn(lines, steps)}
    of_numbers |= {encode_path((key,)): column for key, column in numbers.items() if len(column.lines)}
    chunks = [_encode_numbers(first_line, key, column, steps) for key, column in of_numbers.items()]
    chunks += [
        _encode_chunk(first_line, key, kind, part, steps[part.lines - first_line])
        for key, column in columns_of(first_line, others).items()
        for kind, part in split_by_kind(column)
    ]
    return chunks


def encode_column(segment: int, key: str, column: KeyColumn, steps: npt.NDArray[np.float64]) -> list[Chunk]:
    """The chunks of a stored key, one for each kind of its values; `steps` are those of the lines from `segment` on."""
    return [
        _encode_chunk(segment, key, kind, part, steps[part.lines - segment]) for kind, part in split_by_kind(column)
    ]


def encode_marked(
    segment: int,
    key: str,
    lines: Lines,
    numbers: npt.NDArray[np.float64],
    is_integer: npt.NDArray[np.bool_],
    steps: npt.NDArray[np.float64],
) -> Chunk:
    """The chunk of a stored key whose values are numbers, some written as integers; `steps` as in encode_column."""
    ends = tuple(int(numbers[at]) if is_integer[at] else float(numbers[at]) for at in (0, -1))
    of_lines = steps if len(lines) == len(steps) else steps[lines - segment]
    column = NumberColumn(lines, numbers)
    return _number_chunk(segment, key, ChunkKind.NUMBER, column, _pack_marks(is_integer), (ends[0], ends[1]), of_lines)


def decode_values(kind: int, n: int, data: bytes) -> Values:
    """The values of a chunk. Raises ValueError when a newer version wrote it."""
    if data[0] != VERSION:
        raise ValueError(f"a chunk of version {data[0]}; known: {VERSION}")
    body = data[1:]
    if kind == ChunkKind.NUMBER:
        is_integer, rest = _decode_marks(body, n)
        return Values(decode_numbers(rest, FLOAT64, n), is_integer, has_integers=body[0] != NONE)
    if kind == ChunkKind.INT64:
        return Values(decode_numbers(body, INT64, n))
    if kind == ChunkKind.JSON:
        return Values(objects=decode_json(body))
    raise ValueError(f"a chunk of kind {kind}; known: {', '.join(known.name for known in ChunkKind)}")


def json_size(data: bytes) -> int:
    """The bytes of JSON that decode_values would parse of a chunk of the kind json, without unpacking it."""
    return decoded_size(data[1:])


def _encode_chunk(segment: int, key: str, kind: ChunkKind, column: KeyColumn, steps: npt.NDArray[np.float64]) -> Chunk:
    values = column.values
    if kind is ChunkKind.JSON:
        # Integers beyond 64 bits are apart from other values.
        floats = np.array(list(map(as_float, values)) if type(values[0]) is int else [], np.float64)
        ends = (values[0], values[-1])
        return _chunk(segment, key, kind, column.lines, steps, encode_json(values), ends, *finite_range(floats))
    if kind is ChunkKind.INT64:
        numbers: Numbers = np.array(values, np.int64)
        marks = b""
    else:
        numbers = np.array(values, np.float64)
        marks = _encode_marks(values)
    return _number_chunk(segment, key, kind, NumberColumn(column.lines, numbers), marks, (values[0], values[-1]), steps)


def _encode_numbers(segment: int, key: str, column: NumberColumn, steps: npt.NDArray[np.float64]) -> Chunk:
    numbers = column.values
    ends = (numbers[0].item(), numbers[-1].item())
    kind, marks = ChunkKind.NUMBER, bytes([NONE])
    if numbers.dtype == np.int64:
        # The magnitude of the least int64 is no int64.
        if bool(((numbers > -EXACT_INTEGERS_BELOW) & (numbers < EXACT_INTEGERS_BELOW)).all()):
            marks = bytes([ALL])
            numbers = numbers.astype(np.float64)
        else:
            kind, marks = ChunkKind.INT64, b""
    of_lines = steps if len(numbers) == len(steps) else steps[column.lines - segment]
    return _number_chunk(segment, key, kind, NumberColumn(column.lines, numbers), marks, ends, of_lines)


def _number_chunk(
    segment: int,
    key: str,
    kind: ChunkKind,
    column: NumberColumn,
    marks: bytes,
    ends: tuple[Any, Any],
    steps: npt.NDArray[np.float64],
) -> Chunk:
    low, high = finite_range(column.values)
    body = marks + encode_numbers(column.values)
    return _chunk(segment, key, kind, column.lines, steps, body, ends, low, high)


def finite_range(numbers: Numbers) -> tuple[float | None, float | None]:
    """The least and the greatest finite number; None: there is none."""
    finite = numbers[np.isfinite(numbers)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (None, None)


def _chunk(
    segment: int,
    key: str,
    kind: ChunkKind,
    lines: Lines,
    steps: npt.NDArray[np.float64],
    body: bytes,
    ends: tuple[Any, Any],
    low: float | None = None,
    high: float | None = None,
) -> Chunk:
    return Chunk(
        key=key,
        line0=int(lines[0]),
        line1=int(lines[-1]),
        segment=segment,
        n=len(lines),
        kind=kind,
        step_low=float(steps.min()),
        step_high=float(steps.max()),
        low=low,
        high=high,
        first=_shown(ends[0]),
        last=_shown(ends[1]),
        lines=encode_lines(lines),
        data=bytes([VERSION]) + body,
    )


def _shown(value: Any) -> str | None:
    text = json_text.dump(value)
    return text if len(text.encode()) <= SHOWN_BYTES_MAXIMUM else None


def _encode_marks(values: list[Any]) -> bytes:
    return _pack_marks(np.array([type(value) is int for value in values]))


def _pack_marks(marks: npt.NDArray[np.bool_]) -> bytes:
    if not marks.any():
        return bytes([NONE])
    if marks.all():
        return bytes([ALL])
    bits = np.packbits(marks).tobytes()
    packed = zstandard.ZstdCompressor(level=3).compress(bits)
    tag, body = (BITMAP_ZSTD, packed) if len(packed) < len(bits) else (BITMAP, bits)
    return bytes([tag]) + struct.pack("<I", len(body)) + body


def _decode_marks(body: bytes, n: int) -> tuple[npt.NDArray[np.bool_], bytes]:
    """The marks, and what follows them."""
    tag = body[0]
    if tag == NONE:
        return np.zeros(n, bool), body[1:]
    if tag == ALL:
        return np.ones(n, bool), body[1:]
    if tag not in (BITMAP, BITMAP_ZSTD):
        raise ValueError(f"integer marks with tag {tag}; known: {NONE} to {BITMAP_ZSTD}")
    (length,) = struct.unpack_from("<I", body, 1)
    bits, rest = body[5 : 5 + length], body[5 + length :]
    if tag == BITMAP_ZSTD:
        bits = zstandard.ZstdDecompressor().decompress(bits)
    return np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=n).view(np.bool_), rest
