"""Rows and columns → pandas, Polars, Arrow, and back. The only module that knows them; each is imported when asked for.

A column has one type for all its values: whole numbers int64, other numbers float64, true and false boolean, text text,
points in time UTC to the microsecond. What is of several types, and lists and objects, are Python objects in pandas and
JSON text in Polars and Arrow. What is missing is null; pandas has no null beside NaN for numbers.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runfolio._core import json_text
from runfolio._core.arrow_stream import ArrowStream
from runfolio._core.column_kinds import EXACT_IN_FLOAT, KIND_BY_ATTRIBUTE, Kind, kind_of, plain_column
from runfolio._core.errors import MissingExtraError
from runfolio._core.log_columns import LogColumn, column_of, with_presence
from runfolio._core.log_queue import check_step
from runfolio._core.run_table import Column

if TYPE_CHECKING:
    from pandas import DataFrame, Series
    from polars import DataFrame as PolarsFrame
    from pyarrow import Table

STEP_KEY = "_step"


def history_frame(rows: Sequence[Mapping[str, Any]], *, x_axis: str, keys: Sequence[str] | None) -> DataFrame:
    """A row for each history row; columns `_step`, the x axis, then the keys as asked, else as they come."""
    axes = [axis for axis in (STEP_KEY, x_axis) if any(axis in row for row in rows) or (keys and not rows)]
    return _frame_of_rows(rows, [*axes, *(keys or ())])


def media_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> DataFrame:
    """The rows of a logged table; what a row lacks at its end is missing."""
    names = dict.fromkeys(columns)
    return _frame_of_rows([dict(zip(columns, row, strict=False)) for row in rows], list(names))


def array_column(data: bytes, key: str) -> Sequence[Any]:
    """The cells of a column that is an array in a file of NumPy. Raises ValueError for a file that is none."""
    try:
        import numpy
    except ImportError as error:
        raise _missing("NumPy", "pandas") from error
    try:
        # Without pickled objects, which could run anything.
        with numpy.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return list(arrays[key])
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"the file has no array {key!r}: {error}") from error


def runs_pandas(columns: dict[str, Column]) -> DataFrame:
    """A row for each run. Takes the columns out one by one, so that they are not all there twice at the end."""
    return frame(columns, KIND_BY_ATTRIBUTE)


def runs_polars(columns: Mapping[str, Sequence[Any]]) -> PolarsFrame:
    """A row for each run, as Polars has it."""
    try:
        import polars
    except ImportError as error:
        raise _missing("Polars", "polars") from error
    types: dict[Kind, Any] = {
        Kind.NOTHING: polars.Null,
        Kind.BOOLEAN: polars.Boolean,
        Kind.INTEGER: polars.Int64,
        Kind.NUMBER: polars.Float64,
        Kind.TEXT: polars.String,
        Kind.TIME: polars.Datetime("us", "UTC"),
        Kind.TEXTS: polars.List(polars.String),
        Kind.MIXED: polars.String,
    }
    plain = {name: plain_column(name, values) for name, values in columns.items()}
    return polars.DataFrame([polars.Series(name, values, dtype=types[kind]) for name, (kind, values) in plain.items()])


def runs_arrow(columns: Mapping[str, Sequence[Any]]) -> Table:
    """A row for each run, as Arrow has it."""
    try:
        import pyarrow
    except ImportError as error:
        raise _missing("Arrow", "arrow") from error
    types: dict[Kind, Any] = {
        Kind.NOTHING: pyarrow.null(),
        Kind.BOOLEAN: pyarrow.bool_(),
        Kind.INTEGER: pyarrow.int64(),
        Kind.NUMBER: pyarrow.float64(),
        Kind.TEXT: pyarrow.string(),
        Kind.TIME: pyarrow.timestamp("us", "UTC"),
        Kind.TEXTS: pyarrow.list_(pyarrow.string()),
        Kind.MIXED: pyarrow.string(),
    }
    plain = {name: plain_column(name, values) for name, values in columns.items()}
    return pyarrow.table({name: pyarrow.array(values, type=types[kind]) for name, (kind, values) in plain.items()})


def table_pandas(stream: ArrowStream) -> DataFrame:
    """A history table; text that is JSON is parsed, and a column with gaps has the type that runs_pandas gives it."""
    # Says what is missing, should it be pandas.
    frame({}, {})
    from pandas import DataFrame

    columns = table_arrow(stream, "pandas").columns
    columns.reverse()
    # Taken out one by one, so that they are not all there twice at the end.
    series = {column.name: _series_of_arrow(columns.pop(), column.type) for column in stream.columns}
    return DataFrame(series, copy=False)


def table_polars(stream: ArrowStream) -> PolarsFrame:
    """A history table, as Polars has it."""
    try:
        import polars
    except ImportError as error:
        raise _missing("Polars", "polars") from error
    return polars.read_ipc_stream(stream.data).with_columns(polars.col(polars.Categorical).cast(polars.String))


def table_arrow(stream: ArrowStream, extra: str = "arrow") -> Table:
    """A history table, as Arrow has it; `extra` brings it to whoever lacks it."""
    try:
        import pyarrow
        from pyarrow import ipc
    except ImportError as error:
        raise _missing("Arrow", extra) from error
    with ipc.open_stream(pyarrow.py_buffer(stream.data)) as reader:
        return reader.read_all().unify_dictionaries()


def columns_to_log(data: Any) -> tuple[dict[str, LogColumn], int]:
    """The columns of a mapping, a DataFrame or an Arrow table, and how many rows they have.

    Raises TypeError for what is no column or has no JSON, ValueError for columns of several lengths.
    """
    found: dict[str, LogColumn] = {}
    for name, values in _named_columns(data):
        if type(name) is not str:
            raise TypeError(f"The column name {name!r:.60} is a {type(name).__name__}; allowed: text.")
        if name in found:
            raise ValueError(f"There are two columns {name!r}; allowed: one of a name.")
        found[name] = _column_to_log(name, values)
    counts = {name: column.count for name, column in found.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name!r} {count}" for name, count in list(counts.items())[:10])
        raise ValueError(f"The columns have several lengths: {told}; allowed: one.")
    return found, next(iter(counts.values()), 0)


def steps_to_log(step: Any, count: int) -> LogColumn | int | None:
    """The step of each row, or the first one's. Raises ValueError when they are not `count`."""
    if step is None or isinstance(step, int):
        return step
    if not hasattr(step, "__len__"):
        return check_step(step)
    steps = _column_to_log("step", step)
    if steps.count != count:
        raise ValueError(f"There are {steps.count} steps and {count} rows; allowed: a step for each row.")
    return steps


