"""Whole columns that are logged: what a sequence holds. Slices of them are sent: see column_slice.py.

No I/O, and no library of arrays: they are taken by the buffer protocol. Made by frames.py, which knows DataFrames.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic_core import PydanticSerializationError, to_json

from runfolio._core import json_text

VALUE_BYTES_MAX = 10 * 1024 * 1024
VALUES_AT_ONCE = 10_000
ROWS_AT_ONCE = 1000
COLUMNS_MAX = 5000
"""In one request; wider rows go as lines."""
NUMBER_BYTES = 8
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
        return values_of(self.kind, self.data)


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
    """A column of integers of 64 bits. Raises ValueError for larger ones."""
    try:
        return LogColumn("integers", len(values), _bytes_of(array("q", values)))
    except OverflowError:
        raise ValueError(f"step goes up to {max(values)}; allowed: below 2^63 for columns") from None


def rows_of(columns: Mapping[str, LogColumn], count: int) -> Iterator[dict[str, Any]]:
    """The rows that the columns are."""
    for first in range(0, count, ROWS_AT_ONCE):
        past = min(first + ROWS_AT_ONCE, count)
        rows: list[dict[str, Any]] = [{} for _ in range(past - first)]
        for name, column in columns.items():
            data, present = column.part(first, past)
            values = iter(values_of(column.kind, data))
            for row, is_present in zip(rows, present or b"\1" * len(rows), strict=True):
                if is_present:
                    row[name] = next(values)
        yield from rows


def values_of(kind: Kind, data: memoryview | list[Any]) -> list[Any]:
    """The values of the data of a column."""
    if isinstance(data, list):
        return data
    return data.cast("d" if kind == "numbers" else "q").tolist()


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
        if len(dump_values(name, part)) > VALUE_BYTES_MAX:
            longest = max(len(dump_values(name, value)) for value in part)
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


def dump_values(name: str, value: Any) -> bytes:
    """The JSON of one value or of several. Raises TypeError for what has none."""
    try:
        return to_json(value, inf_nan_mode="constants", fallback=json_text.plain)
    except (PydanticSerializationError, TypeError, ValueError):
        # Lone surrogates; or something that is no JSON, for which this raises the error that says so.
        return json_text.dump(value, f"The column {name!r}").encode("ascii")
