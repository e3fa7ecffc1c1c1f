"""Columns that a program sends over GraphQL → ColumnBlock. Called by graph/mutations/; stored by append.py.

Numbers are the bytes of an array, little-endian; other values one JSON array. What is wrong with one column refuses
all: whoever sends columns makes them in one go.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.errors import AppError, TooLarge
from runfolio_server.history.storage.chunk import NumberColumn
from runfolio_server.history.storage.key_columns import KeyColumn
from runfolio_server.history.storage.key_path import encode_path
from runfolio_server.ingest.batch import ColumnBlock, LineStream
from runfolio_server.ingest.lines import MAX_KEY_BYTES, MAX_LINE_NUMBER, MAX_LINES

# Each is an object of the request, and a chunk of its own.
MAX_COLUMNS = 5000
NUMBER_BYTES = 8
CONTAINERS = (dict, list)
# A row is an object around its values.
DEPTH_OF_VALUES = 2
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
    stream: LineStream, first_line: int, count: int, sent: Sequence[SentColumn], *, path: str
) -> ColumnBlock:
    """The rows `first_line`, `first_line` + 1, … that these columns make up.

    Takes time in the number of values: call it in a thread. Raises AppError that says which column is wrong, TooLarge
    for too many rows; `path` is where the caller gave them.
    """
    if not 0 <= first_line <= MAX_LINE_NUMBER:
        raise AppError(f"offset is {first_line}; allowed: an integer from 0 to 2^53", path="input.offset")
    if count < 1:
        raise AppError(f"{path}.count is {count}; allowed: 1 to {MAX_LINES}", path=f"{path}.count")
    if count > MAX_LINES:
        raise TooLarge(f"{path}.count is {count}; allowed: {MAX_LINES} in one request", path=f"{path}.count")
    if not 1 <= len(sent) <= MAX_COLUMNS:
        raise AppError(f"{path}.columns has {len(sent)} columns; allowed: 1 to {MAX_COLUMNS}", path=f"{path}.columns")
    columns: dict[str, NumberColumn | KeyColumn] = {}
    for index, one in enumerate(sent):
        of_column = f"{path}.columns[{index}]"
        if one.key in columns:
            raise AppError(f"{of_column}.key is {one.key[:100]!r} again; allowed: each once", path=f"{of_column}.key")
        columns[one.key] = _column(first_line, count, one, of_column)
    columns = {key: column for key, column in columns.items() if len(column.lines)}
    block = ColumnBlock(stream, first_line, count, columns)
    if first_line > 0:
        return block
    line_zero = json_text.dump(block.part(0, 1).rows()[0]).encode()
    return ColumnBlock(stream, first_line, count, columns, line_zero)


def _column(first_line: int, count: int, sent: SentColumn, path: str) -> NumberColumn | KeyColumn:
    _check_key((sent.key,), f"{path}.key")
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
    if sent.values is not None:
        values = _json_values(sent.values, len(lines), f"{path}.values")
        return KeyColumn(lines, values)
    if sent.numbers is not None:
        return NumberColumn(lines, _array(sent.numbers, len(lines), np.dtype("<f8"), f"{path}.numbers"))
    return NumberColumn(lines, _array(sent.integers or "", len(lines), np.dtype("<i8"), f"{path}.integers"))


def _check_key(parts: tuple[str, ...], path: str) -> None:
    size = len(encode_path(parts).encode())
    if size > MAX_KEY_BYTES:
        raise AppError(f"{path} has {size} bytes as it would be stored; allowed: {MAX_KEY_BYTES}", path=path)


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


def _json_values(text: str, count: int, path: str) -> list[Any]:
    raw = json_text.escape_surrogates(text).encode()
    try:
        values = json_text.parse_envelope(raw)
        if json_text.has_long_integer(raw):
            values = json.loads(raw)
    except json_text.NotKept as error:
        raise AppError(f"{path} has a value that is not kept: {error}", path=path) from None
    except (ValueError, RecursionError) as error:
        raise AppError(f"{path} is not valid JSON: {error}", path=path) from None
    if not isinstance(values, list) or len(values) != count:
        found = f"{len(values)} values" if isinstance(values, list) else "no array"
        raise AppError(f"{path} has {found}; allowed: {count}, one for each row that has the key", path=path)
    for value in values:
        if type(value) in CONTAINERS:
            _check_nested(value, 0, DEPTH_OF_VALUES, path)
    return values


def _check_nested(value: Any, key_bytes: int | None, depth: int, path: str) -> None:
    """Keep the rules of lines for what is inside a value; `key_bytes` is of the keys around it, None inside a list."""
    if depth > json_text.MAX_DEPTH:
        raise AppError(f"{path} is nested deeper than {json_text.MAX_DEPTH}", path=path)
    if isinstance(value, list):
        for inner in value:
            if type(inner) in CONTAINERS:
                _check_nested(inner, None, depth + 1, path)
        return
    for key, inner in value.items():
        size = None if key_bytes is None else key_bytes + len(encode_path(("", key)).encode())
        if size is not None and size > MAX_KEY_BYTES:
            raise AppError(f"{path} has a key of more than {MAX_KEY_BYTES} bytes as it would be stored", path=path)
        if type(inner) in CONTAINERS:
            _check_nested(inner, size, depth + 1, path)
