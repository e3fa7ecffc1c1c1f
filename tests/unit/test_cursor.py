"""Cursors: what was encoded comes back, and anything else is refused with one sentence."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.errors import AppError


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))
def test_the_key_of_a_cursor_comes_back(text: str, number: int, step: float) -> None:
    if step in (float("inf"), float("-inf")):
        step = 0.5

    cursor = encode_cursor("runs", [text, number, step])

    assert [text, number, step] == decode_cursor("runs", cursor, [str, int, float])


@given(st.text(min_size=1, max_size=400))
def test_a_cursor_goes_into_a_url_as_it_is(text: str) -> None:
    cursor = encode_cursor("files", [text])

    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "not a cursor",
        "ü",
        "\ud800",
        "\0",
        "=",
        "A" * 10_000,
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b'"runs"').decode(),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
        encode_cursor("runs", []),
        encode_cursor("runs", [1, 2]),
        encode_cursor("runs", ["a", "b"]),
        encode_cursor("runs", ["a", True]),
        encode_cursor("runs", ["a", 2.0]),
        encode_cursor("runs", ["a", None]),
        encode_cursor("runs", ["a", 2, 3]),
        encode_cursor("projects", ["a", 2]),
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(AppError, match="is not a cursor of this list; take one from a page of it") as refused:
        decode_cursor("runs", cursor, [str, int])

    assert ("after", 400) == (refused.value.path, refused.value.status)
    assert len(refused.value.message) < 250
