"""Rows of history as a Parquet file that the readers of SDKs give back row for row, or the reason why there is none.

Pure. Called by actions/runs/history_files.py. A reader of such a file puts null where a row lacks a key, aborts at
types with 64-bit offsets and knows dotted names of columns only: so what would not come back as the live rows do is
refused.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from arro3.core import Array, DataType, Field, RecordBatch, Schema, list_array, struct_array
from arro3.io import write_parquet

from runfolio_server.domain.history_line import MEDIA_KEY, STEP_KEY
from runfolio_server.history.reading.arrow import column_name
from runfolio_server.history.reading.library_panics import told_panics

INTEGER_LIMIT = 2**63
EXACT_FLOAT_LIMIT = 2**53
COMPRESSION = "zstd(3)"


class NotRepresentable(Exception):
    """The rows would not come back from a file as they are; the message says why."""


def rows_to_parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The file of these rows: the same bytes for the same rows. Raises NotRepresentable.

    Columns are int64, float64, bool, utf8, and lists and structs of them; `_step` first, nested columns last.
    """
    keys = tuple(rows[0])
    wanted = set(keys)
    for row in rows:
        if row.keys() != wanted:
            key = sorted(row.keys() ^ wanted)[0]
            raise NotRepresentable(f"the key {key!r} is not in every row")
    if "" in wanted:
        raise NotRepresentable("a key is empty")
    with told_panics(lambda reason: NotRepresentable(f"no file can be written of them: {reason}")):
        return _written(rows, keys)


def _written(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> bytes:
    for key in keys:
        _check_name(key)
    columns = {key: _array([row[key] for row in rows], f"the key {key!r}", is_top=True) for key in keys}
    names = sorted(columns, key=lambda name: (name != STEP_KEY, _is_nested(columns[name]), name))
    fields = [Field(name, columns[name].type, nullable=True) for name in names]
    batch = RecordBatch.from_arrays([columns[name] for name in names], schema=Schema(fields))
    file = io.BytesIO()
    # Without Arrow's own schema, which could name types that those readers do not survive.
    write_parquet(batch, file, compression=COMPRESSION, skip_arrow_metadata=True)
    return file.getvalue()


def _array(values: list[Any], where: str, *, is_top: bool = False) -> Array:
    """The values as the one Arrow type that holds them all."""
    types = set(map(type, values))
    plain = types - {type(None)}
    if plain <= {int}:
        if any(not -INTEGER_LIMIT <= value < INTEGER_LIMIT for value in values if value is not None):
            raise NotRepresentable(f"{where} has an integer beyond 64 bits")
        return Array(values, DataType.int64())
    if plain <= {int, float}:
        if any(type(value) is int and abs(value) > EXACT_FLOAT_LIMIT for value in values):
            raise NotRepresentable(f"{where} has fractions, and an integer that is none exactly")
        return Array([None if value is None else float(value) for value in values], DataType.float64())
    if plain == {bool}:
        return Array(values, DataType.bool())
    if plain == {str}:
        _check_texts(values, where)
        return Array(values, DataType.utf8())
    if types == {list}:
        offsets = np.cumsum([0, *map(len, values)])
        if offsets[-1] >= 2**31:
            raise NotRepresentable(f"{where} has too many items")
        items = _array([item for value in values for item in value], where)
        return list_array(Array(offsets.astype(np.int32)), items)
    if types == {dict}:
        return _struct(values, where, is_media=is_top)
    raise NotRepresentable(f"{where} has values of several types")


def _struct(values: list[dict[str, Any]], where: str, *, is_media: bool) -> Array:
    names = values[0].keys()
    if is_media and MEDIA_KEY not in names:
        # Its inner keys can be asked for by their dotted names, of which a file knows nothing.
        raise NotRepresentable(f"{where} is an object")
    if not names or any(value.keys() != names for value in values):
        raise NotRepresentable(f"{where} has objects of different keys")
    for name in names:
        _check_name(name)
    arrays = [_array([value[name] for value in values], f"{where}.{name}") for name in names]
    fields = [Field(name, array.type, nullable=True) for name, array in zip(names, arrays, strict=True)]
    return struct_array(arrays, fields=fields)


def _check_name(key: str) -> None:
    if column_name(key) != key:
        raise NotRepresentable(f"the key {key!r} cannot be the name of a column")


def _check_texts(values: Sequence[str | None], where: str) -> None:
    try:
        "".join(value for value in values if value is not None).encode()
    except UnicodeEncodeError:
        raise NotRepresentable(f"{where} has a lone surrogate") from None


def _is_nested(array: Array) -> bool:
    return bool(DataType.is_nested(array.type))
