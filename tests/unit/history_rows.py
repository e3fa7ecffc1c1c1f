"""Hypothesis strategies for history rows as they come out of a JSON parser, and equality that sees types and bits."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import strategies as st

INTEGERS = st.one_of(
    st.integers(-5, 5),
    st.integers(-(2**80), 2**80),
    st.sampled_from([2**53 - 1, 2**53, 2**53 + 1, 2**62, 2**63 - 1, 2**63, -(2**63), 2**70, 2**70 + 1, 10**400]),
)
FLOATS = st.one_of(
    st.floats(),
    st.sampled_from([0.0, -0.0, 2.0, 5e-324, 1e308, float("nan"), float("inf"), float("-inf"), 2.0**53]),
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=4),
    st.sampled_from(["", "\0", "\ud800", "a.b", "a\\.b", "\\", "\U0010ffff", "\n"]),
)
KEYS = st.one_of(
    st.sampled_from(
        [
            "_step",
            "loss",
            "train/loss",
            "val.acc",
            "nested",
            "nested.key",
            "key",
            "a",
            "b",
            "a.b",
            "",
            "_type",
            "\\#",
            "\\",
        ]
    ),
    TEXTS,
)
SCALARS = st.one_of(INTEGERS, FLOATS, TEXTS, st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
ROWS = st.dictionaries(KEYS, VALUES, max_size=4)
LINES = st.lists(st.one_of(ROWS, ROWS, ROWS, st.none()), max_size=12)


def seen(value: Any) -> Any:
    """The value in a form whose equality tells 1, 1.0 and True apart, 0.0 from -0.0, and takes NaN for NaN."""
    if isinstance(value, float):
        return "float", b"NaN" if value != value else struct.pack("<d", value)
    if isinstance(value, dict):
        return "dict", {key: seen(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return "list", [seen(inner) for inner in value]
    return type(value).__name__, value
