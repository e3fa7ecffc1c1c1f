"""Columns that a program sends over GraphQL → ColumnBlock. Called by graph/mutations/; stored by append.py.

Numbers are the bytes of an array, little-endian; other values one JSON array. A column of another shape refuses all:
whoever sends columns makes them in one go. A key or a value that is not kept is left out as it is of a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.domain.json_members import long_items
from runfolio_server.errors import AppError, TooLarge
from runfolio_server.history.storage.chunk import NumberColumn
from runfolio_server.history.storage.kept_members import (
    LONG_KEY,
    MAX_KEY_BYTES,
    SHOWN_CHARACTERS,
    KeptMembers,
    LeftOutKey,
    longest_key_bytes,
)
from runfolio_server.history.storage.key_columns import KeyColumn
from runfolio_server.ingest.batch import ColumnBlock, LineStream, RejectedLine
from runfolio_server.ingest.lines import MAX_LINE_NUMBER, MAX_LINES

# Each is an object of the request, and a chunk of its own.
MAX_COLUMNS = 5000
NUMBER_BYTES = 8
SENT_AS = ("numbers", "integers", "values")


@dataclass(frozen=True, slots=True)
class SentColumn:
    """A column as it was sent: one of `numbers` and `integers` (Base64) and `values` (JSON); `present` is Base64."""

    key: str
    numbers: str | None = None
    integers: str | None = None
    values: str | None = None
    present: str | None = None


def read_columns(
    stream: LineStream,
    first_line: int,
    count: int,
    sent: Sequence[SentColumn],
    rejected: list[RejectedLine],
    *,
    path: str,
) -> ColumnBlock:
    """The rows `first_line`, `first_line` + 1, … that these columns make up.

    What these rows are without, a value or a column that is told once, is added to `rejected`. Takes time in the number
    of values: call it in a thread. Raises AppError that says which column is wrong, TooLarge for too many rows; `path`
    is where the caller gave them.
    """
    if not 0 <= first_line <= MAX_LINE_NUMBER:
        raise AppError(f"offset is {first_line}; allowed: an integer from 0 to 2^53", path="input.offset")
    if count < 1:
        raise AppError(f"{path}.count is {count}; allowed: 1 to {MAX_LINES}", path=f"{path}.count")
    if count > MAX_LINES:
        raise TooLarge(f"{path}.count is {count}; allowed: {MAX_LINES} in one request", path=f"{path}.count")
    if not 1 <= len(sent) <= MAX_COLUMNS:
        raise AppError(f"{path}.columns has {len(sent)} columns; allowed: 1 to {MAX_COLUMNS}", path=f"{path}.columns")
    columns: dict[str, _ReadColumn] = {}
    for index, one in enumerate(sent):
        of_column = f"{path}.columns[{index}]"
        if one.key in columns:
            raise AppError(f"{of_column}.key is {one.key[:100]!r} again; allowed: each once", path=f"{of_column}.key")
        columns[one.key] = _read_column(first_line, count, one, of_column)
    incomplete = np.zeros(count, np.bool_)
    for column in columns.values():
        rejected += (RejectedLine.without(stream, line, key) for line, key in column.left_out)
        incomplete[column.incomplete - first_line] = True
    block = ColumnBlock(
        stream,
        first_line,
        count,
        {key: one.column for key, one in columns.items() if one.column is not None and len(one.column.lines)},
        incomplete=np.flatnonzero(incomplete) + first_line,
    )
    return block if first_line > 0 else replace(block, line_zero=json_text.dump(block.part(0, 1).rows()[0]).encode())


@dataclass(frozen=True, slots=True)
class _ReadColumn:
    """A column, None where nothing of it is kept; what is left out, and the numbers of the rows that are without it."""

    column: NumberColumn | KeyColumn | None
    left_out: list[tuple[int, LeftOutKey]]
    incomplete: npt.NDArray[np.int64]


def _read_column(first_line: int, count: int, sent: SentColumn, path: str) -> _ReadColumn:
    given = [name for name in SENT_AS if getattr(sent, name) is not None]
    if len(given) != 1:
        raise AppError(
            f"{path} has {' and '.join(given) or 'no values'}; allowed: one of {', '.join(SENT_AS)}",
            path=path,
            allowed=SENT_AS,
        )
    if sent.key == STEP_KEY and sent.values is not None:
        raise AppError(f"{path}.values is given for {STEP_KEY}; allowed: numbers, integers", path=f"{path}.values")
    lines = np.arange(first_line, first_line + count, dtype=np.int64)
    if sent.present is not None:
        lines = lines[_bits(sent.present, count, f"{path}.present")]
    reason = KeptMembers([], MAX_KEY_BYTES).reason_against_key((sent.key,))
    if reason is not None:
        told = LeftOutKey(sent.key[:SHOWN_CHARACTERS], reason)
        return _ReadColumn(None, [(line, told) for line in lines[:1].tolist()], lines)
    if sent.values is not None:
        return _values_column(sent.key, lines, sent.values, f"{path}.values")
    if sent.numbers is not None:
        numbers = _array(sent.numbers, len(lines), np.dtype("<f8"), f"{path}.numbers")
    else:
        numbers = _array(sent.integers or "", len(lines), np.dtype("<i8"), f"{path}.integers")
    return _ReadColumn(NumberColumn(lines, numbers), [], lines[:0])


def _array(text: str, count: int, dtype: np.dtype[Any], path: str) -> Any:
    """The numbers, in the order of bytes of this machine."""
    data = _bytes(text, path)
    wanted = count * NUMBER_BYTES
    if len(data) != wanted:
        raise AppError(f"{path} has {len(data)} bytes; allowed: {wanted}, 8 for each row that has the key", path=path)
    return np.frombuffer(data, dtype).astype(dtype.newbyteorder("="), copy=False)


def _bits(text: str, count: int, path: str) -> npt.NDArray[np.bool_]:
    data = _bytes(text, path)
    if len(data) != (count + 7) // 8:
        raise AppError(f"{path} has {len(data)} bytes; allowed: {(count + 7) // 8}, a bit for each row", path=path)
    return np.unpackbits(np.frombuffer(data, np.uint8), count=count, bitorder="little").view(np.bool_)


def _bytes(text: str, path: str) -> bytes:
    try:
        # Four times as fast as the standard library, and as strict.
        return msgspec.convert(text, bytes)
    except msgspec.ValidationError:
        raise AppError(f"{path} is {text[:20]!r}…; allowed: Base64 with padding", path=path) from None


def _values_column(key: str, lines: npt.NDArray[np.int64], text: str, path: str) -> _ReadColumn:
    """The column of a JSON array; a value of which nothing is kept is one that its row does not have."""
    raw = json_text.escape_surrogates(text).encode().strip()
    left_out: list[tuple[int, LeftOutKey]] = []
    gone: list[int] = []
    try:
        try:
            values = _values_kept_whole(key, raw)
        except json_text.NotKept:
            raw, left_out, gone = _kept_items(key, raw)
            values = json_text.parse(raw)
    except ValueError as error:
        raise AppError(f"{path} is not valid JSON: {error}", path=path) from None
    if not isinstance(values, list) or len(values) != len(lines):
        found = f"{len(values)} values" if isinstance(values, list) else "no array"
        raise AppError(f"{path} has {found}; allowed: {len(lines)}, one for each row that has the key", path=path)
    incomplete = lines[sorted({index for index, _ in left_out})]
    told = [(int(lines[index]), one) for index, one in left_out]
    if gone:
        without = set(gone)
        values = [value for index, value in enumerate(values) if index not in without]
    return _ReadColumn(KeyColumn(np.delete(lines, gone), values), told, incomplete)


def _values_kept_whole(key: str, raw: bytes) -> Any:
    """The values. Raises NotKept when something of them is not kept, ValueError when they are no JSON."""
    values = json_text.parse(raw)
    for value in values if isinstance(values, list) else ():
        if type(value) is dict and longest_key_bytes({key: value}) > MAX_KEY_BYTES:
            raise json_text.NotKept(LONG_KEY)
    return values


def _kept_items(key: str, raw: bytes) -> tuple[bytes, list[tuple[int, LeftOutKey]], list[int]]:
    """The array with null for what is not kept; what is left out, by index; and where nothing of an item is kept."""
    left_out: list[tuple[int, LeftOutKey]] = []
    gone: list[int] = []
    pieces: list[bytes] = []
    rest = 0
    shortest = KeptMembers([], MAX_KEY_BYTES).surely_kept_bytes((key,))
    for index, first, past in long_items(raw, shortest):
        rules = KeptMembers([], MAX_KEY_BYTES)
        kept = rules.of_value(raw[first:past], key)
        if not rules.left_out:
            continue
        pieces += [raw[rest:first], b"null" if kept is None else kept]
        rest = past
        left_out += ((index, one) for one in rules.left_out)
        gone += [index] if kept is None else []
    pieces.append(raw[rest:])
    return b"".join(pieces), left_out, gone
