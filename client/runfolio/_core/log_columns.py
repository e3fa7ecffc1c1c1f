"""Whole columns that are logged: what a sequence holds, and slices of it as bytes that can be sent.

No I/O, and no library of arrays: they are taken by the buffer protocol. Made by frames.py, which knows DataFrames, and
put into the queue by log_queue.py.
"""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic_core import PydanticSerializationError, to_json

from runfolio._core import json_text

SLICE_ROWS_MAX = 65_536
"""What the server stores together."""
SLICE_BYTES = 4 * 1024 * 1024
"""Of values, in one request."""
SLICE_LINES_BYTES = 32 * 1024 * 1024
"""Of the same as lines, each of which repeats the keys: the server makes lines of few rows."""
VALUE_BYTES_MAX = 10 * 1024 * 1024
VALUES_AT_ONCE = 10_000
ROWS_AT_ONCE = 1000
COLUMNS_MAX = 5000
"""In one request; wider rows go as lines."""
NUMBER_BYTES = 8
PUNCTUATION_BYTES = 4
PLAIN_TYPES = {bool, int, float, str, list, tuple, dict, type(None)}
NO_COLUMNS = (str, bytes, bytearray, Mapping, set, frozenset)
ALLOWED = "a list, a tuple, an array, or a column of a table"

Kind: TypeAlias = Literal["numbers", "integers", "values"]


@dataclass(frozen=True, slots=True)
class LogColumn:
    """A column that can be sent. `data` has the values of the rows that have one, `present` a byte 0 or 1 for each row.

    Floats and integers are 8 bytes each, in a memoryview of bytes; anything else a list. None for `present`: all rows
    have a value.
    """

    kind: Kind
    count: int
    data: memoryview | list[Any]
    present: bytes | None = None

    def part(self, first: int, past: int) -> tuple[memoryview | list[Any], bytes | None]:
        """Data and presence of these rows."""
        present = None
        if self.present is not None:
            present = self.present[first:past]
            first = self.present.count(1, 0, first)
            past = first + present.count(1)
        if isinstance(self.data, list):
            return self.data[first:past], present
        return self.data[first * NUMBER_BYTES : past * NUMBER_BYTES], present

    def values(self) -> list[Any]:
        """The values, in order of the rows that have one."""
        return _values(self.kind, self.data)


@dataclass(frozen=True, slots=True)
class ColumnSlice:
    """Rows of columns, ready to be sent; `last` is the last value of each column, `size` in bytes."""

    count: int
    size: int
    columns: list[tuple[str, Kind, bytes, bytes | None]]
    last: dict[str, Any]

    def as_input(self) -> dict[str, Any]:
        """What appendHistory takes as `columns`."""
        return {"count": self.count, "columns": [_column_input(*column) for column in self.columns]}


def column_of(name: str, values: Any) -> LogColumn:
    """The column of a sequence: None is a row without it. Raises TypeError for what is no sequence, or has no JSON."""
    if isinstance(values, NO_COLUMNS):
        raise TypeError(f"The column {name!r} is a {type(values).__name__}; allowed: {ALLOWED}.")
    mask = getattr(values, "mask", None)
    if mask is not None and hasattr(values, "compressed"):
        present = mask.tobytes().translate(bytes.maketrans(b"\0\1", b"\1\0")) if mask.any() else None
        return with_presence(column_of(name, values.compressed()), present)
    return _of_buffer(name, values) or _of_list(name, _as_list(name, values))


def with_presence(column: LogColumn, present: bytes | None) -> LogColumn:
    """The column of the rows that are present, for all rows. A value that is None in it is missing too."""
    if present is None:
        return column
    if column.present is not None:
        inner = iter(column.present)
        present = bytes(next(inner) if here else 0 for here in present)
    return LogColumn(column.kind, len(present), column.data, present)


def repeated(value: float, count: int) -> LogColumn:
    """A column of one float."""
    return LogColumn("numbers", count, _bytes_of(array("d", [value]) * count))


def counted(first: int, count: int) -> LogColumn:
    """A column of integers that follow each other."""
    return integers(range(first, first + count))


def integers(values: Sequence[int]) -> LogColumn:
    """A column of integers of 64 bits."""
    return LogColumn("integers", len(values), _bytes_of(array("q", values)))


def rows_of(columns: Mapping[str, LogColumn], count: int) -> Iterator[dict[str, Any]]:
    """The rows that the columns are."""
    for first in range(0, count, ROWS_AT_ONCE):
        past = min(first + ROWS_AT_ONCE, count)
        rows: list[dict[str, Any]] = [{} for _ in range(past - first)]
        for name, column in columns.items():
            data, present = column.part(first, past)
            values = iter(_values(column.kind, data))
            for row, is_present in zip(rows, present or b"\1" * len(rows), strict=True):
                if is_present:
                    row[name] = next(values)
        yield from rows