def _named_columns(data: Any) -> Iterable[tuple[Any, Any]]:
    library = _library(data)
    if isinstance(data, Mapping) or (library == "pandas" and hasattr(data, "columns")):
        named: Iterable[tuple[Any, Any]] = data.items()
        return named
    if library == "polars" and hasattr(data, "iter_columns"):
        return ((column.name, column) for column in data.iter_columns())
    if library == "pyarrow" and hasattr(data, "schema"):
        return zip(data.schema.names, data.columns, strict=True)
    raise TypeError(
        f"The data is a {type(data).__name__}; allowed: a mapping of names to columns, a DataFrame, a table."
    )


def _column_to_log(name: str, values: Any) -> LogColumn:
    library = _library(values)
    if library == "pandas":
        return _of_pandas(name, values)
    if library == "polars":
        return _of_polars(name, values)
    if library == "pyarrow":
        return _of_arrow(name, values)
    return column_of(name, values)


def _of_pandas(name: str, series: Any) -> LogColumn:
    kind = series.dtype.kind
    if hasattr(series.dtype, "itemsize") and not hasattr(series.dtype, "na_value") and kind in "fiub":
        # Of NumPy, which has no missing values: NaN is NaN.
        return column_of(name, series.to_numpy())
    missing = series.isna()
    if kind == "O" and not hasattr(series.dtype, "na_value"):
        missing &= series.map(lambda value: type(value) is not float)
    kept = series[~missing] if missing.any() else series
    types = {"f": "float64", "i": "int64", "u": "uint64"}
    column = column_of(name, kept.to_numpy(dtype=types[kind]) if kind in types else kept.tolist())
    return with_presence(column, (~missing).to_numpy().tobytes() if missing.any() else None)


