"""Many runs as one curve: over each stretch of an x axis the mean of the runs, with spread and extremes.

Called by graph/. Each run counts once in each stretch, with the mean of its values there. Folds the pages of table.py,
so that no run is held whole. The axis is the step, whose range is known before, or a key, which is read twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.history.reading.step_range import step_range_of
from runfolio_server.history.reading.sums import Sums
from runfolio_server.history.reading.table import Table, read_tables
from runfolio_server.history.storage.cells import Floats, Indices
from runfolio_server.history.storage.key_path import merged, ranges_of
from runfolio_server.sql.pool import Database


@dataclass(frozen=True, slots=True)
class MeanCurve:
    """One entry per stretch of the x axis that has values, in order of x."""

    x: Floats
    """The mean of the places on the axis that have values."""
    mean: Floats
    std: Floats
    """Of a sample; NaN where only one run has values, infinite where it is beyond float64."""
    low: Floats
    high: Floats
    count: Indices
    """How many runs have values."""


async def mean_curve_of_runs(
    database: Database, run_ids: Sequence[UUID], stream: str, name: str, samples: int, x_axis: str = STEP_KEY
) -> MeanCurve:
    """A key over the runs as one curve, in at most `samples` equally long stretches of the axis.

    Of an axis other than the step only rows with a finite number there and in the key count.
    """
    wanted = Wanted(stream, (name,), x_axis=x_axis)
    if x_axis == STEP_KEY:
        ranges = merged(ranges_of(name))
        ends = await step_range_of(
            database, run_ids, stream, [found.low for found in ranges], [found.high for found in ranges]
        )
    else:
        ends = await _range(database, run_ids, wanted)
    folded = _Folded(wanted, samples, *(ends or (0.0, 0.0)))
    if ends is not None:
        async for tables in read_tables(database, run_ids, wanted):
            for table in tables:
                folded.add(table)
    return folded.curve()


async def _range(database: Database, run_ids: Sequence[UUID], wanted: Wanted) -> tuple[float, float] | None:
    """The least and greatest place on the axis of the rows that count; None: there are none."""
    low, high = np.inf, -np.inf
    async for tables in read_tables(database, run_ids, wanted):
        for table in tables:
            places, _ = _points(table, wanted)
            low, high = min(low, places.min(initial=np.inf)), max(high, places.max(initial=-np.inf))
    return (float(low), float(high)) if low <= high else None


def _points(table: Table, wanted: Wanted) -> tuple[Floats, Floats]:
    """Places on the axis and numbers there, of the rows that have both. The key is the last column."""
    numbers = table.columns[-1].numbers
    axis = table.steps if wanted.x_axis == STEP_KEY else table.columns[0].numbers
    known = np.flatnonzero(np.isfinite(numbers) & np.isfinite(axis))
    return axis[known], numbers[known]


class _Folded:
    """Sums of the run under way, by stretch, and what all runs before it come to."""

    def __init__(self, wanted: Wanted, samples: int, low: float, high: float) -> None:
        self._wanted = wanted
        self._samples, self._low, self._high = samples, low, high
        self._run = -1
        self._sums, self._axis_sums, self._counts = Sums(samples), Sums(samples), np.zeros(samples)
        self._runs = np.zeros(samples, np.intp)
        # Deviations are halved, as above.
        self._x, self._mean, self._half_deviation = (np.zeros(samples) for _ in range(3))
        self._least, self._greatest = np.full(samples, np.inf), np.full(samples, -np.inf)

    def add(self, table: Table) -> None:
        """Some rows of a run; those of one run follow each other."""
        if table.run != self._run:
            self._end_run()
            self._run = table.run
        axis, numbers = _points(table, self._wanted)
        if len(axis) == 0:
            return
        # Halved, because the difference of two places may be beyond float64.
        width = self._high / 2 - self._low / 2
        share = (axis / 2 - self._low / 2) / width if width > 0 else np.zeros(len(axis))
        places = np.clip(np.floor(share * self._samples), 0, self._samples - 1).astype(np.intp)
        self._counts += np.bincount(places, minlength=self._samples)
        self._sums.add(lambda factor: np.bincount(places, numbers * factor, self._samples))
        self._axis_sums.add(lambda factor: np.bincount(places, axis * factor, self._samples))

    def curve(self) -> MeanCurve:
        """What all runs come to."""
        self._end_run()
        shown = np.flatnonzero(self._runs)
        runs = self._runs[shown]
        # Half the deviation of all of them becomes that of a sample.
        of_sample = np.sqrt(4 * runs / np.maximum(runs - 1, 1))
        with np.errstate(over="ignore"):
            std = np.where(runs > 1, self._half_deviation[shown] * of_sample, np.nan)
        return MeanCurve(
            self._x[shown], self._mean[shown], std, self._least[shown], self._greatest[shown], self._runs[shown]
        )

    def _end_run(self) -> None:
        at = np.flatnonzero(self._counts)
        values, axis = self._sums.means(at, self._counts[at]), self._axis_sums.means(at, self._counts[at])
        self._runs[at] += 1
        runs = self._runs[at]
        # Welford's way, which does not lose the deviation in large sums; of roots, because a square may overflow.
        half = values / 2 - self._mean[at] / 2
        self._half_deviation[at] = np.hypot(
            self._half_deviation[at] * np.sqrt((runs - 1) / runs), half * np.sqrt(runs - 1) / runs
        )
        self._mean[at] += half / runs * 2
        self._x[at] += (axis / 2 - self._x[at] / 2) / runs * 2
        self._least[at] = np.minimum(self._least[at], values)
        self._greatest[at] = np.maximum(self._greatest[at], values)
        self._sums, self._axis_sums, self._counts = Sums(self._samples), Sums(self._samples), np.zeros(self._samples)
