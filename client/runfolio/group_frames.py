"""Groups of runs → pandas: their numbers, how these are distributed, and their curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runfolio._core.column_kinds import Kind, kinds_of_fields
from runfolio._core.group_curves import CURVE_COLUMNS, GroupCurve
from runfolio._core.run_groups import AGGREGATES, BIN_COLUMNS
from runfolio._core.run_table import Column
from runfolio.frames import frame

if TYPE_CHECKING:
    from pandas import DataFrame


def groups_frame(rows: Sequence[Mapping[str, Any]], *, by: Sequence[str], metrics: Sequence[str]) -> DataFrame:
    """A row for each group of runs."""
    aggregates = [f"{metric}.{aggregate}" for metric in metrics for aggregate in AGGREGATES]
    columns: dict[str, Column] = {name: [row[name] for row in rows] for name in (*by, "runs", *aggregates)}
    # Whatever is there: the standard deviation of one run is missing, and so may be a whole column.
    numbers = {name: Kind.INTEGER if name.endswith(".count") else Kind.NUMBER for name in aggregates}
    return frame(columns, {**kinds_of_fields(columns, by), "runs": Kind.INTEGER, **numbers})


def distributions_frame(rows: Sequence[Mapping[str, Any]], *, by: Sequence[str]) -> DataFrame:
    """A row for each bin of each metric in each group of runs."""
    columns: dict[str, Column] = {name: [row[name] for row in rows] for name in (*by, *BIN_COLUMNS)}
    numbers = {"metric": Kind.TEXT, "low": Kind.NUMBER, "high": Kind.NUMBER, "runs": Kind.INTEGER}
    return frame(columns, {**kinds_of_fields(columns, by), **numbers})


def curves_frame(curves: Sequence[GroupCurve], by: Sequence[str]) -> DataFrame:
    """A row for each point of each curve: the fields of its group, then the point."""
    columns: dict[str, Column] = {name: [] for name in (*by, *CURVE_COLUMNS)}
    for curve in curves:
        for name in by:
            columns[name] += [curve.group[name]] * len(curve.x)
        for name in CURVE_COLUMNS:
            columns[name] += getattr(curve, name)
    numbers = {**dict.fromkeys(CURVE_COLUMNS, Kind.NUMBER), "count": Kind.INTEGER}
    return frame(columns, {**kinds_of_fields(columns, by), **numbers})
