"""Rows are thinned to the same ones however they come, and no extreme is lost."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.history.reading import thinning
from runfolio_server.history.reading.thinning import Thinning
from runfolio_server.history.storage.cells import Floats

VALUES = st.one_of(st.floats(), st.floats(-1, 1), st.just(float("nan")), st.integers(0, 3).map(float))


@pytest.fixture(autouse=True)
def _few_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "STRETCHES_MAXIMUM", 8)


def thinned(series: list[Floats], cuts: list[int], samples: int = 1) -> list[int]:
    """The numbers of the rows that are kept when they come in parts that end here."""
    found = Thinning(len(series), samples)
    kept = np.zeros(0, np.intp)
    ends = [0, *sorted({min(cut, len(series[0])) for cut in cuts}), len(series[0])]
    for first, past in pairwise(ends):
        kept = np.concatenate([kept, first + found.add([values[first:past] for values in series])])
        if found.has_many:
            kept = kept[found.thin([values[kept] for values in series])]
    numbers: list[int] = kept[found.thin([values[kept] for values in series])].tolist()
    return numbers


@given(
    st.integers(1, 300).flatmap(
        lambda count: st.lists(st.lists(VALUES, min_size=count, max_size=count), min_size=1, max_size=3)
    ),
    st.lists(st.integers(0, 300), max_size=8),
)
def test_the_same_rows_are_kept_in_whatever_parts_they_come(series: list[list[float]], cuts: list[int]) -> None:
    arrays = [np.array(values) for values in series]

    assert thinned(arrays, []) == thinned(arrays, cuts)


@given(st.lists(st.lists(VALUES, min_size=200, max_size=200), min_size=1, max_size=2))
def test_the_first_the_last_and_the_extremes_are_kept_finite_or_not(series: list[list[float]]) -> None:
    arrays = [np.array(values) for values in series]

    kept = thinned(arrays, [50, 100])

    assert len(kept) < 200
    assert (0, 199) == (kept[0], kept[-1])
    for values in arrays:
        for some in (values[~np.isnan(values)], values[np.isfinite(values)]):
            if len(some):
                assert {some.min(), some.max()} <= set(values[kept].tolist())


def test_few_rows_are_all_kept() -> None:
    assert list(range(32)) == thinned([np.zeros(32)], [5])


def test_more_rows_are_kept_than_the_sample_may_have() -> None:
    assert len(thinned([np.zeros(1000)], [500], samples=100)) > 100
