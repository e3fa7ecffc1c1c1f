"""Rows of a run as long as any, thinned while they are read to as many as a sample can be chosen from.

Pure. Used by sample.py and table.py. What is kept depends on the rows alone and not on the parts in which they come: of
each stretch of 2^k rows the first one and, of each series, the least and the greatest; and the last row. Some 260,000
values are all kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runfolio_server.history.storage.cells import Floats, Indices, Mask

STRETCHES_MAXIMUM = 65_536
"""For one series; of several each has its share."""
KEPT_WHOLE = 4
"""Times as many rows as there may be stretches are all kept."""


class Thinning:
    """Says of each part, in order, which rows to keep, and of all kept ones which to keep further.

    The caller keeps the rows: `add` for each part, `thin` over all of them whenever `has_many`, and in the end.
    """

    def __init__(self, series: int, samples: int) -> None:
        """At least `samples` rows are kept of more."""
        self._stretches = max(STRETCHES_MAXIMUM // max(1, series), 2 * samples)
        self._most = (2 + KEPT_WHOLE * max(1, series)) * self._stretches
        self._count = 0
        self._numbers: list[Indices] = []

    @property
    def has_many(self) -> bool:
        """Whether so many rows are kept by now that they should be thinned together."""
        return sum(map(len, self._numbers)) > self._most

    def add(self, series: Sequence[Floats]) -> Indices:
        """Which of the next rows to keep, by the values of each series in them; NaN is no value."""
        numbers = np.arange(self._count, self._count + len(series[0]))
        self._count += len(numbers)
        kept = _kept(numbers, self._rows_of_stretch(), series)
        self._numbers.append(numbers[kept])
        return kept

    def thin(self, series: Sequence[Floats]) -> Indices:
        """Which of the rows kept so far to keep further, by the values of each series in these."""
        numbers = np.concatenate(self._numbers)
        kept = _kept(numbers, self._rows_of_stretch(), series)
        self._numbers = [numbers[kept]]
        return kept

    def _rows_of_stretch(self) -> int:
        rows = 1
        if self._count > KEPT_WHOLE * self._stretches:
            while self._count > rows * self._stretches:
                rows *= 2
        return rows


def _kept(numbers: Indices, rows_of_stretch: int, series: Sequence[Floats]) -> Indices:
    if rows_of_stretch == 1 or len(numbers) == 0:
        return np.arange(len(numbers))
    stretches = numbers // rows_of_stretch
    is_first: Mask = np.ones(len(numbers), bool)
    is_first[1:] = stretches[1:] != stretches[:-1]
    starts = np.flatnonzero(is_first)
    kept = is_first.copy()
    # Of a part the last row, which may be the last of all.
    kept[-1] = True
    for values in series:
        known = ~np.isnan(values)
        finite = np.isfinite(values)
        # A sample shows infinite values, and the shape of the finite ones.
        for mask in (known,) if bool((known == finite).all()) else (known, finite):
            for signed in (values, -values):
                kept[_least(np.where(mask, signed, np.inf), stretches, starts)] = True
    return np.flatnonzero(kept)


def _least(values: Floats, stretches: Indices, starts: Indices) -> Indices:
    """The first row of each stretch that has its least value."""
    least = np.minimum.reduceat(values, starts)
    found = np.flatnonzero(values == np.repeat(least, np.diff([*starts, len(values)])))
    is_first = np.ones(len(found), bool)
    is_first[1:] = stretches[found[1:]] != stretches[found[:-1]]
    return found[is_first]
