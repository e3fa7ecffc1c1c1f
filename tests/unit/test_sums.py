"""Means of finite numbers are finite, and as near as plain addition is where that does not overflow."""

from __future__ import annotations

import statistics
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.history.reading.sums import Sums

PARTS = st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5), min_size=1, max_size=5)


@given(PARTS)
def test_a_mean_of_finite_numbers_is_finite_and_near_the_exact_one(parts: list[list[float]]) -> None:
    sums = Sums(1)
    for part in parts:
        numbers = np.array(part)
        sums.add(lambda factor, numbers=numbers: np.array([(numbers * factor).sum()]))  # type: ignore[misc]
    known = [number for part in parts for number in part]
    if not known:
        return

    mean = float(sums.means(np.array([0]), np.array([float(len(known))]))[0])

    exact = statistics.mean(map(Fraction, known))
    assert abs(Fraction(mean) - exact) <= Fraction(max(map(abs, known))) * Fraction(1, 2**48) + Fraction(1, 10**280)


def test_a_place_that_overflows_leaves_the_others_what_they_are() -> None:
    sums = Sums(2)
    for numbers in ([0.1, 1.5e308], [0.2, 1.7e308], [0.4, -1.7e308]):
        sums.add(lambda factor, numbers=numbers: np.array(numbers) * factor)  # type: ignore[misc]

    assert [0.1 + 0.2 + 0.4, 1.5e308] == sums.means(np.array([0, 1]), np.array([1.0, 1.0])).tolist()
