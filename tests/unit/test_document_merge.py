"""What one of several writers changed, on top of what is there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.document_merge import merged, merged_texts

KEYS = st.sampled_from(["a", "b", "value", "_type"])
VALUES = st.recursive(
    st.sampled_from([None, True, 1, 1.0, "x", float("nan"), [1, float("nan")]]),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(
    ("stored", "previous", "sent", "expected"),
    [
        ({"theirs": 1}, {}, {"mine": 2}, {"theirs": 1, "mine": 2}),
        ({"theirs": 1, "mine": 2}, {"mine": 2}, {"mine": 3}, {"theirs": 1, "mine": 3}),
        ({"theirs": 1, "mine": 2}, {"mine": 2}, {}, {"theirs": 1}),
        ({"mine": "edited"}, {"mine": 2}, {"mine": 2}, {"mine": "edited"}),
        ({"mine": "edited"}, {"mine": 2}, {"mine": 3}, {"mine": 3}),
        ({"mine": "edited"}, {"mine": 2}, {}, {"mine": "edited"}),
        ({}, {"deleted": 2}, {"deleted": 2}, {}),
        ({"a": {"theirs": 1}}, {}, {"a": {"mine": 2}}, {"a": {"theirs": 1, "mine": 2}}),
        ({"a": {"theirs": 1, "mine": 2}}, {"a": {"mine": 2}}, {}, {"a": {"theirs": 1}}),
        ({"a": {"mine": 2}}, {"a": {"mine": 2}}, {}, {}),
        ({"a": {"value": 1}}, {"a": {"value": 1}}, {"a": {"value": {"b": 2}}}, {"a": {"value": {"b": 2}}}),
        ({"a": {"_type": "x", "width": 1}}, {}, {"a": {"_type": "y"}}, {"a": {"_type": "y"}}),
        ({"a": {"b": 1}}, {}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": 1}, {"a": True}, {"a": True}),
    ],
)
def test_what_a_writer_changed_is_changed_and_nothing_else(
    stored: dict[str, Any], previous: dict[str, Any], sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert _text(expected) == _text(merged(stored, previous, sent))


def test_numbers_and_texts_stay_what_they_are() -> None:
    stored = '{"nan": NaN, "big": 1180591620717411303424, "one": 1.0, "zero": -0.0, "half": "\\ud800"}'

    found = merged_texts(stored, None, '{"mine": -Infinity}')

    assert repr({**json.loads(stored), "mine": float("-inf")}) == repr(found)


@given(DOCUMENTS, DOCUMENTS)
def test_who_has_sent_what_is_there_replaces_it(stored: dict[str, Any], sent: dict[str, Any]) -> None:
    assert _text(sent) == _text(merged(stored, stored, sent))


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_the_same_document_sent_again_changes_nothing(
    stored: dict[str, Any], previous: dict[str, Any], sent: dict[str, Any]
) -> None:
    once = merged(stored, previous, sent)

    assert _text(once) == _text(merged(once, sent, sent))


@given(DOCUMENTS, DOCUMENTS)
def test_who_sends_nothing_new_changes_nothing(stored: dict[str, Any], sent: dict[str, Any]) -> None:
    assert _text(stored) == _text(merged(stored, sent, sent))
