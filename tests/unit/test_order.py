"""Orders as text: what they mean, what is refused, and which SQL they become."""

from __future__ import annotations

import pytest

from runfolio_server.errors import AppError
from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.run_fields import RUN_FIELDS
from runfolio_server.filters.sql.order_sql import compile_order
from tests.run_language import DEFAULT_ORDER, parse_order


@pytest.mark.parametrize("text", [None, "", "  ", "+created_at", "created_at"])
def test_runs_are_in_order_of_creation_unless_told(text: str | None) -> None:
    assert DEFAULT_ORDER == parse_order(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("-created_at", ["-created_at"]),
        ("createdAt", ["+createdAt"]),
        ("+summary_metrics.eval/loss", ["+summary_metrics.eval/loss"]),
        ("-config.lr.value", ["-config.lr.value"]),
        (" -state , name ", ["-state", "+name"]),
        ("-config['a,b'],name", ["-config['a,b']", "+name"]),
        ('config["a,\\"b"],-tags', ['+config["a,\\"b"]', "-tags"]),
        ("-tags.best,-keys_info.keys.loss", ["-tags.best", "-keys_info.keys.loss"]),
    ],
)
def test_keys_are_separated_by_commas_outside_of_brackets(text: str, keys: list[str]) -> None:
    assert keys == [key.text for key in parse_order(text).keys]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("-lrr", "order[0].lrr", "Unknown field 'lrr'"),
        ("name,", "order[1]", "Unknown field ''"),
        (",", "order[0]", "Unknown field ''"),
        ("-", "order[0]", "Unknown field ''"),
        ("--name", "order[0].-name", "Unknown field"),
        ("name,-name", "order[1]", "twice"),
        ("display_name,-displayName", "order[1]", "twice"),
        ("config.", "order[0].config.", "No key"),
        (",".join(f"config.k{number}" for number in range(9)), "order", "order has 9 keys; allowed: 8"),
        ("config." + "k" * 9000, "order", "order has 9007 bytes; allowed: 8192"),
        ("config." + "ä" * 4500, "order", "order has 9007 bytes; allowed: 8192"),
        ("config." + "k" * 1001, None, "allowed: 1000"),
        ("created_at; DROP TABLE runs", None, "Unknown field"),
        ("(SELECT 1)", None, "Unknown field"),
        ("created_at DESC, (SELECT pg_sleep(9))", None, "Unknown field"),
        ("\ud800", None, "Unknown field"),
    ],
)
def test_a_mistake_in_an_order_is_named_with_its_place(text: str, path: str | None, words: str) -> None:
    with pytest.raises(AppError) as caught:
        parse_order(text)

    assert words in caught.value.message
    caught.value.message.encode()
    assert caught.value.path
    assert caught.value.allowed
    if path is not None:
        assert path == caught.value.path


def test_an_unknown_field_lists_the_known_ones() -> None:
    with pytest.raises(AppError) as caught:
        parse_order("-lrr")

    assert RUN_FIELDS.allowed == caught.value.allowed


def test_keys_of_documents_are_bound() -> None:
    compiled = compile_order(parse_order("-config.a'b,summary.x.y"), 4)

    assert compiled.parameters == ["a'b", "x.y", ["x", "y"]]
    assert "a'b" not in compiled.order_by + compiled.place
    assert "$4::text" in compiled.order_by
    assert isinstance(parse_order("-config.a'b").keys[0].field, JsonField)


def test_the_tie_break_turns_with_the_last_key() -> None:
    assert compile_order(parse_order("+created_at,-state"), 1).order_by.endswith("r.run_id DESC")
    assert compile_order(parse_order("-created_at,state"), 1).order_by.endswith("r.run_id ASC")


def test_the_order_of_creation_is_one_comparison_that_an_index_serves() -> None:
    compiled = compile_order(DEFAULT_ORDER, 2, ["2026-01-01 00:00:00+00", "00000000-0000-0000-0000-000000000001"])

    assert compiled.order_by == "r.created_at ASC, r.run_id ASC"
    assert compiled.after == "(r.created_at, r.run_id) > ($2::text::timestamptz, $3::text::uuid)"


def test_a_place_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="2 terms"):
        compile_order(DEFAULT_ORDER, 1, ["2026-01-01"])
