"""Sums that never overflow on the way to a mean: the mean of finite numbers is finite.

Pure. Used by metric.py and mean_curve.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from runfolio_server.history.storage.cells import Floats, Indices

SMALLER = 2.0**-64
"""A power of two: what it multiplies loses nothing unless it is below 1e-288, and 2**64 products can be added up."""


class Sums:
    """Sums by place. They are what plain addition gives until one of them overflows, and then smaller by a factor."""

    def __init__(self, places: int) -> None:
        self._sums = np.zeros(places)
        self._factor = 1.0

    def add(self, part: Callable[[float], npt.NDArray[Any]]) -> None:
        """Add to each place; `part` gives the sums of the numbers times a factor, which is 1 or less."""
        with np.errstate(over="ignore", invalid="ignore"):
            sums = self._sums + part(self._factor)
        if not bool(np.isfinite(sums).all()):
            self._sums, self._factor = self._sums * SMALLER, self._factor * SMALLER
            sums = self._sums + part(self._factor)
        self._sums = sums

    def means(self, at: Indices, counts: Floats) -> Floats:
        """The sum of each of these places divided by its count."""
        with np.errstate(over="ignore"):
            means = self._sums[at] / counts / self._factor
        # Rounding may lead beyond the greatest number.
        return np.clip(means, -sys.float_info.max, sys.float_info.max)
