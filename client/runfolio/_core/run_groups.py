"""Groups of runs as rows of a table. Used by _async/runs.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from runfolio._core import json_text
from runfolio._core.filters import Field, field_name
from runfolio._generated import ListRunGroupsProjectRunGroupsGroups

AGGREGATES = ("count", "mean", "std", "min", "max", "median")


def names_of(fields: Field | str | Iterable[Field | str]) -> list[str]:
    """The names of fields, which may come as one, as texts or as expressions."""
    return [field_name(field) for field in ([fields] if isinstance(fields, Field | str) else fields)]


def group_row(group: ListRunGroupsProjectRunGroupsGroups, by: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
    """One row: the values of `by`, `runs`, then `<metric>.count`, `<metric>.mean` and so on."""
    row: dict[str, Any] = {
        name: None if value is None else json_text.parse(value) for name, value in zip(by, group.values, strict=True)
    }
    row["runs"] = group.run_count
    for name, found in zip(metrics, group.metrics, strict=True):
        row |= {f"{name}.{aggregate}": getattr(found, aggregate) for aggregate in AGGREGATES}
    return row
