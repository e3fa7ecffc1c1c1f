"""Rows with every kind of value and key that people log; imported by the script that logs them and by the test."""

from __future__ import annotations

import math
from typing import Any

ROWS = 1000
VALUES: list[Any] = [
    0,
    -1,
    2**53 + 1,
    2**62,
    -(2**62),
    0.1,
    2.0,
    -0.0,
    1e16,
    1.7976931348623157e308,
    5e-324,
    0.1 + 0.2,
    math.nan,
    math.inf,
    -math.inf,
    True,
    False,
    None,
    "",
    "NaN",
    "word",
    "nul\u0000inside",
    "lone\ud800surrogate",
    "two\nlines\tand a tab",
    "ключ 鍵 😀",
    "\u2028",
    [],
    [1, 2.5, math.nan, None, "x", [True]],
    {"a": 1, "b": {"c": 2.5, "d": [math.inf]}},
    {"dotted.key": 1, "slashed/key": 2},
]


def row(number: int) -> dict[str, Any]:
    """The row of this number: a value of the next kind, and keys of every shape."""
    value = VALUES[number % len(VALUES)]
    return {
        "loss": 1 / (number + 1),
        "value": value,
        "train/loss": number,
        "dotted.key": number * 0.5,
        "nested": {"key": number, "deeper": {"key": -number}},
        "nested.key": "flat",
        f"sometimes {number % 7}": number,
        "ключ": value,
    }
