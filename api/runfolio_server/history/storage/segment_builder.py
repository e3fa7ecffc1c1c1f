"""A segment while it is put together: lines and chunks go in, in order of line, and its chunks come out.

Pure. Used by compaction. Numbers wait as arrays, nine bytes each, so that a segment may have millions of them.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from runfolio_server.history.storage.axis import decode_lines
from runfolio_server.history.storage.chunk import POINTS_MAXIMUM, Chunk, decode_values, encode_column, encode_marked
from runfolio_server.history.storage.chunk_kinds import ChunkKind
from runfolio_server.history.storage.key_columns import KeyColumn, Lines, columns_of
from runfolio_server.history.storage.key_path import STEPS_KEY
from runfolio_server.history.storage.numbers import EXACT_INTEGERS_BELOW
from runfolio_server.history.storage.steps import steps_of
from runfolio_server.sql.history.history import StoredRow

BYTES_PER_NUMBER = 9
BYTES_PER_OBJECT = 100

Marks = npt.NDArray[np.bool_]


class SegmentBuilder:
    """The lines `first`, `first` + 1, … up to but without `past`; `size` is about what they take here, in bytes."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.past = first
        self.size = 0
        self._columns: dict[str, _Growing] = {}
        self._rows: list[Lines] = []
        self._steps: list[npt.NDArray[np.float64]] = []

    @property
    def room(self) -> int:
        """How many more lines a segment may have."""
        return POINTS_MAXIMUM - (self.past - self.first)

    def add_rows(self, rows: Sequence[Mapping[str, Any] | None], text_bytes: int) -> None:
        """The next lines, None where one has no row, and the bytes that they were as text. At most `room`."""
        steps = np.array(steps_of(self.past, rows), dtype=np.float64)
        self._add_steps(self.past + np.flatnonzero(~np.isnan(steps)), steps[~np.isnan(steps)])
        has_objects = False
        for key, column in columns_of(self.past, rows).items():
            growing = self._columns.setdefault(key, _Growing())
            if growing.add(column):
                self.size += BYTES_PER_NUMBER * len(column.values)
            else:
                has_objects = True
        # Which of the text was not numbers is not looked for.
        self.size += text_bytes if has_objects else 0
        self.past += len(rows)

    def add_chunks(self, rows: Sequence[StoredRow], past: int) -> None:
        """The chunks of whole segments that come next; afterwards lines go on at `past`."""
        by_segment = sorted(rows, key=lambda row: (row.key or "", row.piece, row.line0))
        for (key, _), found in groupby(by_segment, key=lambda row: (row.key or "", row.piece)):
            chunks = list(found)
            if key == STEPS_KEY:
                floats = decode_values(chunks[0].kind, chunks[0].n, chunks[0].data).floats()
                assert floats is not None, "steps are numbers"  # noqa: S101 - for the type checker
                self._add_steps(_lines_of(chunks[0]), floats)
            else:
                self.size += self._columns.setdefault(key, _Growing()).add_chunks(chunks)
        self.past = past

    def chunks(self) -> list[Chunk]:
        """The chunks of all that was added, which is gone then; none when no line had a row."""
        if not self._rows:
            return []
        lines, of_rows = _joined(self._rows), np.concatenate(self._steps)
        steps = np.full(self.past - self.first, math.nan)
        steps[lines - self.first] = of_rows
        found = [encode_marked(self.first, STEPS_KEY, lines, of_rows, np.zeros(len(lines), bool), steps)]
        while self._columns:
            key, column = self._columns.popitem()
            found += column.chunks(self.first, key, steps)
        return found

    def _add_steps(self, lines: Lines, steps: npt.NDArray[np.float64]) -> None:
        if len(lines):
            self._rows.append(lines)
            self._steps.append(steps)


class _Growing:
    """The values of one key: as numbers while all are, else as objects."""

    __slots__ = ("_lines", "_marks", "_numbers", "_objects")

    def __init__(self) -> None:
        self._lines: list[Lines] = []
        self._numbers = array("d")
        self._marks = bytearray()
        self._objects: list[Any] | None = None

    def add(self, column: KeyColumn) -> bool:
        """The next values; whether they are kept as numbers."""
        self._lines.append(column.lines)
        values = column.values
        types = set(map(type, values))
        if self._objects is None and types == {float}:
            self._numbers.extend(values)
            self._marks.extend(bytes(len(values)))
        elif self._objects is None and types <= {int, float} and _are_exact(values):
            self._numbers.extend(values)
            self._marks.extend([type(value) is int for value in values])
        else:
            self._as_objects().extend(values)
        return self._objects is None

    def add_chunks(self, chunks: Sequence[StoredRow]) -> int:
        """The values of the next segment, which may be of several kinds; about how many bytes they take here."""
        if len(chunks) == 1 and chunks[0].kind == ChunkKind.NUMBER and self._objects is None:
            values = decode_values(chunks[0].kind, chunks[0].n, chunks[0].data)
            assert values.numbers is not None, "numbers are numbers"  # noqa: S101 - for the type checker
            self._lines.append(_lines_of(chunks[0]))
            self._numbers.frombytes(values.numbers.tobytes())
            self._marks.extend(values.is_integer.tobytes() if values.is_integer is not None else b"")
            return BYTES_PER_NUMBER * chunks[0].n
        lines = np.concatenate([_lines_of(chunk) for chunk in chunks])
        objects = [
            value
            for chunk in chunks
            for value in decode_values(chunk.kind, chunk.n, chunk.data).take(np.arange(chunk.n))
        ]
        order = np.argsort(lines, kind="stable")
        self._lines.append(lines[order])
        self._as_objects().extend(objects[index] for index in order.tolist())
        return sum(BYTES_PER_OBJECT * chunk.n + len(chunk.data) for chunk in chunks)

    def chunks(self, first: int, key: str, steps: npt.NDArray[np.float64]) -> list[Chunk]:
        """The chunks of the key; `steps` are those of the lines from `first` on."""
        lines = _joined(self._lines)
        if self._objects is not None:
            return encode_column(first, key, KeyColumn(lines, self._objects), steps)
        numbers = np.frombuffer(self._numbers, dtype=np.float64)
        marks = np.frombuffer(self._marks, dtype=np.bool_)
        return [encode_marked(first, key, lines, numbers, marks, steps)]

    def _as_objects(self) -> list[Any]:
        if self._objects is None:
            self._objects = [
                int(number) if is_integer else number
                for number, is_integer in zip(self._numbers, self._marks, strict=True)
            ]
            self._numbers, self._marks = array("d"), bytearray()
        return self._objects


def _are_exact(values: Sequence[int | float]) -> bool:
    """Whether the integers among these all are float64 without loss."""
    integers = [value for value in values if type(value) is int]
    return -EXACT_INTEGERS_BELOW < min(integers, default=0) and max(integers, default=0) < EXACT_INTEGERS_BELOW


def _lines_of(row: StoredRow) -> Lines:
    return decode_lines(row.line0, row.n, row.lines)


def _joined(parts: Sequence[Lines]) -> Lines:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
