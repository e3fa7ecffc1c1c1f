"""The metadata of Arrow messages, read without a library: rows, columns, and where one ends. Used by arrow_stream.py.

A message's metadata is a FlatBuffers table; the numbers below are those of Arrow's Message.fbs and Schema.fbs
(https://arrow.apache.org/docs/format/Columnar.html#format-metadata-serialization).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SCHEMA, RECORD_BATCH = 1, 3
TYPES = {2: "integer", 3: "number", 5: "text", 6: "boolean"}
JSON_MARK = "runfolio.json"
"""In the metadata of a column of text that is JSON."""


@dataclass(frozen=True, slots=True)
class ArrowColumn:
    """A column: its name, and `integer`, `number`, `boolean`, `text` or `JSON` (also text)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class ArrowMessage:
    """What a message says of itself: the bytes of its body, its rows, and its columns if it is a schema, else None."""

    body_bytes: int
    row_count: int
    columns: list[ArrowColumn] | None


def read_message(metadata: bytes) -> ArrowMessage:
    """The message of this metadata. Raises ValueError for bytes that are none."""
    try:
        message = _Table(metadata, _number(metadata, "<I", 0))
        kind, header = message.number(1, "<B"), message.table(2)
        body_bytes = message.number(3, "<q")
        row_count = header.number(0, "<q") if kind == RECORD_BATCH else 0
        columns = [_column(field) for field in header.tables(1)] if kind == SCHEMA else None
    except struct.error as error:
        raise ValueError("This is no Arrow message.") from error
    if body_bytes < 0 or row_count < 0:
        raise ValueError("This is no Arrow message.")
    return ArrowMessage(body_bytes, row_count, columns)


def _column(field: _Table) -> ArrowColumn:
    marks = {entry.text(0) for entry in field.tables(6)}
    return ArrowColumn(field.text(0), "JSON" if JSON_MARK in marks else TYPES.get(field.number(2, "<B"), "other"))


class _Table:
    """A table of FlatBuffers at a place of some bytes; its fields go by number."""

    def __init__(self, data: bytes, place: int) -> None:
        self._data = data
        self._place = place
        self._fields = place - _number(data, "<i", place)
        self._field_bytes = _number(data, "<H", self._fields)

    def number(self, field: int, form: str) -> int:
        """A number; absent ones are 0."""
        place = self._place_of(field)
        return 0 if place is None else _number(self._data, form, place)

    def table(self, field: int) -> _Table:
        """The table that a field points to."""
        return _Table(self._data, self._target(field))

    def tables(self, field: int) -> list[_Table]:
        """The tables of a list; none where it is absent."""
        if self._place_of(field) is None:
            return []
        first = self._target(field) + 4
        places = range(first, first + 4 * _number(self._data, "<I", first - 4), 4)
        return [_Table(self._data, place + _number(self._data, "<I", place)) for place in places]

    def text(self, field: int) -> str:
        """A text; absent ones are empty."""
        if self._place_of(field) is None:
            return ""
        first = self._target(field) + 4
        return self._data[first : first + _number(self._data, "<I", first - 4)].decode()

    def _target(self, field: int) -> int:
        place = self._place_of(field)
        if place is None:
            raise ValueError("This Arrow message lacks a part.")
        return place + _number(self._data, "<I", place)

    def _place_of(self, field: int) -> int | None:
        at = 4 + 2 * field
        offset = _number(self._data, "<H", self._fields + at) if at < self._field_bytes else 0
        return self._place + offset if offset else None


def _number(data: bytes, form: str, place: int) -> int:
    if place < 0:
        raise ValueError("This is no Arrow message.")
    found: int = struct.unpack_from(form, data, place)[0]
    return found
