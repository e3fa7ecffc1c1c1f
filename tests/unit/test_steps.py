"""What a row is ordered by: quick for ordinary steps, and the same for all others."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from runfolio_server.history.storage.steps import EXACT_BELOW, step_of, step_range, steps_of

STEPS: st.SearchStrategy[Any] = st.one_of(
    st.integers(0, 100),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=2),
    st.sampled_from([EXACT_BELOW, -EXACT_BELOW, EXACT_BELOW - 1, 10**400, -(10**400), -0.0]),
)
ROWS = st.lists(st.none() | st.just({}) | STEPS.map(lambda step: {"_step": step}), max_size=8)


@given(ROWS | st.lists(st.integers(-5, 5).map(lambda step: {"_step": step})), st.integers(0, 1000))
@example([{"_step": 1}, {"_step": True}], 0)
@example([{"_step": 10**400}], 7)
@example([], 0)
def test_the_steps_of_rows_are_those_of_each(rows: list[dict[str, Any] | None], first_line: int) -> None:
    each = [math.nan if row is None else step_of(row, line) for line, row in enumerate(rows, first_line)]
    known = [step for step in each if not math.isnan(step)]

    assert repr(each) == repr(steps_of(first_line, rows))
    assert ((min(known), max(known)) if known else None) == step_range(first_line, rows)