def slices_of(columns: Mapping[str, LogColumn], count: int) -> Iterator[ColumnSlice]:
    """All rows, in slices that are bounded in rows and bytes and are about of one size."""
    size = sum(map(_size_of, columns.values()))
    of_keys = sum((len(name) + PUNCTUATION_BYTES) * count for name in columns)
    parts = max(-(-count // SLICE_ROWS_MAX), -(-size // SLICE_BYTES), -(-(size + of_keys) // SLICE_LINES_BYTES), 1)
    parts = min(parts, count)
    for index in range(parts):
        yield from _slices(columns, count * index // parts, count * (index + 1) // parts)


def _slices(columns: Mapping[str, LogColumn], first: int, past: int) -> Iterator[ColumnSlice]:
    """The rows, in halves when they are too much: values may be of very different size."""
    found = _slice(columns, first, past)
    if found.size <= 2 * SLICE_BYTES or past - first == 1:
        yield found
        return
    middle = (first + past) // 2
    yield from _slices(columns, first, middle)
    yield from _slices(columns, middle, past)


def _slice(columns: Mapping[str, LogColumn], first: int, past: int) -> ColumnSlice:
    parts: list[tuple[str, Kind, bytes, bytes | None]] = []
    last: dict[str, Any] = {}
    for name, column in columns.items():
        data, present = column.part(first, past)
        if len(data) == 0:
            continue
        if isinstance(data, list):
            content = _dump(name, data)
            # It may be changed after it was logged.
            last[name] = json_text.parse(_dump(name, data[-1]).decode())
        else:
            content = _little_endian(data)
            last[name] = _values(column.kind, data[-NUMBER_BYTES:])[0]
        is_full = present is None or 0 not in present
        parts.append((name, column.kind, content, None if is_full else present))
    size = sum(len(content) + len(name) + len(present or b"") // 8 for name, _, content, present in parts)
    return ColumnSlice(past - first, size, parts, last)


def _values(kind: Kind, data: memoryview | list[Any]) -> list[Any]:
    if isinstance(data, list):
        return data
    return data.cast("d" if kind == "numbers" else "q").tolist()


def _column_input(name: str, kind: Kind, content: bytes, present: bytes | None) -> dict[str, str]:
    found = {"key": name, kind: content.decode() if kind == "values" else base64.b64encode(content).decode()}
    if present is not None:
        found["present"] = base64.b64encode(_bits(present)).decode()
    return found


def _little_endian(data: memoryview) -> bytes:
    if sys.byteorder == "little":
        return data.tobytes()
    swapped = array("q", data.tobytes())
    swapped.byteswap()
    return swapped.tobytes()


def _bits(present: bytes) -> bytes:
    """A bit for each byte; row i is bit i % 8 of byte i / 8."""
    digits = present[::-1].translate(bytes.maketrans(b"\0\1", b"01"))
    return int(digits, 2).to_bytes((len(present) + 7) // 8, "little")


def _of_buffer(name: str, values: Any) -> LogColumn | None:
    """The column of an array of numbers; None for anything else."""
    try:
        view = memoryview(values)
    except (TypeError, ValueError, BufferError):
        # Not every array of NumPy is a buffer, and arrays of others may become NumPy's.
        to_array = getattr(values, "__array__", None)
        if to_array is None or isinstance(values, Sequence):
            return None
        found = to_array()
        return None if isinstance(found, type(values)) else column_of(name, found)
    if view.ndim != 1:
        return None
    if view.format in ("d", "q", "l") and view.itemsize == NUMBER_BYTES:
        return LogColumn("numbers" if view.format == "d" else "integers", len(view), _bytes_of(view))
    if view.format in ("f", "e"):
        return LogColumn("numbers", len(view), _bytes_of(array("d", _as_list(name, values))))
    return None


def _bytes_of(numbers: memoryview | array[Any]) -> memoryview:
    view = memoryview(numbers)
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


def _as_list(name: str, values: Any) -> list[Any]:
    if isinstance(values, list | tuple):
        return list(values)
    to_list = getattr(values, "tolist", None)
    found = to_list() if to_list is not None else list(values) if hasattr(values, "__len__") else None
    if not isinstance(found, list):
        raise TypeError(f"The column {name!r} is a {type(values).__name__}; allowed: {ALLOWED}.")
    return found


def _of_list(name: str, values: list[Any]) -> LogColumn:
    types = set(map(type, values))
    count, present = len(values), None
    if type(None) in types:
        present = bytes(value is not None for value in values)
        values = [value for value in values if value is not None]
    if not types <= PLAIN_TYPES:
        # NumPy's numbers are numbers.
        values = [value if type(value) in PLAIN_TYPES else _plain(value) for value in values]
    types = set(map(type, values))
    if types == {float}:
        return LogColumn("numbers", count, _bytes_of(array("d", values)), present)
    if types == {int}:
        try:
            return LogColumn("integers", count, _bytes_of(array("q", values)), present)
        except OverflowError:
            pass
    # All of them now, so that nothing is sent of columns that cannot be sent whole.
    for first in range(0, len(values), VALUES_AT_ONCE):
        part = values[first : first + VALUES_AT_ONCE]
        if len(_dump(name, part)) > VALUE_BYTES_MAX:
            longest = max(len(_dump(name, value)) for value in part)
            if longest > VALUE_BYTES_MAX:
                raise ValueError(f"The column {name!r} has a value of {longest} bytes; allowed: {VALUE_BYTES_MAX}.")
    return LogColumn("values", count, values, present)


def _plain(value: Any) -> Any:
    item = getattr(value, "item", None)
    try:
        return item() if callable(item) else value
    except ValueError:
        # An array; said to be no JSON where it is written.
        return value


def _size_of(column: LogColumn) -> int:
    if not isinstance(column.data, list):
        return len(column.data)
    # A sample is enough: slices that turn out too large are halved.
    sample = column.data[:: max(1, len(column.data) // 1000)]
    return len(_dump("", sample)) * len(column.data) // max(1, len(sample))


def _dump(name: str, value: Any) -> bytes:
    try:
        return to_json(value, inf_nan_mode="constants", fallback=json_text.plain)
    except (PydanticSerializationError, TypeError, ValueError):
        # Lone surrogates; or something that is no JSON, for which this raises the error that says so.
        return json_text.dump(value, f"The column {name!r}").encode("ascii")
