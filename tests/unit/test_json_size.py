"""How many values a JSON text holds is told before it is parsed, and no text that is allowed is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.json_size import check_value_count
from runfolio_server.errors import TooLarge

TEXTS = st.text(alphabet='a,[{"\\\n', max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers() | TEXTS | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
# What one look at a text goes through.
PART = 256 * 1024


def _count(value: Any) -> int:
    """All values; an empty object or list as two."""
    if not isinstance(value, dict | list):
        return 1
    return 1 + (sum(map(_count, value.values() if isinstance(value, dict) else value)) if value else 1)


def _is_refused(raw: bytes, at_most: int) -> bool:
    try:
        check_value_count(raw, at_most, "The body")
    except TooLarge:
        return True
    return False


@given(VALUES, st.sampled_from([None, 1]))
def test_the_values_are_counted_exactly(value: Any, indent: int | None) -> None:
    raw = json.dumps(value, indent=indent).encode()

    assert [False, True] == [_is_refused(raw, _count(value) - less) for less in (0, 1)]


@pytest.mark.parametrize("backslashes", range(5))
@pytest.mark.parametrize("before", range(PART - 8, PART + 2))
def test_a_text_that_is_looked_at_in_parts_is_counted_alike(before: int, backslashes: int) -> None:
    text = "x" * (before - 2) + "\\" * backslashes + '",[{'
    raw = json.dumps([text, 1, "," * 20]).encode()

    assert [False, True] == [_is_refused(raw, most) for most in (4, 3)]


def test_what_is_refused_is_told() -> None:
    with pytest.raises(TooLarge, match="config holds more than 3 JSON values") as error:
        check_value_count(b"[1,2,3]", 3, "config", path="input.config")

    assert "input.config" == error.value.path
