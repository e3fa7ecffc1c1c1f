"""Groups of runs as rows of a table. Used by _async/runs.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from runfolio._core.filters import Field, field_name
from runfolio._core.missing_value import value_of
from runfolio._generated import ListRunGroupsProjectRunGroupsGroups

AGGREGATES = ("count", "mean", "std", "min", "max", "median")
BIN_COLUMNS = ("metric", "low", "high", "runs")


def names_of(fields: Field | str | Iterable[Field | str]) -> list[str]:
    """The names of fields, which may come as one, as texts or as expressions. Raises ValueError for one given twice."""
    return each_once([field_name(field) for field in ([fields] if isinstance(fields, Field | str) else fields)])


def each_once(names: Iterable[str]) -> list[str]:
    """The names. Raises ValueError for one that is there twice: a table has one column of a name."""
    found = list(names)
    twice = [name for index, name in enumerate(found) if name in found[:index]]
    if twice:
        raise ValueError(f"{twice[0]!r} is given twice; allowed: each name once")
    return found


def group_row(group: ListRunGroupsProjectRunGroupsGroups, by: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
    """One row: the values of `by`, `runs`, then `<metric>.count`, `<metric>.mean` and so on."""
    row: dict[str, Any] = dict(zip(by, map(value_of, group.values), strict=True))
    row["runs"] = group.run_count
    for name, found in zip(metrics, group.metrics, strict=True):
        row |= {f"{name}.{aggregate}": getattr(found, aggregate) for aggregate in AGGREGATES}
    return row


def bin_rows(
    group: ListRunGroupsProjectRunGroupsGroups, by: Sequence[str], metrics: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The rows of a group's bins: the values of `by`, then BIN_COLUMNS."""
    values = dict(zip(by, map(value_of, group.values), strict=True))
    for name, found in zip(metrics, group.metrics, strict=True):
        for each in found.bins or ():
            yield {**values, **dict(zip(BIN_COLUMNS, (name, each.low, each.high, each.run_count), strict=True))}
