"""What of a summary is kept: all but the keys whose values are not, and its text as it was sent."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from runfolio_server.domain.json_members import long_members, split_member
from runfolio_server.history.storage.kept_members import LEVELS_MAX, LeftOutKey
from runfolio_server.ingest.summary import SUMMARY_MAX_VALUES, read_summary
from tests.called import Called

LONG = "9" * 5000
TOO_LONG = "an integer has more than 4,300 digits"
TOO_DEEP = "nested deeper than 200"


def _deep(levels: int) -> str:
    return "[" * levels + "]" * levels


def _inside(objects: int, text: str) -> str:
    return '{"in":' * objects + text + "}" * objects


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ('{"loss":0.1}', []),
        ('{"loss":0.1,"x":' + _deep(199) + "}", []),
        ('{"x":' + _deep(200) + ',"loss":0.1}', [("x", TOO_DEEP)]),
        ('{"loss":0.1 , "x" :' + _deep(10_000) + "\n}", [("x", TOO_DEEP)]),
        ('{"x":' + LONG + ',"loss":0.1}', [("x", TOO_LONG)]),
        ('{"x":-' + LONG + ',"loss":0.1,"y":[1,[' + LONG + "]]}", [("x", TOO_LONG), ("y", TOO_LONG)]),
        ('{"x":{"hash":' + LONG + ',"kept":1},"loss":0.1}', [("x.hash", TOO_LONG)]),
        ('{"loss":0.1,"x":{"a":{"b":' + _deep(300) + "}}}", [("x.a.b", TOO_DEEP)]),
        ('{"a,\\"}]":"[{,\\"\\\\","x":' + LONG + ',"loss":0.1}', [("x", TOO_LONG)]),
        ('{"\\u0078 \\ud800":' + LONG + ',"loss":0.1}', [("x \ud800", TOO_LONG)]),
        ('{"digits":"' + LONG + '","x":{"digits":0.' + LONG + '},"loss":0.1}', []),
        ('{"loss":0.1,"x":{"digits":"' + LONG + '"},"y":' + LONG + "}", [("y", TOO_LONG)]),
        ('{"x":' + LONG + ',"y":' + _deep(300) + ',"loss":0.1}', [("x", TOO_LONG), ("y", TOO_DEEP)]),
        ('{"x":' + LONG + ',"nan":NaN,"loss":0.1,"text":"' + "y" * 500 + '"}', [("x", TOO_LONG)]),
    ],
)
def test_only_the_keys_whose_values_are_not_kept_are_left_out(text: str, left_out: list[tuple[str, str]]) -> None:
    summary = read_summary(text)

    assert [LeftOutKey(key, reason) for key, reason in left_out] == summary.left_out
    assert 0.1 == summary.value["loss"]
    assert "x" not in summary.value or left_out == [] or isinstance(summary.value["x"], dict)
    assert repr(json.loads(summary.text)) == repr(summary.value)


def test_a_summary_that_is_kept_whole_keeps_its_text() -> None:
    text = ' { "b": 1.50, "a": NaN, "b": 2 } '

    summary = read_summary(text)
    assert (text, 2, []) == (summary.text, summary.value["b"], summary.left_out)
    assert math.isnan(summary.value["a"])


def test_what_is_beside_a_key_that_is_left_out_keeps_its_text() -> None:
    summary = read_summary('{ "b": 1.50, "x": ' + LONG + ', "a": {"c": 1e0, "y": ' + LONG + "} }")

    assert '{ "b": 1.50,"a":{"c": 1e0}}' == summary.text


def test_below_eight_objects_the_last_of_them_is_left_out_whole() -> None:
    deepest = read_summary(_inside(LEVELS_MAX, LONG))
    deeper = read_summary(_inside(LEVELS_MAX + 1, '{"kept":1,"x":' + LONG + "}"))

    assert [".".join(["in"] * LEVELS_MAX)] == [key.key for key in deepest.left_out]
    assert [".".join(["in"] * LEVELS_MAX)] == [key.key for key in deeper.left_out]
    assert _inside(LEVELS_MAX - 1, "{}") == deepest.text == deeper.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        "[" * 300 + "]" * 300,
        '{"a":1',
        '{"x":' + LONG,
        '{"x":' + LONG + ',"a":}',
        '{"x":' + LONG + ',"a":1,}',
        '{"x":' + LONG + "},{}",
        '{"x":' + LONG + '}{"b":1}',
        '{"x":' + LONG + ',"b}',
        '{"x":' + _deep(300) + ",'b':1}",
        "{" + _deep(300) + "}",
        '{"x"' + _deep(300) + "}",
        '{"x":' + _deep(300) + ',"' + "y" * 300 + "}",
    ],
)
def test_what_is_no_object_is_no_summary(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_summary(text)


@pytest.mark.parametrize("value", [{}, {"a": 1}, {'"': ",}", "b\\": [1, {"c": "]"}], "": "\\"}, {"é,": None}])
@pytest.mark.parametrize("indent", [None, 1])
def test_members_are_those_that_a_parser_finds(value: dict[str, Any], indent: int | None) -> None:
    raw = json.dumps(value, indent=indent).encode()
    members = [split_member(raw[first:past]) for first, past in long_members(raw, 2)]

    assert value == {json.loads(key): json.loads(text) for key, text in members}


def test_a_summary_of_too_many_values_is_refused_before_it_is_parsed() -> None:
    text = '{"x":[' + "1," * SUMMARY_MAX_VALUES + "1]}"
    called = Called(lambda: read_summary(text))

    assert isinstance(called.error, ValueError)
    assert "250000 JSON values" in str(called.error)
    assert "loads" not in called.counts
