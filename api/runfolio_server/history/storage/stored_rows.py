"""Pieces of a run's history, a segment or a batch of the tail, seen alike: their rows, in order of line.

Pure. Built from the rows of sql/history/history.py; used by scan.py, sample.py and compaction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from runfolio_server.domain.dotted_key import find, has
from runfolio_server.heavy_threads import HEAVY_BYTES
from runfolio_server.history.storage.axis import decode_lines
from runfolio_server.history.storage.cells import MISSING, Cells, Floats, Indices, Mask, cells_of, empty_cells
from runfolio_server.history.storage.chunk import Values, decode_values, json_size
from runfolio_server.history.storage.chunk_kinds import ChunkKind
from runfolio_server.history.storage.counted_rows import counted_rows
from runfolio_server.history.storage.key_columns import Lines, OpenRows
from runfolio_server.history.storage.key_path import STEPS_KEY, decode_path, public_name
from runfolio_server.history.storage.steps import steps_of
from runfolio_server.history.storage.tail import parse_lines, unpack_lines, unpacked_size
from runfolio_server.sql.history.counted import PAST_EVERY_LINE
from runfolio_server.sql.history.history import StoredRow

# What they take, told as bytes of JSON that take as long: a row of the database, and a number of a chunk.
ROW_BYTES = 500
NUMBER_BYTES = 2


class StoredRows(Protocol):
    """Rows of one writer and epoch that are stored together. `lines` rise strictly and `steps` goes with them."""

    writer: str
    epoch: int
    lines: Lines
    steps: Floats
    counted: Mask | None
    """Which rows count; None: all."""

    def have_all(self, names: Sequence[str]) -> Mask:
        """Which rows have all of these keys, as `key_path.find` finds them; what it needs must be fetched."""

    @property
    def width(self) -> int:
        """How many values the rows have at most, of the keys that were fetched; roughly."""

    def rows(self, indices: Indices) -> list[dict[str, Any]]:
        """The rows at these indices, with at least the keys that were fetched."""

    def numbers(self, name: str) -> Floats:
        """The value of a key in each row; NaN where it is missing or no number."""

    def cells(self, name: str) -> Cells:
        """The value of a key in each row, as `key_path.find` finds it; what it needs must be fetched."""


class TailBatch:
    """A batch of the tail, parsed."""

    def __init__(
        self,
        writer: str,
        epoch: int,
        line0: int,
        parsed: Sequence[dict[str, Any] | None],
        counts_to: float = math.inf,
        past_line: int = PAST_EVERY_LINE,
    ) -> None:
        self.writer = writer
        self.epoch = epoch
        steps = np.array(steps_of(line0, parsed), dtype=np.float64)
        present = np.flatnonzero(~np.isnan(steps))
        self.lines = present + line0
        self.steps = steps[present]
        self.counted = counted_rows(self.lines, self.steps, counts_to, past_line)
        self._rows = [row for row in parsed if row is not None]

    def have_all(self, names: Sequence[str]) -> Mask:
        """See StoredRows."""
        return np.array([all(has(row, name) for name in names) for row in self._rows], dtype=bool)

    @property
    def width(self) -> int:
        """See StoredRows."""
        return max(map(len, self._rows), default=0)

    def rows(self, indices: Indices) -> list[dict[str, Any]]:
        """See StoredRows."""
        return [self._rows[index] for index in indices.tolist()]

    def numbers(self, name: str) -> Floats:
        """See StoredRows."""
        return self.cells(name).numbers

    def cells(self, name: str) -> Cells:
        """See StoredRows."""
        return cells_of([find(row, name, MISSING) for row in self._rows])


@dataclass(slots=True)
class _Part:
    """One chunk of a segment, decoded when it is first needed."""

    key: str
    lines: Lines
    row: StoredRow
    decoded: Values | None = None

    @property
    def values(self) -> Values:
        if self.decoded is None:
            self.decoded = decode_values(self.row.kind, self.row.n, self.row.data)
        return self.decoded

    def lines_with(self, name: str) -> Lines:
        """The lines where this chunk alone makes `name` a key of the row."""
        path = decode_path(self.key)
        heads = [".".join(path[:end]) for end in range(1, len(path) + 1)]
        if name in heads:
            return self.lines
        if self.row.kind == ChunkKind.JSON and name.startswith(heads[-1] + "."):
            # A dict stored whole may hold the rest of the name.
            rest = name[len(heads[-1]) + 1 :]
            return self.lines[[isinstance(value, dict) and has(value, rest) for value in self.values.objects or []]]
        return self.lines[:0]

    def put_into(self, cells: Cells, places: Indices | slice) -> None:
        """Write the values to these rows, over what is there."""
        values = self.values
        floats = values.floats()
        indices = np.arange(len(cells))[places]
        for index in cells.objects.keys() & set(indices.tolist()) if cells.objects else ():
            del cells.objects[index]
        cells.is_number[places] = floats is not None
        cells.is_integer[places] = self.row.kind == ChunkKind.INT64 if values.is_integer is None else values.is_integer
        cells.numbers[places] = np.nan if floats is None else floats
        if values.numbers is not None and values.numbers.dtype == np.int64:
            if cells.exact is None:
                cells.exact = np.zeros(len(cells), np.int64)
            cells.exact[places] = values.numbers
        elif cells.exact is not None:
            cells.exact[places] = 0
        if values.objects is not None:
            cells.objects.update(zip(indices.tolist(), values.objects, strict=True))
            if int in set(map(type, values.objects)):
                for index in indices.tolist():
                    cells.put_object(index, cells.objects[index])


@dataclass(slots=True)
class _Names:
    """The chunks of a segment by public name, and the names of dicts that lie in several chunks."""

    parts: dict[str, list[_Part]]
    dicts: set[str]


class Segment:
    """A segment, of which the chunks of some keys were fetched, that of the steps among them."""

    def __init__(self, rows: Sequence[StoredRow]) -> None:
        self.writer = rows[0].writer
        self.epoch = rows[0].epoch
        # A step is a float, so there is one chunk of them.
        axis = next(row for row in rows if row.key == STEPS_KEY)
        self.lines = decode_lines(axis.line0, axis.n, axis.lines)
        steps = decode_values(axis.kind, axis.n, axis.data).floats()
        assert steps is not None, "steps are numbers"  # noqa: S101 - for the type checker
        self.steps = steps
        self.counted = counted_rows(self.lines, self.steps, axis.counts_to, axis.past_line)
        self._parts = [_Part(row.key or "", self._lines_of(row), row) for row in rows if row is not axis]
        self._by_name: _Names | None = None

    @property
    def width(self) -> int:
        """See StoredRows."""
        return len(self._parts)

    def have_all(self, names: Sequence[str]) -> Mask:
        """See StoredRows."""
        found = np.ones(len(self.lines), dtype=bool)
        for name in names:
            has_name = np.zeros(len(self.lines), dtype=bool)
            for part in self._parts:
                has_name[self._places(part.lines_with(name))] = True
            found &= has_name
        return found

    def rows(self, indices: Indices) -> list[dict[str, Any]]:
        """See StoredRows."""
        found = OpenRows(len(indices))
        if not len(indices):
            return found.rows()
        wanted = self.lines[indices]
        # Rows that follow each other are taken in one piece.
        is_range = int(indices[-1]) - int(indices[0]) + 1 == len(indices) and bool((indices[1:] > indices[:-1]).all())
        places = slice(int(indices[0]), int(indices[-1]) + 1) if is_range else indices
        for part in self._parts:
            if part.lines is self.lines:
                found.add(decode_path(part.key), part.values.column(places))
                continue
            at = np.minimum(np.searchsorted(part.lines, wanted), len(part.lines) - 1)
            hits = np.flatnonzero(part.lines[at] == wanted)
            if len(hits) == len(wanted):
                found.add(decode_path(part.key), part.values.column(at))
            elif len(hits):
                found.add_some(decode_path(part.key), part.values.take(at[hits]), hits.tolist())
        return found.rows()

    def numbers(self, name: str) -> Floats:
        """See StoredRows."""
        return self.cells(name).numbers

    def cells(self, name: str) -> Cells:
        """See StoredRows."""
        names = self._names()
        if name in names.dicts or any(map(self._holds_dicts, heads_of(name))):
            # The value is a dict in several chunks, or may stand in a dict that was stored whole.
            return cells_of([find(row, name, MISSING) for row in self.rows(np.arange(len(self.lines)))])
        parts = names.parts.get(name, [])
        if len(parts) == 1 and len(parts[0].lines) == len(self.lines) and parts[0].row.kind == ChunkKind.NUMBER:
            values = parts[0].values
            numbers, is_integer = values.floats(), values.is_integer
            if numbers is not None and is_integer is not None:
                return Cells(numbers, np.ones(len(numbers), bool), is_integer, None, {})
        found = empty_cells(len(self.lines))
        # Where a row has the name twice, `find` takes the key that is written here last.
        for part in sorted(parts, key=lambda part: _precedence(decode_path(part.key)), reverse=True):
            part.put_into(found, self._places(part.lines))
        return found

    def _names(self) -> _Names:
        if self._by_name is None:
            self._by_name = _Names({}, set())
            for part in self._parts:
                self._by_name.parts.setdefault(public_name(part.key), []).append(part)
                path = decode_path(part.key)
                self._by_name.dicts.update(".".join(path[:end]) for end in range(1, len(path)))
        return self._by_name

    def _holds_dicts(self, name: str) -> bool:
        """Whether values of this name are dicts stored whole."""
        return any(
            part.row.kind == ChunkKind.JSON and any(isinstance(value, dict) for value in part.values.objects or [])
            for part in self._names().parts.get(name, [])
        )

    def _lines_of(self, row: StoredRow) -> Lines:
        """The lines of a chunk, each of which has a row; the segment's own where they are as many."""
        return self.lines if row.n == len(self.lines) else decode_lines(row.line0, row.n, row.lines)

    def _places(self, lines: Lines) -> Indices | slice:
        """Where these lines, each of which has a row, are among the lines of the segment."""
        return slice(None) if len(lines) == len(self.lines) else np.searchsorted(self.lines, lines)


