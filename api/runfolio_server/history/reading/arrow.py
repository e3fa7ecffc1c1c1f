"""Tables as Arrow: record batches, their stream and Parquet, for tools that read columns.

Used by the export endpoint. Text is `utf8` or a dictionary of it, never `large_utf8`, which some readers lack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import IO, cast

import numpy as np
from arro3.core import Array, ChunkedArray, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_ipc_stream, write_parquet

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.history.reading.column_types import ColumnKind, step_cells
from runfolio_server.history.reading.library_panics import told_panics
from runfolio_server.history.reading.table import Table
from runfolio_server.history.storage.cells import Cells, Mask, as_float, joined_cells

RUN_COLUMN = "run_id"
"""The name of the run, which clients call its id."""
JSON_METADATA = {"runfolio.json": "true"}
"""On fields whose text is JSON: the key has values of several types, or lists, or objects."""

PARQUET_COMPRESSION = "zstd(1)"
WIDE_COLUMNS = 256
"""From here on a Parquet file has no dictionaries, and a compression that needs no memory of its own.

The writer holds both for each column of a row group: with 5,000 columns 800 MB, without them 140 MB.
"""
WIDE_COMPRESSION = "snappy"
ROW_GROUP_VALUES = 4 * 1024 * 1024
ROW_GROUP_ROWS_MAX = 128 * 1024

_TYPES = {
    ColumnKind.INTEGER: DataType.int64(),
    ColumnKind.FLOAT: DataType.float64(),
    ColumnKind.BOOLEAN: DataType.bool(),
    ColumnKind.TEXT: DataType.utf8(),
    ColumnKind.JSON: DataType.utf8(),
}
# `take` of the index behind the last value finds the null there.
_NULLS = {kind: Array([None], _TYPES[kind]) for kind in (ColumnKind.INTEGER, ColumnKind.FLOAT)}
_RUN_TYPE = DataType.dictionary(DataType.int32(), DataType.utf8())
# What every message stream ends with: a continuation marker and a length of zero.
_END_BYTES = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table: the run's name where there are several, the step, and the keys."""

    run_names: Sequence[str] | None
    """By place of the run; None leaves the column out."""
    step_kind: ColumnKind
    names: Sequence[str]
    kinds: Sequence[ColumnKind]

    def schema(self) -> Schema:
        """The Arrow schema."""
        return Schema(self.fields())

    def fields(self) -> list[Field]:
        """The columns of the Arrow schema."""
        fields = [] if self.run_names is None else [Field(RUN_COLUMN, _RUN_TYPE, nullable=False)]
        fields.append(Field(STEP_KEY, _TYPES[self.step_kind], nullable=False))
        for name, (_, kind) in zip(self._field_names(), self._shown(), strict=True):
            metadata = JSON_METADATA if kind is ColumnKind.JSON else None
            fields.append(Field(name, _TYPES[kind], nullable=True, metadata=metadata))
        return fields

    def batch(self, tables: Sequence[Table]) -> RecordBatch:
        """The rows of these tables, at least one, as one record batch."""
        arrays = []
        if self.run_names is not None:
            names = Array([_unicode(self.run_names[table.run]) for table in tables], DataType.utf8()).cast(_RUN_TYPE)
            counts = [len(table.steps) for table in tables]
            arrays.append(names.take(Array.from_numpy(np.repeat(np.arange(len(tables)), counts))))
        arrays.append(array_of(step_cells(np.concatenate([table.steps for table in tables])), self.step_kind))
        for number, kind in self._shown():
            with told_panics(partial(_unwritable, self.names[number])):
                arrays.append(array_of(joined_cells([table.columns[number] for table in tables]), kind))
        with told_panics(partial(_unwritable, None)):
            return RecordBatch.from_arrays(arrays, schema=self.schema())

    def _shown(self) -> list[tuple[int, ColumnKind]]:
        """The keys with a column of their own, by number: the step has one already."""
        return [(number, kind) for number, kind in enumerate(self.kinds) if self.names[number] != STEP_KEY]

    def _field_names(self) -> list[str]:
        """Names that differ from each other and from the columns before them; a key that can be one is its own."""
        before = {STEP_KEY} if self.run_names is None else {RUN_COLUMN, STEP_KEY}
        keys = [self.names[number] for number, _ in self._shown()]
        own = {key for key in keys if key not in before and key == column_name(key)}
        taken = before | own
        found = []
        for key in keys:
            name = column_name(key)
            while key not in own and name in taken:
                name += "_"
            taken.add(name)
            found.append(name)
        return found


