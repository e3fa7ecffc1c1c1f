"""Filters as expressions: their JSON, how they are shown, and what they refuse."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

import pytest

from runfolio import Config, Field, Filter, Summary, Tag
from runfolio._core.filters import filters_json
from runfolio._core.run_order import order_text

LR = Config("lr")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (LR == 0.1, {"config.lr": {"$eq": 0.1}}),
        (LR == None, {"config.lr": {"$eq": None}}),  # noqa: E711
        (LR != "a", {"config.lr": {"$ne": "a"}}),
        (LR < 1, {"config.lr": {"$lt": 1}}),
        (LR <= 1, {"config.lr": {"$lte": 1}}),
        (1 < LR, {"config.lr": {"$gt": 1}}),
        (LR >= 1, {"config.lr": {"$gte": 1}}),
        (LR.isin([1, None]), {"config.lr": {"$in": [1, None]}}),
        (LR.not_in((1, 2)), {"config.lr": {"$nin": [1, 2]}}),
        (LR.regex("^a"), {"config.lr": {"$regex": "^a"}}),
        (LR.contains("a"), {"config.lr": {"$contains": "a"}}),
        (LR.exists(), {"config.lr": {"$exists": True}}),
        (LR.missing(), {"config.lr": {"$exists": False}}),
        (Summary("eval/loss") == [1], {"summary.eval/loss": {"$eq": [1]}}),
        (Field("state") == "finished", {"state": {"$eq": "finished"}}),
        (Tag("a b"), {"tags": {"$eq": "a b"}}),
        (~Tag("x"), {"$not": {"tags": {"$eq": "x"}}}),
        (Field("created_at") > datetime(2026, 1, 2, tzinfo=UTC), {"created_at": {"$gt": "2026-01-02T00:00:00+00:00"}}),
    ],
)
def test_an_expression_is_a_condition_of_the_servers_language(expression: Filter, expected: dict[str, Any]) -> None:
    assert expected == json.loads(expression.to_json())
    assert expected == expression.to_dict()


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (Config("lr"), "config.lr"),
        (Config("a.b"), "config.a.b"),
        (Config.exact("a.b"), 'config["a.b"]'),
        (Config.exact("a", 'say "x"'), 'config["a"]["say \\"x\\""]'),
        (Config("a,b"), 'config["a,b"]'),
        (Config('"'), 'config["\\""]'),
        (Config(""), 'config[""]'),
        (Summary("größe"), "summary.größe"),
        (Summary.exact("a.b"), 'summary["a.b"]'),
    ],
)
def test_a_key_is_written_so_that_it_is_read_as_meant(field: Field, name: str) -> None:
    assert name == field.name == str(field)


def test_chains_stay_flat_however_long_they_are() -> None:
    filters = reduce(or_, [LR == number for number in range(100)])

    assert ["$or"] == list(filters.to_dict())
    assert 100 == len(filters.to_dict()["$or"])


def test_and_binds_what_parentheses_say() -> None:
    one, two, three = Tag("1"), Tag("2"), Tag("3")

    assert {"$or": [{"$and": [one.to_dict(), two.to_dict()]}, three.to_dict()]} == ((one & two) | three).to_dict()
    assert {"$and": [one.to_dict(), {"$or": [two.to_dict(), three.to_dict()]}]} == (one & (two | three)).to_dict()


@pytest.mark.parametrize(
    "text",
    [
        "Config('lr') < 0.1",
        "(Config('lr') < 0.1) & Summary('loss').exists()",
        "(Config('lr') < 0.1) & Tag('a') & ~(Field('state') == 'failed')",
        "~((Tag('a') | Tag('b')) & Config.exact('a.b').isin([1, 2]))",
        "Filter({'state': 'finished'}) | Tag('a') | Config('a.b').regex('x')",
        "(Tag('a') & Tag('b')) | Tag('c')",
    ],
)
def test_a_filter_is_shown_as_it_was_written(text: str) -> None:
    found = eval(text)

    assert text == repr(found)
    assert found == eval(repr(found))


def test_numbers_that_json_has_not_are_sent_as_python_writes_them() -> None:
    assert '{"config.lr":{"$lt":Infinity}}' == (LR < math.inf).to_json()
    numpy = pytest.importorskip("numpy")
    assert '{"config.lr":{"$lt":0.5}}' == (LR < numpy.float32(0.5)).to_json()


@pytest.mark.parametrize("mistake", ["0 < LR < 1", "(LR < 1) and (LR > 0)", "not LR.exists()", "LR or 1"])
def test_a_filter_used_as_a_truth_is_refused_with_a_hint(mistake: str) -> None:
    with pytest.raises(TypeError, match=r"& \(and\)"):
        eval(mistake)


def test_what_is_no_filter_is_refused() -> None:
    with pytest.raises(TypeError, match="not with dict"):
        Tag("a") & {"state": "finished"}  # type: ignore[operator]
    with pytest.raises(TypeError, match="compare it: Config"):
        filters_json(Config("lr"))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not the text"):
        LR.isin("abc")
    with pytest.raises(TypeError, match="cannot be sent as JSON"):
        (LR == object()).to_json()


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("-created_at", "-created_at"),
        ("+state,-created_at", "+state,-created_at"),
        (Config("lr"), "config.lr"),
        (-Summary("eval/loss"), "-summary.eval/loss"),
        ([+Field("state"), -Config("a,b"), "created_at"], '+state,-config["a,b"],created_at'),
        ((Config("lr"),), "config.lr"),
    ],
)
def test_an_order_is_texts_or_fields_or_both(order: Any, text: str) -> None:
    assert text == order_text(order)


@pytest.mark.parametrize("order", [1, None, ["state", 1], Config("lr") < 1])
def test_what_is_no_order_is_refused(order: Any) -> None:
    with pytest.raises(TypeError, match="order must be a str, a Field or a list of them, not "):
        order_text(order)


def test_dicts_and_nothing_are_filters_too() -> None:
    assert '{"state":"finished"}' == filters_json({"state": "finished"})
    assert filters_json(None) is None
