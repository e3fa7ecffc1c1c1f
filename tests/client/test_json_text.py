"""JSON of the server as Python values: as the standard library reads it, type for type, only faster."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runfolio._core import json_text

TEXTS = [
    '{"a":NaN,"b":[Infinity,-Infinity]}',
    '{"a":1,"b":1.0,"c":-0,"d":-0.0,"e":1e400,"f":1E5}',
    '{"a":123456789012345678901234567890,"b":-9223372036854775809}',
    '{"a":1,"b":2,"a":3}',
    '{"lone":"\\ud800","pair":"\\ud83d\\ude00","nul":"\\u0000"}',
    '{"deep":' + "[" * 400 + "]" * 400 + "}",
    ' {"" : null , "ü" : [true, false] } ',
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_read_as_the_standard_library_reads_them(text: str) -> None:
    expected = json.loads(text)

    assert repr(expected) == repr(json_text.parse(text))
    assert repr(expected) == repr(json_text.parse(text.encode()))
    assert repr(expected) == repr(json_text.parse_object(text))


@given(st.floats())
def test_a_float_is_read_to_its_last_bit(number: float) -> None:
    assert repr(number) == repr(json_text.parse(json.dumps(number)))


@pytest.mark.parametrize("text", ["", "{", "nan", "[1,]", "01", '"\x01"', "{} x", "\ufeff1"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        json_text.parse(text)


def test_rows_share_their_keys_and_are_not_held_twice() -> None:
    texts = ['{"train/loss":1}', '{"train/loss":2.5}', "null"]

    first, second, third = json_text.parse_objects(texts)

    assert ({"train/loss": 1}, {"train/loss": 2.5}, {}) == (first, second, third)
    assert next(iter(first)) is next(iter(second))
    assert [] == texts
