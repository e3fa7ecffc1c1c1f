"""What makes two rows one: their values, however they are written."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.history_line import parse_line
from runfolio_server.ingest.row_identity import identity_of, time_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": {"c": 2, "d": 3}}', '{"b":{"d":3,"c":2},"a":1}'),
        ('{"a": 1}', '{"a": 1.0}'),
        ('{"a": 1796058183.4829178}', '{"a": 1.7960581834829178e+09}'),
        ('{"a": [1, 0]}', '{"a": [1.0, -0.0]}'),
        ('{"a": NaN, "b": Infinity}', '{"b": Infinity, "a": NaN}'),
        ('{"a": 1e22}', '{"a": 10000000000000000000000}'),
        ('{"a": "\\u00e9"}', '{"a": "é"}'),
    ],
)
def test_rows_of_equal_values_are_one(one: str, other: str) -> None:
    assert identity_of(parse_line(one.encode())) == identity_of(parse_line(other.encode()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1}', '{"a": 2}'),
        ('{"a": 1}', '{"a": true}'),
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": null}', "{}"),
        ('{"a": NaN}', '{"a": null}'),
        ('{"a": NaN}', '{"a": "NaN"}'),
        ('{"a": 9007199254740993}', '{"a": 9007199254740992}'),
        ('{"a": 9007199254740993}', '{"a": 9007199254740992.0}'),
        ('{"a": [1, 2]}', '{"a": [2, 1]}'),
        ('{"a": {"b": 1}}', '{"a.b": 1}'),
        ('{"a": {}}', '{"a": []}'),
        ('{"a": "\\ud800"}', '{"a": "\\ud801"}'),
    ],
)
def test_rows_of_other_values_are_two(one: str, other: str) -> None:
    assert identity_of(parse_line(one.encode())) != identity_of(parse_line(other.encode()))


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_a_row_written_in_another_order_is_the_same(row: dict[str, object]) -> None:
    turned = json.loads(json.dumps(dict(reversed(row.items()))))

    assert identity_of(row) == identity_of(turned)


@pytest.mark.parametrize("time", [None, "NaN", "1", True, math.nan, math.inf, [1], 10**400])
def test_only_a_finite_number_is_a_time(time: object) -> None:
    assert math.isnan(time_of({"_timestamp": time}))
    assert math.isnan(time_of({}))
    assert 2.0 == time_of({"_timestamp": 2})
