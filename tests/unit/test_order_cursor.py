"""Cursors carry a place, and are good for one list and unchanged only."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio_server.errors import AppError
from runfolio_server.filters.language.cursor import read_place, sign_place
from runfolio_server.filters.limits import CURSOR_MAX_CHARACTERS, ORDER_MAX_KEYS, SORT_TEXT_CHARACTERS
from runfolio_server.filters.run_query import RunQuery

SECRET = b"s" * 32
FILTERS = '{"state": "finished", "config.lr": 0.1}'
DIGEST = RunQuery.parse(FILTERS, "-config.lr").digest("7")
PLACE = ["2", "0.5", None, "2026-01-01 00:00:00+00", "00000000-0000-0000-0000-000000000001"]


@given(st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"))), max_size=8))
def test_a_cursor_gives_its_place_back(place: list[str | None]) -> None:
    assert place == read_place(SECRET, DIGEST, sign_place(SECRET, DIGEST, place))


@pytest.mark.parametrize("position", range(0, 120, 3))
def test_a_cursor_that_was_changed_is_refused(position: int) -> None:
    cursor = sign_place(SECRET, DIGEST, PLACE)
    at = position % len(cursor)
    changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]

    with pytest.raises(AppError, match="cursor") as caught:
        read_place(SECRET, DIGEST, changed)

    assert caught.value.path == "after"


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "A" * 40, "!" * 40, "A" * 50_000, "\ud800", base64.b64encode(DIGEST).decode()]
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(AppError, match="cursor") as caught:
        read_place(SECRET, DIGEST, cursor)

    caught.value.message.encode()


def test_another_secret_does_not_do() -> None:
    with pytest.raises(AppError, match="not a cursor"):
        read_place(b"t" * 32, DIGEST, sign_place(SECRET, DIGEST, PLACE))


@pytest.mark.parametrize(
    ("scope", "filters", "order"),
    [("8", FILTERS, "-config.lr"), ("7", None, "-config.lr"), ("7", FILTERS, "+config.lr"), ("7", FILTERS, None)],
)
def test_a_cursor_of_another_list_is_refused(scope: str, filters: str | None, order: str | None) -> None:
    other = RunQuery.parse(filters, order).digest(scope)

    with pytest.raises(AppError, match="another list"):
        read_place(SECRET, other, sign_place(SECRET, DIGEST, PLACE))


def test_white_space_and_the_order_of_keys_make_no_other_list() -> None:
    assert DIGEST == RunQuery.parse('{"config.lr":0.1,"state":"finished"}', " -config.lr ").digest("7")
    assert RunQuery.parse().digest("7") == RunQuery.parse("{}", "created_at").digest("7")


def test_the_longest_place_fits_into_a_cursor() -> None:
    place = ["1", None, "\x01" * SORT_TEXT_CHARACTERS] * ORDER_MAX_KEYS

    assert len(sign_place(SECRET, DIGEST, place)) <= CURSOR_MAX_CHARACTERS
