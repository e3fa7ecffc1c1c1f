"""Variables that would take long to be made into inputs are refused before."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.graph.limits.variable_limits import ITEMS_MAX, OBJECTS_MAX, too_much


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"input": {"rows": ["{}"] * ITEMS_MAX}},
        {"input": {"columns": [{"key": "a"}] * ITEMS_MAX}},
    ],
)
def test_what_is_not_too_much_passes(value: dict[str, Any]) -> None:
    assert too_much(value) is None


def _nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"input": {"rows": [""] * (ITEMS_MAX + 1)}}, "of 10001 items; allowed: 10000"),
        ({"a": [{"key": "a"}] * ITEMS_MAX, "b": [{}] * (OBJECTS_MAX - ITEMS_MAX)}, "more than 12000 objects"),
        ({"input": [[[]] * 100] * 1000}, "more than 12000 objects"),
        ({"input": _nested(OBJECTS_MAX)}, "more than 12000 objects"),
    ],
)
def test_what_is_too_much_is_told(value: dict[str, Any], told: str) -> None:
    assert told in (too_much(value) or "")
