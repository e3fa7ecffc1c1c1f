"""Rows put together from columns: the same, and with their keys in the same order, as value by value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.history.storage import key_columns as columns
from runfolio_server.history.storage.key_columns import Full, OpenRows, put
from tests.unit.history_rows import SCALARS, seen

Step = tuple[tuple[str, ...], Full, list[int] | None]
"""Path and values of a column, and the places of the rows that have it; None: all."""


@st.composite
def steps(draw: st.DrawFn) -> tuple[int, list[Step]]:
    """A number of rows, and columns of keys that do not get into each other's way."""
    count = draw(st.integers(1, 5))
    found: list[Step] = []
    for number in range(draw(st.integers(0, 30))):
        path: tuple[str, ...] = (f"key {number}",) if draw(st.integers(0, 9)) else (f"dict {number % 3}", f"{number}")
        if draw(st.integers(0, 4)) == 0:
            places = sorted(draw(st.sets(st.integers(0, count - 1))))
            found.append((path, [draw(SCALARS) for _ in places], places))
        elif draw(st.integers(0, 4)):
            found.append((path, np.array(draw(st.lists(st.floats(), min_size=count, max_size=count))), None))
        else:
            found.append((path, [draw(SCALARS) for _ in range(count)], None))
    return count, found


def value_by_value(count: int, found: list[Step]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{} for _ in range(count)]
    for path, values, places in found:
        plain = values if isinstance(values, list) else values.tolist()
        for place, value in zip(range(count) if places is None else places, plain, strict=True):
            put(rows[place], path, value)
    return rows


@given(steps(), st.sampled_from([1, 3, 8]))
def test_rows_are_those_of_values_that_are_put_one_by_one(found: tuple[int, list[Step]], minimum: int) -> None:
    count, columns_to_add = found
    rows = OpenRows(count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "COLUMNS_MINIMUM", minimum)
        patch.setattr(columns, "VALUES_AT_ONCE", 10)
        for path, values, places in columns_to_add:
            if places is None:
                rows.add(path, values)
            else:
                assert isinstance(values, list)
                rows.add_some(path, values, places)
        taken = rows.rows()

    expected = value_by_value(count, columns_to_add)
    assert [seen(row) for row in expected] == [seen(row) for row in taken]
    assert [list(row) for row in expected] == [list(row) for row in taken]
