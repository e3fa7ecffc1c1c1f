"""Rows and columns → pandas, Polars, Arrow. The only module that knows them; each is imported when it is asked for.

A column has one type for all its values: whole numbers int64, other numbers float64, true and false boolean, text text,
points in time UTC to the microsecond. What is of several types, and lists and objects, are Python objects in pandas and
JSON text in Polars and Arrow. What is missing is null; pandas has no null beside NaN for numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from runfolio._core import json_text
from runfolio._core.errors import MissingExtraError
from runfolio._core.run_groups import AGGREGATES

if TYPE_CHECKING:
    from pandas import DataFrame, Series
    from polars import DataFrame as PolarsFrame
    from pyarrow import Table

STEP_KEY = "_step"
INT64 = range(-(2**63), 2**63)
# Beyond it float64 skips integers.
EXACT_IN_FLOAT = range(-(2**53), 2**53 + 1)


class Kind(Enum):
    """What the values of a column are."""

    NOTHING = auto()
    BOOLEAN = auto()
    INTEGER = auto()
    NUMBER = auto()
    TEXT = auto()
    TIME = auto()
    TEXTS = auto()
    MIXED = auto()


# The attributes of a run, whether or not a run has one.
KIND_BY_ATTRIBUTE = {
    **dict.fromkeys(("created_at", "heartbeat_at", "finished_at"), Kind.TIME),
    **dict.fromkeys(("id", "name", "state", "user", "group", "job_type", "notes", "sweep_name", "host"), Kind.TEXT),
    **dict.fromkeys(("entity", "project"), Kind.TEXT),
    "exit_code": Kind.INTEGER,
    "tags": Kind.TEXTS,
}


def history_frame(rows: Sequence[Mapping[str, Any]], *, x_axis: str, keys: Sequence[str] | None) -> DataFrame:
    """A row for each history row; columns `_step`, the x axis, then the keys as asked, else as they come."""
    axes = [axis for axis in (STEP_KEY, x_axis) if any(axis in row for row in rows) or (keys and not rows)]
    return _frame_of_rows(rows, [*axes, *(keys or ())])


def groups_frame(rows: Sequence[Mapping[str, Any]], *, by: Sequence[str], metrics: Sequence[str]) -> DataFrame:
    """A row for each group of runs."""
    aggregates = [f"{metric}.{aggregate}" for metric in metrics for aggregate in AGGREGATES]
    return _frame_of_rows(rows, [*by, "runs", *aggregates])


def runs_pandas(columns: Mapping[str, list[Any]]) -> DataFrame:
    """A row for each run."""
    return _frame(columns, KIND_BY_ATTRIBUTE)


def runs_polars(columns: Mapping[str, list[Any]]) -> PolarsFrame:
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
    plain = {name: _plain_column(name, values) for name, values in columns.items()}
    return polars.DataFrame([polars.Series(name, values, dtype=types[kind]) for name, (kind, values) in plain.items()])


def runs_arrow(columns: Mapping[str, list[Any]]) -> Table:
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
    plain = {name: _plain_column(name, values) for name, values in columns.items()}
    return pyarrow.table({name: pyarrow.array(values, type=types[kind]) for name, (kind, values) in plain.items()})


def _frame_of_rows(rows: Sequence[Mapping[str, Any]], first: Sequence[str]) -> DataFrame:
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    return _frame({name: [row.get(name) for row in rows] for name in names}, {})


def _frame(columns: Mapping[str, list[Any]], kinds: Mapping[str, Kind]) -> DataFrame:
    try:
        from pandas import DataFrame
    except ImportError as error:
        raise _missing("pandas", "pandas") from error
    return DataFrame({name: _series(values, kinds.get(name) or _kind(values)) for name, values in columns.items()})


def _series(values: list[Any], kind: Kind) -> Series[Any]:
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


def _plain_column(name: str, values: list[Any]) -> tuple[Kind, list[Any]]:
    """A column of exactly its type, None where it is missing."""
    kind = KIND_BY_ATTRIBUTE.get(name) or _kind(values)
    if kind is Kind.TIME:
        return kind, [None if value is None else datetime.fromisoformat(value) for value in values]
    if kind is Kind.NUMBER and int in set(map(type, values)):
        return kind, [None if value is None else float(value) for value in values]
    if kind is Kind.MIXED:
        return kind, [None if value is None else json_text.dump(value) for value in values]
    return kind, values


def _kind(values: Sequence[Any]) -> Kind:
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int}:
        whole = [value for value in values if value is not None]
        return Kind.INTEGER if min(whole) in INT64 and max(whole) in INT64 else Kind.MIXED
    if kinds == {int, float}:
        # Python's integers have no end, float64 has one.
        return Kind.NUMBER if all(abs(value) < 2**1023 for value in values if type(value) is int) else Kind.MIXED
    found = {float: Kind.NUMBER, bool: Kind.BOOLEAN, str: Kind.TEXT}
    return Kind.NOTHING if not kinds else found.get(kinds.pop(), Kind.MIXED) if len(kinds) == 1 else Kind.MIXED


def _missing(library: str, extra: str) -> MissingExtraError:
    return MissingExtraError(
        f"These tables need {library}, which is not installed; run: pip install 'runfolio[{extra}]'."
    )
