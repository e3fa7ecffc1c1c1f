"""Groups of runs as curves: the mean over the runs, with spread and extremes. Made by _async/curves.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runfolio._core.missing_value import value_of
from runfolio._generated import ListGroupCurvesProjectRunGroupsGroups

CURVE_COLUMNS = ("x", "mean", "std", "min", "max", "count")


@dataclass(frozen=True, slots=True)
class GroupCurve:
    """One key over the runs of a group: lists of one length, in order of x.

    `group` has the group's value of each field of `by`, MISSING for runs without one; `run_count` counts its runs. At
    `x`, the mean place on a stretch of the axis, which is the step unless told, `count` runs have finite numbers; each
    of them counts once in `mean`, `std` (of a sample; None for one run), `min` and `max`, with the mean of its numbers
    in the stretch.
    """

    group: dict[str, Any]
    run_count: int
    x: list[float]
    mean: list[float]
    std: list[float | None]
    min: list[float]
    max: list[float]
    count: list[int]

    @classmethod
    def of(cls, fields: ListGroupCurvesProjectRunGroupsGroups, by: Sequence[str]) -> GroupCurve:
        """The curve of an answer."""
        values = map(value_of, fields.values)
        found = fields.history
        return cls(
            dict(zip(by, values, strict=True)),
            fields.run_count,
            found.x,
            found.mean,
            found.std,
            found.min,
            found.max,
            found.count,
        )