class ArrowStream:
    """The messages of one Arrow IPC stream, to be sent one after the other."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        whole = _empty_stream(layout)
        self.start, self.end = whole[:-_END_BYTES], whole[-_END_BYTES:]

    def messages(self, tables: Sequence[Table]) -> bytes:
        """The message of a record batch, with the dictionary it needs."""
        # A stream of one batch is the schema, which is the same each time, the batch, and the end.
        with told_panics(partial(_unwritable, None)):
            return _stream(self._layout.batch(tables))[len(self.start) : -_END_BYTES]


class _Sink:
    """A file that the library writes to, and the first that went wrong with it: of an error the library would panic."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        if self.error is None:
            with self._kept():
                self._file.write(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        if self.error is None:
            with self._kept():
                return self._file.seek(offset, whence)
        return offset

    def flush(self) -> None:
        if self.error is None:
            with self._kept():
                self._file.flush()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = error


def write_parquet_file(layout: Layout, pages: Iterable[Sequence[Table]], file: IO[bytes]) -> None:
    """Write tables as they come; a row group is held until it is full.

    Raises what making `pages` raises, AppError for a column that cannot be written, OSError.
    """
    _empty_stream(layout)
    failures: list[Exception] = []

    def batches() -> Iterator[RecordBatch]:
        try:
            for tables in pages:
                yield layout.batch(tables)
                if sink.error is not None:
                    return
        except Exception as error:
            failures.append(error)
            raise

    is_wide = len(layout.names) > WIDE_COLUMNS
    sink = _Sink(file)
    try:
        with told_panics(partial(_unwritable, None)):
            write_parquet(
                RecordBatchReader.from_batches(layout.schema(), batches()),
                cast("IO[bytes]", sink),
                compression=WIDE_COMPRESSION if is_wide else PARQUET_COMPRESSION,
                dictionary_enabled=not is_wide,
                max_row_group_size=min(ROW_GROUP_ROWS_MAX, ROW_GROUP_VALUES // (2 + len(layout.names))),
            )
    except Exception:
        if failures:
            raise failures[0] from None
        raise
    if sink.error is not None:
        raise sink.error


def array_of(cells: Cells, kind: ColumnKind) -> Array:
    """The values as an Arrow array, null where a row has none; they must be of this kind."""
    if kind is ColumnKind.INTEGER:
        return _with_nulls(Array.from_numpy(cells.integers()), cells.is_number, kind)
    if kind is ColumnKind.FLOAT:
        numbers, known = cells.numbers, cells.is_number
        large = {index: as_float(value) for index, value in cells.objects.items() if value is not None}
        if large:
            numbers, known = numbers.copy(), known.copy()
            numbers[list(large)], known[list(large)] = list(large.values()), True
        return _with_nulls(Array.from_numpy(np.ascontiguousarray(numbers)), known, kind)
    values = [None] * len(cells) if kind is not ColumnKind.JSON else _texts(cells)
    if kind is not ColumnKind.JSON:
        for index, value in cells.objects.items():
            values[index] = value
    return Array(values, _TYPES[kind])


def _texts(cells: Cells) -> list[str | None]:
    return [None if value is None else json_text.escape_surrogates(json_text.dump(value)) for value in cells.values()]


def _with_nulls(array: Array, known: Mask, kind: ColumnKind) -> Array:
    if bool(known.all()):
        return array
    count = len(array)
    indices = np.where(known, np.arange(count), count)
    return ChunkedArray([array, _NULLS[kind]]).combine_chunks().take(Array.from_numpy(indices))


def column_name(key: str) -> str:
    r"""The key as a name that Arrow can have: lone surrogates and NUL as escapes.

    >>> column_name("a\0b")
    'a\\u0000b'
    """
    return _unicode(key).replace("\0", "\\u0000")


def _empty_stream(layout: Layout) -> bytes:
    """The stream without rows. Raises AppError that names a column which cannot be written."""
    try:
        with told_panics(partial(_unwritable, None)):
            return _stream(RecordBatchReader.from_batches(layout.schema(), []))
    except AppError:
        for field in layout.fields():
            with told_panics(partial(_unwritable, field.name)):
                _stream(RecordBatchReader.from_batches(Schema([field]), []))
        raise


def _unwritable(key: str | None, reason: str) -> AppError:
    what = "These columns" if key is None else f"The column {name_excerpt(key)}"
    return AppError(f"{what} cannot be written in this form ({reason}); name other keys.", path="keys")


def _stream(data: RecordBatch | RecordBatchReader) -> bytes:
    sink = BytesIO()
    write_ipc_stream(data, sink)
    return sink.getvalue()


def _unicode(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
