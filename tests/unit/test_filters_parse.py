"""What is refused, where and with which words; and what each spelling means."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest

from runfolio_server.errors import AppError
from runfolio_server.filters.language.field_table import camel_case
from runfolio_server.filters.language.fields import Column, Field, JsonField, Presence, Tag
from runfolio_server.filters.language.operators import FieldKind, operators_of
from runfolio_server.filters.language.tree import EVERYTHING, And, Condition, Not, Or
from runfolio_server.filters.run_fields import LOGGED_KEYS, RUN_FIELDS, SUMMARY, TAGS
from runfolio_server.filters.sql.compile import compile_filter
from tests.run_language import find_field, parse_filters

NOT_FIELDS = {"run_id", "project_id", "created_by", "deleted_at", "config", "summary", "config_text",
              "summary_text", "system_text", "config_writer", "summary_writer", "newest_start", "is_sent_again",
              "is_older", "environment", "told_starts", "logged_keys"}  # fmt: skip


def refusal(filters: Any) -> AppError:
    with pytest.raises(AppError) as caught:
        parse_filters(filters if isinstance(filters, str) else json.dumps(filters))
    assert caught.value.status == 400
    assert caught.value.extensions["code"] == "BAD_USER_INPUT"
    caught.value.message.encode()
    assert len(caught.value.message) < 1500
    return caught.value


def nested(levels: int) -> Any:
    found: Any = {"state": "finished"}
    for _ in range(levels):
        found = {"$and": [found]}
    return found


@pytest.mark.parametrize(
    ("filters", "path", "words"),
    [
        ({"$or": [{}, {"config.lr": {"$gte1": 1}}]}, "filters.$or[1].config.lr", "'$gte1'"),
        ({"config.lr": {"$gt": 1, "lt": 2}}, "filters.config.lr", "Unknown operator 'lt'"),
        ({"tags": {"$gt": "a"}}, "filters.tags", "$contains, $all, $size, $not"),
        ({"$gt": 1}, "filters.$gt", "belongs under a field"),
        ({"$where": "1"}, "filters.$where", "$and, $or, $nor, $not"),
        ({"displayname": "x"}, "filters.displayname", "did you mean display_name?"),
        ({"inputArtifact": "x"}, "filters.inputArtifact", "allowed: name, display_name"),
        ({"config": {"lr": 1}}, "filters.config", "config.<key>"),
        ({"config.": 1}, "filters.config.", "No key after the dot"),
        ({"config[lr]": 1}, "filters.config[lr]", '["key"]'),
        ({'config["lr"].x': 1}, 'filters.config["lr"].x', '["key"]'),
        ({"config." + "k" * 1001: 1}, None, "1001 characters"),
        ({"config." + "a." * 40: 1}, None, "41 parts"),
        ({"state": 5}, "filters.state", "5 at filters.state is not allowed; allowed: text, null"),
        ({"state": {"$in": ["finished", True]}}, "filters.state.$in[1]", "allowed: text, null"),
        ({"state": {"$in": "finished"}}, "filters.state.$in", "allowed: a list"),
        ({"tags": [1]}, "filters.tags", "a list of text"),
        ({"exit_code": "1"}, "filters.exit_code", "a number"),
        ({"exit_code": True}, "filters.exit_code", "a number"),
        ({"stop_requested": 1}, "filters.stop_requested", "true, false, null"),
        ({"created_at": {"$gt": "yesterday"}}, "filters.created_at.$gt", "ISO 8601"),
        ({"created_at": {"$gt": None}}, "filters.created_at.$gt", "seconds since 1970"),
        ({"created_at": 1e18}, "filters.created_at", "seconds since 1970"),
        ({"created_at": float("nan")}, "filters.created_at", "ISO 8601"),
        ({"config.lr": {"$gt": True}}, "filters.config.lr.$gt", "a number, text"),
        ({"config.lr": {"$gt": None}}, "filters.config.lr.$gt", "a number, text"),
        ({"config.lr": {"$gt": [1]}}, "filters.config.lr.$gt", "a number, text"),
        ({"config.lr": {"$exists": 1}}, "filters.config.lr.$exists", "true, false"),
        ({"config.lr": {"$size": -1}}, "filters.config.lr.$size", "a number of items"),
        ({"config.lr": {"$size": True}}, "filters.config.lr.$size", "a number of items"),
        ({"config.lr": {"$contains": 1}}, "filters.config.lr.$contains", "allowed: text"),
        ({"config.lr": {"$not": 5}}, "filters.config.lr.$not", "an object of operators"),
        ({"config.lr": {"$not": {}}}, "filters.config.lr.$not", "an object of operators"),
        ({"config.lr": {"$not": {"a": 1}}}, "filters.config.lr.$not", "Unknown operator 'a'"),
        ({"config.lr": {"$regex": "a", "$options": "i"}}, "filters.config.lr", "(?i)"),
        ({"config.model": {"lr": {"$gt": 1}}}, "filters.config.model", "write the whole key"),
        ({"$and": {"state": "x"}}, "filters.$and", "a list of filters"),
        ({"$not": [{"state": "x"}]}, "filters.$not", "an object"),
        ({"$or": ["x"]}, "filters.$or[0]", "an object"),
        ([{"state": "x"}], "filters", "an object"),
        ("{", "filters", "not valid JSON"),
        ("[" * 70_000, "filters", "allowed: 65536"),
        ("[" * 60_000, "filters", "not valid JSON"),
        ('{"a":' * 9_000, "filters", "not valid JSON"),
        ({"config.x": "x" * 70_000}, "filters", "allowed: 65536"),
        (nested(32), None, "nested too deeply"),
        ({"config.x": json.loads("[" * 40 + "]" * 40)}, "filters.config.x", "nested too deeply"),
        ({"$or": [{f"config.k{number}": 1} for number in range(501)]}, "filters", "501 conditions; allowed: 500"),
        ({"$or": [{"name": {"$regex": f"a{number}"}} for number in range(31)]}, "filters", "31 patterns; allowed: 30"),
        ({"config.x": {"$in": [1] * 10_001}}, "filters.config.x.$in", "allowed: 10000"),
        ({"config.x": {"$all": [1] * 501}}, "filters", "501 conditions; allowed: 500"),
        ({"tags.a": False}, "filters.tags.a", "allowed: true, null"),
        ({"keys_info.keys.loss": {"$gt": 1}}, "filters.keys_info.keys.loss", "$exists, $not"),
        ({"\ud800": 1}, None, "Unknown field"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(filters: Any, path: str | None, words: str) -> None:
    error = refusal(filters)

    assert words in error.message
    assert error.path
    assert error.allowed
    if path is not None:
        assert path == error.path
        assert path in error.message


def test_an_unknown_field_lists_every_field() -> None:
    error = refusal({"lrr": 1})

    assert RUN_FIELDS.allowed == error.allowed
    assert all(name in error.message for name in RUN_FIELDS.allowed)


@pytest.mark.parametrize(
    "text", [None, "", "  ", "null", "{}", '{"$and": []}', '{"$or": []}', '{"$or": [null]}', '{"$nor": []}']
)
def test_no_restriction_lets_everything_through(text: str | None) -> None:
    assert parse_filters(text) == EVERYTHING
    assert compile_filter(parse_filters(text), 1).sql == "TRUE"


def test_null_items_of_a_list_are_left_out() -> None:
    assert parse_filters('{"$or": [null, {"state": "failed"}]}') == parse_filters('{"state": "failed"}')


def test_every_level_that_is_allowed_is_read() -> None:
    assert isinstance(parse_filters(json.dumps(nested(31))), Condition)


def test_keys_of_one_object_are_all_meant() -> None:
    found = parse_filters('{"state": "failed", "config.lr": {"$gte": 1, "$lt": 5}}')

    assert isinstance(found, And)
    assert ["$eq", "$gte", "$lt"] == [item.operator for item in found.filters if isinstance(item, Condition)]


def test_not_may_stand_above_and_below_a_field() -> None:
    above = parse_filters('{"$not": {"config.lr": {"$gt": 1}}}')
    below = parse_filters('{"config.lr": {"$not": {"$gt": 1}}}')

    assert isinstance(above, Not)
    assert above == below


def test_nor_is_not_or() -> None:
    found = parse_filters('{"$nor": [{"state": "failed"}, {"name": "b"}]}')

    assert isinstance(found, Not)
    assert isinstance(found.filter, Or)


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("config.lr", (("lr",),)),
        ("config.lr.value", (("lr.value",), ("lr", "value"), ("lr",))),
        ("config.a.b", (("a.b",), ("a", "b"))),
        ("config.value", (("value",),)),
        ("config['a.b']", (("a.b",),)),
        ('config["a"]["b"]', (("a", "b"),)),
        ('config["lr"]["value"]', (("lr", "value"),)),
        (r"config['it\'s']", (("it's",),)),
        (r'config["a\"b"]', (('a"b',),)),
        ("config.a[0]", (("a[0]",),)),
        ("config.a\0b", (("a\u2400b",),)),
        ("summary_metrics.eval/loss", (("eval/loss",),)),
        ("summaryMetrics.a.value", (("a.value",), ("a", "value"))),
        ("summary.loss", (("loss",),)),
        ("_step", (("_step",),)),
    ],
)
def test_a_key_names_these_paths(name: str, paths: tuple[tuple[str, ...], ...]) -> None:
    found = find_field(name, "filters")

    assert isinstance(found, JsonField)
    assert paths == found.paths


def test_tags_and_logged_keys_can_be_asked_for_one_by_one() -> None:
    assert find_field("tags.a.b", "") == Presence(Tag(TAGS, "a.b"))
    summary, listed = JsonField(SUMMARY, (("a.b",), ("a", "b"))), JsonField(LOGGED_KEYS, (("a.b",),))
    assert find_field("keys_info.keys.a.b", "") == Presence(summary, besides=listed)


def test_every_column_of_runs_that_readers_see_is_a_field_in_both_spellings() -> None:
    text = (resources.files("runfolio_schema") / "tables.sql").read_text()
    table = re.search(r"CREATE TABLE runs \((.*?)\n\)", text, re.DOTALL)
    assert table is not None
    columns = re.findall(r"^  ([a-z_]+) +[a-z]", table[1], re.MULTILINE)

    for column in set(columns) - NOT_FIELDS:
        for name in (column, camel_case(column)):
            field = find_field(name, "filters")
            assert isinstance(field, Column)
            assert field.sql.removesuffix("::numeric") == f"r.{column}"
    assert set(columns) > NOT_FIELDS


def test_numbers_mean_what_they_are_written_as() -> None:
    found = parse_filters('{"duration": {"$gt": 0.1}}')

    assert isinstance(found, Condition)
    assert Decimal("0.1") == found.operand


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("operand", ["%s", '{"$gt": %s}', '{"$not": {"$eq": %s}}'])
def test_a_number_that_json_lacks_may_be_an_object(operand: str, number: str) -> None:
    bare, named = (f'{{"config.x": {operand % text}}}' for text in (number, f'{{"$number": "{number}"}}'))

    assert str(parse_filters(bare)) == str(parse_filters(named))


@pytest.mark.parametrize(
    "text", ["2026-11-03", "2026-11-03T00:00:00", "2026-11-03T00:00:00Z", "2026-11-03T02:00:00+02:00"]
)
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    found = parse_filters(json.dumps({"createdAt": text}))

    assert found == parse_filters('{"created_at": 1793664000}')


INJECTIONS = (
    "'; DROP TABLE runs; --", "' OR '1'='1", "$1", "$1::text", "lr'::text) OR TRUE --", "\\'; SELECT 1; --", "%s",
    "%(x)s", "{0}", 'a"b', "/* */", "a\0b", "ok' || pg_sleep(10) || '", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("operator", ["$eq", "$gt", "$in", "$all", "$contains", "$nin"])
@pytest.mark.parametrize("root", ["config.", "summary_metrics.", "tags.", "keys_info.keys."])
def test_nothing_from_the_caller_stands_in_the_sql(text: str, operator: str, root: str) -> None:
    name = root + text
    operand: dict[str, Any] = {operator: [text] if operator in ("$in", "$all", "$nin") else text}
    if root in ("tags.", "keys_info.keys."):
        operand = {"$exists": True}

    where = compile_filter(parse_filters(json.dumps({name: operand, "display_name": text})), 1)

    harmless = compile_filter(parse_filters(json.dumps({root + "k": _same_shape(operand), "display_name": "k"})), 1)
    assert _without_paths(harmless.sql) == _without_paths(where.sql)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_strange_name_of_a_field_is_an_error(text: str) -> None:
    expected = "Unknown operator" if text.startswith("$") else "Unknown field"

    assert expected in refusal({text: 1}).message


def test_every_kind_of_field_has_operators() -> None:
    assert all({"$eq", "$ne", "$in", "$nin", "$exists", "$not"} <= set(operators_of(kind)) for kind in FieldKind)


def test_every_bound_value_is_mentioned() -> None:
    fields: list[tuple[str, Field]] = [(column.name, column) for column in RUN_FIELDS.columns]
    fields += [
        (name, find_field(name, "")) for name in ("config.a", "config.a.b", "summary.a", "tags.a", "keys_info.keys.a")
    ]
    operands: tuple[Any, ...] = (
        [],
        None,
        "2026-01-01",
        1,
        True,
        ["a"],
        [None],
        float("nan"),
        [float("nan")],
        {"$exists": True},
    )
    for name, field in fields:
        for operator, operand in itertools.product(operators_of(field.kind), operands):
            try:
                where = compile_filter(parse_filters(json.dumps({name: {operator: operand}})), 5)
            except AppError:
                continue
            mentioned = {int(number) for number in re.findall(r"\$(\d+)", where.sql)}
            assert mentioned == set(range(5, 5 + len(where.parameters))), (name, operator, operand)


def _same_shape(operand: dict[str, Any]) -> dict[str, Any]:
    return {
        name: ["k"] if isinstance(item, list) else "k" if isinstance(item, str) else item
        for name, item in operand.items()
    }


def _without_paths(sql: str) -> str:
    """A dotted key has more paths than a plain one; besides that the texts must be the same."""
    sql = re.sub(r"coalesce\(([^()]*?), [^()]*\)", r"(\1)", sql)
    return re.sub(r"\$\d+", "$", sql)
