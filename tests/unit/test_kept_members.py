"""What is kept of a row: everything but the keys that are too long, whatever they hold and whatever holds them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.history.storage.kept_members import (
    LEVELS_MAX,
    LONG_KEY,
    MAX_KEY_BYTES,
    KeptMembers,
    LeftOutKey,
    longest_key_bytes,
)
from runfolio_server.history.storage.key_path import encode_path

# Parts of keys whose length on the wire, in memory and in the database differ.
PARTS = st.sampled_from(
    ["", "k", "k" * 400, "k" * 1990, "ä" * 900, "\\" * 700, "\0" * 300, "\U0010ffff" * 400, ".", '"']
)
VALUES = st.recursive(
    st.one_of(st.integers(), st.text(max_size=3), st.none(), st.just("x" * 300)),
    lambda inner: st.one_of(st.dictionaries(PARTS, inner, max_size=4), st.lists(inner, max_size=3)),
    max_leaves=12,
)
ROWS = st.dictionaries(PARTS, VALUES, max_size=5)


def _kept(row: dict[str, Any], around: tuple[str, ...] = ()) -> dict[str, Any]:
    """The row without keys that are too long."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        path = (*around, key)
        if len(encode_path(path).encode()) <= MAX_KEY_BYTES:
            found[key] = _kept(value, path) if isinstance(value, dict) else value
    return found


@given(ROWS, st.booleans(), st.sampled_from([None, 1]))
def test_a_row_is_without_the_keys_that_are_too_long_and_nothing_else(
    row: dict[str, Any], is_ascii: bool, indent: int | None
) -> None:
    left_out: list[LeftOutKey] = []

    text = KeptMembers(left_out, MAX_KEY_BYTES).of_object(
        json.dumps(row, ensure_ascii=is_ascii, indent=indent).encode()
    )

    kept = json.loads(text)
    assert _kept(row) == kept
    assert longest_key_bytes(kept) <= MAX_KEY_BYTES
    assert (longest_key_bytes(row) > MAX_KEY_BYTES) == bool(left_out)
    assert {LONG_KEY} >= {one.reason for one in left_out}


@given(ROWS)
def test_the_longest_key_is_that_of_the_longest_path(row: dict[str, Any]) -> None:
    def paths(value: Any, around: tuple[str, ...]) -> list[tuple[str, ...]]:
        inner = value.items() if isinstance(value, dict) else ()
        return [path for key, one in inner for path in ((*around, key), *paths(one, (*around, key)))]

    assert max((len(encode_path(path).encode()) for path in paths(row, ())), default=0) == longest_key_bytes(row)


@pytest.mark.parametrize("letter", ["k", "ä", "家", "\u202f", "\u200d"])
def test_a_key_of_2000_bytes_is_kept_in_any_writing(letter: str) -> None:
    key = letter * (MAX_KEY_BYTES // len(letter.encode()))
    left_out: list[LeftOutKey] = []

    text = KeptMembers(left_out, MAX_KEY_BYTES).of_object(json.dumps({key: 1, f"{key}kkk": 2}).encode())

    assert {key: 1} == json.loads(text)
    assert [LeftOutKey(f"{key}kkk"[:200], LONG_KEY)] == left_out


def test_below_eight_objects_goes_the_key_of_the_last_one() -> None:
    row: dict[str, Any] = {"kept": 1, "k" * 1990: 2}
    for _ in range(LEVELS_MAX + 1):
        row = {"in": row, "also": 1}
    left_out: list[LeftOutKey] = []

    kept = json.loads(KeptMembers(left_out, MAX_KEY_BYTES).of_object(json.dumps(row).encode()))

    assert [LeftOutKey(".".join(["in"] * LEVELS_MAX), LONG_KEY)] == left_out
    for _ in range(LEVELS_MAX - 1):
        kept = kept["in"]
    assert {"also": 1} == kept
