"""Slices of columns as bytes that can be sent, bounded in rows and bytes. Put into the queue by log_queue.py."""

from __future__ import annotations

import base64
import json
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runfolio._core.log_columns import NUMBER_BYTES, Kind, LogColumn, dump_values, values_of
from runfolio._core.log_json import kept_values

SLICE_ROWS_MAX = 65_536
"""What the server stores together."""
SLICE_BYTES = 4 * 1024 * 1024
"""Of values, in one request."""
SLICE_LINES_BYTES = 32 * 1024 * 1024
"""Of the same as lines, each of which repeats the keys: the server makes lines of few rows."""
PUNCTUATION_BYTES = 4
# Only where a value ends is asked; Python makes no numbers of very many digits.
SCANNER = json.JSONDecoder(parse_int=len)


@dataclass(frozen=True, slots=True)
class ColumnSlice:
    """Rows of columns, ready to be sent; `size` in bytes.

    `last` is the last value of each column, but for those that the server does not keep: their columns are `lost`.
    """

    count: int
    size: int
    columns: list[tuple[str, Kind, bytes, bytes | None]]
    last: dict[str, Any]
    lost: tuple[str, ...] = ()

    def as_input(self) -> dict[str, Any]:
        """What appendHistory takes as `columns`."""
        return {"count": self.count, "columns": [_column_input(*column) for column in self.columns]}

    def lines(self) -> Iterator[str]:
        """Each row as a line of JSON."""
        cells = [
            (f"{json.dumps(name)}:", _texts(kind, content), present) for name, kind, content, present in self.columns
        ]
        for row in range(self.count):
            of_row = (key + next(texts) for key, texts, present in cells if present is None or present[row])
            yield "{" + ",".join(of_row) + "}"


def slices_of(columns: Mapping[str, LogColumn], count: int) -> Iterator[ColumnSlice]:
    """All rows, in slices that are bounded in rows and bytes and are about of one size."""
    size = sum(map(_size_of, columns.values()))
    of_keys = sum((_key_bytes(name) + PUNCTUATION_BYTES) * count for name in columns)
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
    lost: list[str] = []
    for name, column in columns.items():
        data, present = column.part(first, past)
        if len(data) == 0:
            continue
        if isinstance(data, list):
            content = dump_values(name, data)
            # It may be changed after it was logged.
            kept, of_column = kept_values({name: data[-1]})
            last |= kept
            lost += of_column
        else:
            content = _little_endian(data)
            last[name] = values_of(column.kind, data[-NUMBER_BYTES:])[0]
        is_full = present is None or 0 not in present
        parts.append((name, column.kind, content, None if is_full else present))
    size = sum(len(content) + _key_bytes(name) + len(present or b"") // 8 for name, _, content, present in parts)
    return ColumnSlice(past - first, size, parts, last, tuple(lost))


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


def _size_of(column: LogColumn) -> int:
    if not isinstance(column.data, list):
        return len(column.data)
    # A sample is enough: slices that turn out too large are halved.
    sample = column.data[:: max(1, len(column.data) // 1000)]
    return len(dump_values("", sample)) * len(column.data) // max(1, len(sample))


def _key_bytes(name: str) -> int:
    """As the server counts them."""
    return len(name.encode("utf-8", "backslashreplace"))


def _texts(kind: Kind, content: bytes) -> Iterator[str]:
    """The JSON text of each value."""
    if kind != "values":
        # Its own inverse.
        numbers = memoryview(_little_endian(memoryview(content)))
        yield from map(json.dumps, numbers.cast("d" if kind == "numbers" else "q"))
        return
    text, at = content.decode(), 1
    while text[at] != "]":
        _, past = SCANNER.raw_decode(text, at)
        yield text[at:past]
        at = past + (text[past] == ",")
