"""What one key comes to over all rows of a run. Made by _async/run.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from runfolio._core import json_text
from runfolio._generated import GetMetricProjectRunMetric

Goal: TypeAlias = Literal["min", "max"]
GOALS = {"min": "MINIMUM", "max": "MAXIMUM"}


@dataclass(frozen=True, slots=True)
class RunMetric:
    """A key over the rows of a run: only finite numbers count, but for `last`.

    `count` rows have a number; `min`, `max` and `mean` are None without one. `argmin` and `argmax` are the first steps
    where it is least and greatest. `last` is its value, of any type, in the last row that has it, at `last_step`; None
    there: it was never logged. `at` is what was asked for: another key's value where this one is best.
    """

    key: str
    count: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    argmin: float | None = None
    argmax: float | None = None
    last: Any = None
    last_step: float | None = None
    at: Any = None

    @classmethod
    def of(cls, key: str, fields: GetMetricProjectRunMetric | None) -> RunMetric:
        """The metric of an answer; None: the run does not have the key."""
        if fields is None:
            return cls(key)
        return cls(
            key,
            fields.count,
            fields.min,
            fields.max,
            fields.mean,
            _step(fields.argmin),
            _step(fields.argmax),
            _value(fields.last),
            _step(fields.last_step),
            _value(fields.at),
        )


def goal_of(best: Goal) -> str:
    """The schema's word for what is best. Raises ValueError for an unknown one."""
    if best not in GOALS:
        raise ValueError(f"best is {best!r}; allowed: {', '.join(GOALS)}")
    return GOALS[best]


def _step(step: float | None) -> float | None:
    return int(step) if step is not None and step.is_integer() else step


def _value(text: str | None) -> Any:
    return None if text is None else json_text.parse(text)
