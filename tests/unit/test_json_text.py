"""JSON as people really send it: nothing is lost on the way in, and jsonb gets what it can hold."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runfolio_server.domain.json_text import (
    MAX_DEPTH,
    dump,
    escape_surrogates,
    parse,
    storable_text,
    to_jsonb,
    to_jsonb_value,
    to_strict_value,
)

SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=())), inner),
    max_leaves=20,
)


@given(VALUES)
@example(float("nan"))
@example([-0.0, 1e16, 10**25, "\ud800", None])
def test_what_is_dumped_is_parsed_again_type_for_type(value: Any) -> None:
    text = dump(value)

    assert repr(value) == repr(parse(text.encode()))


@given(VALUES)
def test_a_text_is_parsed_as_the_standard_library_does(value: Any) -> None:
    text = escape_surrogates(json.dumps(value, ensure_ascii=False))

    assert repr(json.loads(text)) == repr(parse(text.encode()))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1,]", "{'a':1}", "nul", "NULL", "nan", "+1", "01", "1 2", '"\n"', "\xff", '{"a":1}}', "-", "[" * 5000],
)
def test_what_is_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text.encode("latin-1"))


def test_an_integer_of_many_digits_is_exact_and_one_of_too_many_is_a_value_error() -> None:
    assert 2**62 == parse(str(2**62).encode())
    assert 10**4000 == parse(b"1" + b"0" * 4000)
    with pytest.raises(ValueError):
        parse(b"1" * 5000)


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")])
def test_nesting_has_a_limit_that_is_told(brackets: tuple[str, str]) -> None:
    opening, closing = brackets

    def nested(depth: int) -> bytes:
        return (opening * depth + "1" + closing * depth).encode()

    parse(nested(MAX_DEPTH))
    with pytest.raises(ValueError, match=f"nested deeper than {MAX_DEPTH}"):
        parse(nested(MAX_DEPTH + 1))


def test_brackets_inside_strings_are_no_nesting() -> None:
    text = json.dumps({"a": '[{"\\' * 500, "b": ["x"]})

    assert json.loads(text) == parse(text.encode())


@pytest.mark.parametrize(
    ("value", "mapped"),
    [
        (float("nan"), {"$number": "NaN"}),
        (float("inf"), {"$number": "Infinity"}),
        (float("-inf"), {"$number": "-Infinity"}),
        ("a\0b", "a\u2400b"),
        ("a\ud800b", "a\ufffdb"),
        ({"k\0": [float("nan")]}, {"k\u2400": [{"$number": "NaN"}]}),
        ([1, 1.5, True, None, "x"], [1, 1.5, True, None, "x"]),
    ],
)
def test_what_jsonb_refuses_is_mapped(value: Any, mapped: Any) -> None:
    assert mapped == to_jsonb_value(value)


def test_what_strict_json_lacks_is_told_as_text() -> None:
    value = {"a": [math.nan, 1.5, {"b": math.inf}], "c": -math.inf, "d": "NaN", "e": 2, "f": None}

    assert {"a": ["NaN", 1.5, {"b": "Infinity"}], "c": "-Infinity", "d": "NaN", "e": 2, "f": None} == to_strict_value(
        value
    )


@given(VALUES)
def test_text_for_jsonb_is_strict_json_without_nul_and_surrogates(value: Any) -> None:
    text = to_jsonb(value)

    def refuse(constant: str) -> Any:
        raise AssertionError(constant)

    json.loads(text, parse_constant=refuse)
    text.encode()
    assert "\0" not in text
    assert "\\u0000" not in text.replace("\\\\", "")


@given(st.text(st.characters(exclude_categories=())))
def test_storable_text_changes_nothing_that_can_be_stored(text: str) -> None:
    stored = storable_text(text)

    stored.encode()
    assert "\0" not in stored
    assert len(text) == len(stored)
    assert all(was == now for was, now in zip(text, stored, strict=True) if was != "\0" and not _is_surrogate(was))


def test_a_float_keeps_its_sign_and_kind() -> None:
    zero = parse(b"-0.0")

    assert (float, -1.0) == (type(zero), math.copysign(1, zero))
    assert (int, float) == (type(parse(b"1")), type(parse(b"1.0")))


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
