"""Rows → pandas. The only module that knows table libraries; each is imported when a table is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runfolio._core.errors import MissingExtraError

if TYPE_CHECKING:
    from pandas import DataFrame, Series

STEP_KEY = "_step"
INT64 = range(-(2**63), 2**63)
# Beyond it float64 skips integers.
EXACT_IN_FLOAT = range(-(2**53), 2**53 + 1)


def history_frame(rows: Sequence[Mapping[str, Any]], *, x_axis: str, keys: Sequence[str] | None) -> DataFrame:
    """A row for each history row; columns `_step`, the x axis, then the keys as asked, else as they come.

    Integers are int64, or float64 with NaN where rows lack them; other numbers float64; the rest as pandas takes it.
    """
    axes = [axis for axis in (STEP_KEY, x_axis) if any(axis in row for row in rows) or (keys and not rows)]
    return _frame(rows, [*axes, *(keys or ())])


def runs_frame(rows: Sequence[Mapping[str, Any]]) -> DataFrame:
    """A row for each run; columns in order of first appearance, attributes before `config.*` before `summary.*`."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    attributes = [name for name in names if not name.startswith(("config.", "summary."))]
    return _frame(rows, [*attributes, *(name for name in names if name.startswith("config."))])


def _frame(rows: Sequence[Mapping[str, Any]], first: Sequence[str]) -> DataFrame:
    try:
        from pandas import DataFrame
    except ImportError as error:
        raise MissingExtraError(
            "Tables need pandas, which is not installed; run: pip install 'runfolio[pandas]'."
        ) from error
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    return DataFrame({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: list[Any]) -> Series[Any]:
    from pandas import Series

    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds == {int} and all(value in INT64 for value in present):
        if len(present) == len(values):
            return Series(values, dtype="int64")
        return Series(values, dtype="float64" if all(value in EXACT_IN_FLOAT for value in present) else "Int64")
    if kinds == {float} or kinds == {int, float}:
        return Series(values, dtype="float64")
    if kinds & {dict, list}:
        return Series(values, dtype="object")
    return Series(values)
