"""Which rows a sample chooses."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.history.reading.downsample import downsample_rows, evenly_spaced

VALUES = st.one_of(st.floats(), st.floats(-1, 1), st.just(float("nan")))


@given(
    st.integers(1, 300).flatmap(
        lambda count: st.lists(st.lists(VALUES, min_size=count, max_size=count), min_size=1, max_size=3)
    ),
    st.integers(1, 60),
)
def test_a_sample_has_the_ends_and_the_extremes_and_is_not_too_large(series: list[list[float]], samples: int) -> None:
    arrays = [np.array(values) for values in series]
    axis = np.arange(len(series[0]), dtype=np.float64)

    chosen = downsample_rows(axis, arrays, samples)

    assert len(chosen) <= samples
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    assert chosen.tolist() == downsample_rows(axis, arrays, samples).tolist()
    if len(axis) <= samples:
        assert chosen.tolist() == list(range(len(axis)))
    elif samples >= 2 + 2 * len(arrays) and not all(np.isnan(values).all() for values in arrays):
        assert {0, len(axis) - 1} <= set(chosen.tolist())
        for values in arrays:
            known = values[~np.isnan(values)]
            if len(known):
                assert known.min() in values[chosen]
                assert known.max() in values[chosen]


def test_whole_rows_are_evenly_spaced_with_both_ends() -> None:
    assert evenly_spaced(10, 4).tolist() == [0, 3, 6, 9]
    assert evenly_spaced(3, 4).tolist() == [0, 1, 2]


def test_a_sample_is_as_large_as_it_may_be() -> None:
    x = np.arange(1000.0)

    sizes = [len(downsample_rows(x, [1 / (x + 1), x], samples)) for samples in (1, 2, 3, 5, 50, 999)]

    assert [1, 2, 3, 5, 50, 999] == sizes