def _of_polars(name: str, series: Any) -> LogColumn:
    present = bytes(series.is_not_null().to_list()) if series.null_count() else None
    kept = series.drop_nulls()
    is_number = series.dtype.is_float() or series.dtype.is_integer()
    try:
        import numpy  # noqa: F401 - Polars does without it, and panics when it is asked for an array then

        column = column_of(name, kept.to_numpy() if is_number else kept.to_list())
    except ImportError:
        column = column_of(name, kept.to_list())
    return with_presence(column, present)


def _of_arrow(name: str, values: Any) -> LogColumn:
    from pyarrow import types

    present = bytes(values.is_valid().to_pylist()) if values.null_count else None
    kept = values.drop_null()
    is_number = types.is_floating(kept.type) or types.is_integer(kept.type)
    try:
        column = column_of(name, kept.to_numpy() if is_number else kept.to_pylist())
    except ImportError:
        # So does Arrow.
        column = column_of(name, kept.to_pylist())
    return with_presence(column, present)


def _library(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


def _frame_of_rows(rows: Sequence[Mapping[str, Any]], first: Sequence[str]) -> DataFrame:
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    columns: dict[str, Column] = {name: [row.get(name) for row in rows] for name in names}
    return frame(columns, {})


def frame(columns: dict[str, Column], kinds: Mapping[str, Kind]) -> DataFrame:
    """Columns by name, each of the kind that is told or of that of its values. Takes the columns out one by one."""
    try:
        from pandas import DataFrame, Index
    except ImportError as error:
        raise _missing("pandas", "pandas") from error
    made = {}
    for name in list(columns):
        values = columns.pop(name)
        made[name] = _series(values, kinds.get(name) or kind_of(values))
    if json_text.is_unicode("".join(made)):
        return DataFrame(made)
    return DataFrame(dict(enumerate(made.values()))).set_axis(Index(list(made), dtype="object"), axis=1)


def _series(values: Sequence[Any], kind: Kind) -> Series[Any]:
    from pandas import Series, to_datetime

    if kind is Kind.TIME:
        return Series(to_datetime(values, utc=True, format="ISO8601")).astype("datetime64[us, UTC]")
    if kind is Kind.INTEGER:
        if None not in values:
            return Series(values, dtype="int64")
        exact = all(value in EXACT_IN_FLOAT for value in values if value is not None)
        return Series(values, dtype="float64" if exact else "Int64")
    if kind is Kind.NUMBER:
        return Series(values, dtype="float64")
    if kind is Kind.BOOLEAN:
        return Series(values, dtype="boolean" if None in values else "bool")
    if kind in (Kind.MIXED, Kind.TEXTS):
        return Series(values, dtype="object")
    return Series(values, dtype="object" if all(value is None for value in values) else None)


def _series_of_arrow(column: Any, kind: str) -> Any:
    import pyarrow
    from pandas import BooleanDtype, Int64Dtype, Series
    from pyarrow import compute

    if kind == "JSON":
        # One text for all: no turn of Python for each value.
        return Series(json_text.parse(f"[{','.join(column.fill_null('null').to_pylist())}]"), dtype="object")
    if pyarrow.types.is_dictionary(column.type):
        column = column.cast(pyarrow.string())
    types: dict[Any, Any] = {}
    if column.null_count and kind == "integer":
        ends = compute.min_max(column).as_py().values()
        types = {} if all(end is None or end in EXACT_IN_FLOAT for end in ends) else {column.type: Int64Dtype()}
    elif column.null_count and kind == "boolean":
        types = {column.type: BooleanDtype()}
    found = column.to_pandas(types_mapper=types.get)
    # The memory of Arrow is not to be written to; several chunks are put together in memory of their own.
    return found if column.num_chunks > 1 else found.copy()


def _missing(library: str, extra: str) -> MissingExtraError:
    return MissingExtraError(
        f"These tables need {library}, which is not installed; run: pip install 'runfolio[{extra}]'."
    )
