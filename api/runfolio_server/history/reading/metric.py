"""What one key comes to over runs: extremes, mean, last value, and what another key was at a step.

Called by loaders/ and graph/. Folds the pages of table.py, so that no run is held whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from runfolio_server.answer_budget import Reading, weigh
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.history.reading.sums import Sums
from runfolio_server.history.reading.table import Table, read_tables
from runfolio_server.sql.pool import Database


@dataclass(slots=True)
class MetricSummary:
    """A key over the rows of a run. Only finite numbers count, but for the last value."""

    count: int = 0
    sums: Sums = field(default_factory=lambda: Sums(1))
    """Of the numbers, at place 0."""
    low: float | None = None
    low_step: float | None = None
    """The step of the least number; the first such."""
    high: float | None = None
    high_step: float | None = None
    last: Any = None
    """The value in the last row that has the key, of any type."""
    last_step: float | None = None
    """None: the run does not have the key."""

    @property
    def mean(self) -> float | None:
        """The mean of the numbers; None without numbers."""
        return float(self.sums.means(np.array([0]), np.array([float(self.count)]))[0]) if self.count else None


async def summarise_metric(
    database: Database, run_ids: Sequence[UUID], stream: str, name: str, reading: Reading | None = None
) -> list[MetricSummary]:
    """One summary per run, in their order. For an answer, its last values are taken from the budget as they come."""
    found = [MetricSummary() for _ in run_ids]
    async for tables in read_tables(database, run_ids, Wanted(stream, (name,))):
        for table in tables:
            summary = found[table.run]
            before = weigh(summary.last)
            _add(summary, table)
            if reading is not None:
                now = weigh(summary.last)
                reading.take(now.size - before.size, now.values - before.values)
    return found


async def value_at(database: Database, run_id: UUID, stream: str, name: str, step: float) -> Any:
    """The last value of a key at or before a step; None when there is none."""
    past = math.nextafter(step, math.inf)
    # Most often the row of the step itself has it.
    for low in (step, -math.inf):
        found = None
        is_found = False
        async for tables in read_tables(database, [run_id], Wanted(stream, (name,), low, past)):
            for table in tables:
                found, is_found = _last(table), True
        if is_found:
            return found
    return None


def _add(summary: MetricSummary, table: Table) -> None:
    numbers = table.columns[0].numbers
    finite = np.flatnonzero(np.isfinite(numbers))
    if len(finite):
        known = numbers[finite]
        lowest, highest = int(np.argmin(known)), int(np.argmax(known))
        if summary.low is None or known[lowest] < summary.low:
            summary.low, summary.low_step = float(known[lowest]), float(table.steps[finite[lowest]])
        if summary.high is None or known[highest] > summary.high:
            summary.high, summary.high_step = float(known[highest]), float(table.steps[finite[highest]])
        summary.count += len(finite)
        summary.sums.add(lambda factor: np.array([np.sum(known if factor == 1 else known * factor)]))
    summary.last, summary.last_step = _last(table), float(table.steps[-1])


def _last(table: Table) -> Any:
    return table.columns[0].take(np.array([len(table.steps) - 1])).values()[0]
