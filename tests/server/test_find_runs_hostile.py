"""Whatever stands in filters, orders, cursors and names of fields: no match or a clear 400, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.runs_in_bulk import SeededRun, make_project
from tests.server.found_runs import RUNS, WIRE_RUNS
from tests.service import Answer, Service

TEXTS = (
    "'",
    '"',
    "\\",
    "' OR '1'='1",
    "'; DROP TABLE runs; --",
    "$1",
    "$$",
    "%s",
    "{0}",
    "%(x)s",
    "--",
    "/*",
    "*/",
    "\0",
    "\ud800",
    "\udfff\ud800",
    "\u2028",
    "é" * 300,
    "a" * 100_000,
    "[" * 50_000,
    '["' * 5_000,
    "." * 2_000,
    "a." * 40,
    "]",
    "['",
    '["\\',
    "::text",
    "E'\\x00'",
    "pg_sleep(10)",
    "deleted_at",
    "r.run_id",
    "NaN",
    "1e999999",
    "",
    " ",
    "\n",
    "$where",
    "__proto__",
)
FIELDS = ("", "config.", "config", "summary_metrics.", "tags.", "keys_info.keys.", "config[", 'config["a"]', "-", "+")
VALUES: tuple[Any, ...] = (
    *TEXTS,
    10**400,
    -(10**400),
    1e308,
    5e-324,
    float("nan"),
    float("inf"),
    True,
    None,
    [],
    [[]],
    {},
    {"a": {}},
    {"$number": "x"},
    {"$number": "NaN"},
    ["\0", "\ud800"],
    [None] * 10_000,
    [1] * 10_001,
    {"\0": "\ud800"},
)
PATTERNS = (
    "(a+)+$",
    "(a|a)*$",
    "(a|aa)+$",
    "(.*)*$",
    "(.*a){20}",
    "((a{1,100}){1,100}){1,100}",
    "(((((a*)*)*)*)*)*b",
    "a{255}{255}",
    "(x+x+)+y",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?=a)",
    "(?<!a)",
    r"(a)\1",
    "***=a",
    "***:a",
    "(?b)a",
    "(",
    "[",
    "[[:foo:]]",
    "[a-",
    "*",
    "a**",
    "\\",
    "\\x{110000}",
    "(?P<a>a)",
    "a" * 257,
    "(" * 100 + ")" * 100,
    "[^" + "a-z" * 80 + "]*",
    "(" * 40 + "a" + "*)" * 40,
)
FACETS = (
    "query($p: String, $x: String!, $f: JSONString, $s: String, $r: String) { project(name: $p) {"
    " groups: runGroups(by: [$x], metrics: [$x], filters: $f, first: 3) { groups { values metrics { mean std } } }"
    " values: runValues(field: $x, filters: $f, first: 3) { value }"
    " bins: runHistogram(field: $x, filters: $f) { low high runCount }"
    " keys: runKeys(document: CONFIG, search: $s, regex: $r, filters: $f, first: 3) { key } } }"
)
GROUPS = (
    "query($p: String, $a: String, $by: [String!]!) { project(name: $p) {"
    " runGroups(by: $by, after: $a) { groups { values } } } }"
)


@pytest.fixture(scope="module")
async def project(service: Service) -> str:
    hostile = {text or "empty": "a" * 3000 + "!" for text in TEXTS if "a" * 1000 not in text}
    runs = [
        SeededRun(f"r{number}", {**hostile, "a": ["a" * 5000, "xxxx" * 1000], "n": 10**300 * number}, {"a": "b"}, ["x"])
        for number in range(5)
    ]
    return await make_project(service, "hostile", runs)


async def ask(service: Service, document: str, **variables: Any) -> Answer:
    """Execute a document with variables that only escapes can say, such as lone surrogates."""
    response = await service.http.post(
        "/graphql",
        content=json.dumps({"query": document, "variables": variables}),
        headers=service.headers("ada"),
    )
    return Answer(response.status_code, response.json())


def check(answer: Answer) -> None:
    """Data, or errors that say what is allowed."""
    errors = answer.body.get("errors", [])
    assert (400 if errors else 200) == answer.status, answer.body
    for error in errors:
        assert "BAD_USER_INPUT" == error["extensions"]["code"]
        # PostgreSQL's own refusal of a value would be told so: ours says what is allowed.
        assert "cannot be stored" not in error["message"]
        assert len(error["message"]) < 2000


async def _list(service: Service, project: str, filters: object, order: str | None = None) -> None:
    text = filters if isinstance(filters, str) else json.dumps(filters)
    check(await ask(service, RUNS, p=project, f=text, o=order))
    check(await ask(service, WIRE_RUNS, project=project, entity="ada", filters=text, order=order))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:20])
async def test_no_name_of_a_field_is_a_fault(service: Service, project: str, text: str) -> None:
    for prefix in FIELDS:
        await _list(service, project, {prefix + text: {"$gt": 1}})
        await _list(service, project, {prefix + text: text}, None)
        await _list(service, project, {}, prefix + text)
    for field in (text, "config." + text, "summary_metrics." + text, "tags." + text, f"config[{json.dumps(text)}]"):
        check(await ask(service, FACETS, p=project, x=field))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
async def test_no_value_is_a_fault(service: Service, project: str, value: Any) -> None:
    fields = ("config.a", "config.n", "name", "created_at", "exit_code", "tags", "tags.x", "stop_requested", "user")
    operators = ("$eq", "$ne", "$gt", "$lte", "$in", "$nin", "$all", "$size", "$exists", "$contains", "$regex", "$not")
    for field in fields:
        # One request for each operator would take long; a mistake in one hides the others only in its own list.
        for operator in operators:
            check(await ask(service, RUNS, p=project, f=json.dumps({field: {operator: value}}), n=1))
    await _list(service, project, {"config.a": value})
    await _list(service, project, {"$or": [value, {"config.n": {"$in": [value]}}]})


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:20])
async def test_no_argument_is_a_fault(service: Service, project: str, text: str) -> None:
    await _list(service, project, text)
    await _list(service, project, {text: []})
    await _list(service, project, {"name": {text: 1}})
    check(await ask(service, RUNS, p=project, a=text))
    check(await ask(service, WIRE_RUNS, project=project, entity="ada", filters="{}", cursor=text))
    check(await ask(service, GROUPS, p=project, by=["name"], a=text))
    check(await ask(service, GROUPS, p=project, by=[text, "name"]))
    check(await ask(service, FACETS, p=project, x="name", s=text))
    check(await ask(service, FACETS, p=project, x="name", r=text))
    check(await ask(service, FACETS, p=project, x="name", f=text))


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern[:20])
async def test_no_pattern_is_a_fault(service: Service, project: str, pattern: str) -> None:
    for field in ("config.a", "config.$1", "name", "tags", "user"):
        await _list(service, project, {field: {"$regex": pattern}})
    check(await ask(service, FACETS, p=project, x="name", r=pattern))


@pytest.mark.parametrize("depth", [31, 33, 100, 1000, 30_000])
async def test_no_depth_of_filters_is_a_fault(service: Service, project: str, depth: int) -> None:
    await _list(service, project, '{"$and":[' * depth + "{}" + "]}" * depth)
    await _list(service, project, '{"$not":' * depth + "{}" + "}" * depth)
    await _list(service, project, '{"config.a":' + "[" * depth + "]" * depth + "}")


async def test_no_width_of_filters_and_orders_is_a_fault(service: Service, project: str) -> None:
    await _list(service, project, {"$or": [{"config.a": number} for number in range(1000)]})
    await _list(service, project, {"$or": [{"config.a": number} for number in range(1001)]})
    await _list(service, project, {f"config.k{number}.x.value": {"$ne": number} for number in range(200)})
    await _list(service, project, {"$and": [{"config.a": {"$regex": "(a|b)*c"}}] * 900})
    await _list(service, project, {}, ",".join(f"-config.k{number}.value.x" for number in range(8)))
    await _list(service, project, {"config.a": {"$in": ["x" * 6 for _ in range(9_000)]}})
    check(
        await ask(
            service,
            GROUPS.replace("by: $by", "by: $by, metrics: $by"),
            p=project,
            by=["config.a.value.b", "tags.x", "created_at", "summary.a.b"],
        )
    )