def stored_rows_of(rows: Iterable[StoredRow]) -> list[StoredRows]:
    """The pieces that these database rows make up."""
    segments: dict[tuple[str, int, int], list[StoredRow]] = {}
    pieces: list[StoredRows] = []
    for row in rows:
        if row.key is None:
            parsed = parse_lines(unpack_lines(row.data))
            pieces.append(TailBatch(row.writer, row.epoch, row.line0, parsed, row.counts_to, row.past_line))
        else:
            segments.setdefault((row.writer, row.epoch, row.piece), []).append(row)
    return [*pieces, *(Segment(of_one) for of_one in segments.values())]


def is_heavy(rows: Sequence[StoredRow]) -> bool:
    """Whether making pieces of these rows, and rows of the pieces, is work for a thread: see heavy_threads.py."""
    size = 0
    for row in rows:
        size += ROW_BYTES + _decoded_size(row)
        if size > HEAVY_BYTES:
            return True
    return False


def _decoded_size(row: StoredRow) -> int:
    if row.key is None:
        return unpacked_size(row.data)
    return json_size(row.data) if row.kind == ChunkKind.JSON else NUMBER_BYTES * row.n


def heads_of(name: str) -> list[str]:
    """What stands before each dot of a name."""
    return [name[:index] for index, character in enumerate(name) if character == "."]


def _precedence(path: tuple[str, ...]) -> tuple[int, ...]:
    """Orders the paths of one public name as `key_path.find` tries them."""
    if len(path) == 1:
        return (0,)
    return (1, len(path[0]), *_precedence(path[1:]))
