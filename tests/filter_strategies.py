"""Random runs, filters and orders for test_filters_against_oracle.py: of few keys and values, so that they meet."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from runfolio_server.filters.sql.shared_documents import TOGETHER
from tests.filter_oracle import RunDocument

RUNS_MAX = 25
NAN = float("nan")
INFINITY = float("inf")

NUMBERS = (
    0, 1, 1.0, -1, 0.1, 2, -0.0, 1e16, 10**16, 2**70, 2**53, 2**53 + 1, float(2**53), 1e23, 10**23, 1e-7, 5e-324, 1e300,
    10**309, 10**400, -(10**400), NAN, INFINITY, -INFINITY,
)  # fmt: skip
TEXTS = (
    "", "a", "b", "ab", "A", "B", "1", "true", "null", "é", "z", "ä", "𝄞", "\uffff", "a\nb", "x\0y", 'q"\\', "NaN",
    "x" * 255, "x" * 256, "x" * 256 + "a", "x" * 256 + "b", "%", "_",
)  # fmt: skip
KEYS = (
    "lr", "a", "b", "a.b", "value", "lr.value", "a.b.value", "0", "x/y", "ключ", "\0", "$number", "b.a", "a.0",
    "a > 0.5",
)  # fmt: skip
TAGS = ("a", "b", "ab", "base line", "é", "a.b")
USERS = ("ada", "bob")
PATTERNS = (
    "", "a", "^a", "b$", "^$", "^a.b$", r"\d", r"\w+", r"\bx", "[^a]", "[a-c]", "a|é", "(?i)A", "(?:ab)*$", "x{255}",
    "^.$", r"\.", "(?s)a.b", "(?i)[^a]", r"\S", "^[^b]*$",
)  # fmt: skip
DOCUMENT_FIELDS = (
    "config.lr", "config.a", "config.a.b", "config.lr.value", "config.a.b.value", "config.value", "config.a.0",
    "config.a.-1", "config['a.b']", 'config["a"]["b"]', "config.x/y", "config.ключ", "config.\0",
    "config.lr.value.value", "config.a.b.a", "config.a.b.a.b", "config.a.b.0.b", "config.a.value.b", "config.a.a > 0.5",
    "config.a.b.a.b.a.b", "config.a.b.a.value.b.a.b", "config.a.b.0.b.a.b", "summary.a.b.a.0", "summary.b.a.b.a.b.a.b",
    "summary_metrics.lr", "summary.a.b", "summaryMetrics.x/y", "summary['a']['0']", "summary.lr.value", "_step",
)  # fmt: skip
TEXT_FIELDS = (
    "name", "display_name", "displayName", "group", "groupName", "jobType", "job_type", "notes", "description",
    "sweep", "host", "program", "commit", "repository", "user", "username", "entity", "project",
)  # fmt: skip
STATES = ("running", "finished", "crashed")
TIME_FIELDS = ("created_at", "createdAt", "updatedAt", "heartbeat_at", "finished_at", "finishedAt")
NUMBER_FIELDS = ("duration", "exit_code", "exitCode")
PRESENCE_FIELDS = ("tags.a", "tags.a.b", "keys_info.keys.lr", "keys_info.keys.a.b", "keysInfo.keys.x/y")
START = datetime(2026, 1, 31, 23, 59, 59, 500_000, tzinfo=UTC)

# Few, and drawn often, so that what filters ask for is what runs have.
COMMON = (0, 1, 1.0, True, "1", "a", None, NAN, INFINITY)
COMMON_DOCUMENTS: tuple[dict[str, Any], ...] = (
    {"a": {"b": 1}, "a.b": "a"}, {"a": {"b": NAN}}, {"a.b": None, "a": {"b": 1}}, {"a": [1, "a"]}, {"a": [{"b": 1}]},
    {"lr": {"value": 1}}, {"lr": 1, "lr.value": "a"}, {"lr": [NAN, None]}, {"a": [[1], "0"], "lr": [1]},
    {"a": {"0": 1}}, {"a": {"b.a": 1, "b": {"a": NAN}}, "a.b": {"a": "a"}}, {"a": {"a > 0.5": 1}},
    {"a": {"b": {"a": {"b": {"a": {"b": 1}}}}}}, {"a.b": {"a.b": {"a.b": 1}, "a": {"b": {"a": "a"}}}},
    {"a.b": [{"b.a.b": 1}], "a": {"b.a": {"b.a.b": 1}}}, {"b.a": {"b.a": {"b": {"a.b": "a"}}}},
)  # fmt: skip
scalars = st.one_of(st.sampled_from(COMMON), st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(TEXTS))
_values: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(COMMON),
    st.sampled_from(COMMON),
    scalars,
    scalars,
    st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=2)),
        max_leaves=4,
    ),
)


def _named(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The same strategy, printed in one word: Hypothesis warns of printing this much."""

    @st.composite
    def named(draw: st.DrawFn) -> Any:
        return draw(strategy)

    return named()


values = _named(_values)
documents = st.one_of(
    st.dictionaries(st.sampled_from((*KEYS, "_step")), values, max_size=6), st.sampled_from(COMMON_DOCUMENTS)
)
times = st.integers(0, 6).map(lambda number: START + timedelta(microseconds=500_000 * number))
texts = st.sampled_from([text.replace("\0", "") for text in TEXTS])


@st.composite
def runs(draw: st.DrawFn) -> RunDocument:
    """One run."""
    columns: dict[str, Any] = {
        "display_name": draw(texts),
        "state": draw(st.sampled_from(STATES)),
        "tags": draw(st.lists(st.sampled_from(TAGS), unique=True, max_size=3)),
        "created_at": draw(times),
        "updated_at": draw(times),
        "heartbeat_at": draw(times),
        "stop_requested": draw(st.booleans()),
        "user": draw(st.sampled_from(USERS)),
        "entity": "ada",
        "project": "p1",
    }
    for name in ("group", "job_type", "notes", "description", "sweep", "host", "program", "commit", "repository"):
        if draw(st.booleans()):
            columns[name] = draw(texts)
    if draw(st.booleans()):
        columns["finished_at"] = draw(times)
        columns["exit_code"] = draw(st.sampled_from((0, 1, -1, 255)))
    run_id = str(UUID(int=draw(st.integers(0, 2**128 - 1))))
    columns["name"] = f"run-{run_id}"
    return RunDocument(run_id, columns, draw(documents), draw(documents))


run_lists = st.lists(runs(), min_size=1, max_size=RUNS_MAX, unique_by=lambda run: run.run_id)


def _operators(plain: st.SearchStrategy[Any], ordered: st.SearchStrategy[Any] | None) -> st.SearchStrategy[Any]:
    """What any field takes; `ordered` is what may stand behind `$gt`."""
    found = (
        [st.fixed_dictionaries({name: plain}) for name in ("$eq", "$ne")]
        + [st.fixed_dictionaries({name: st.lists(plain, max_size=12)}) for name in ("$in", "$nin")]
        + [st.fixed_dictionaries({"$exists": st.booleans()})]
    )
    if ordered is not None:
        found += [st.fixed_dictionaries({name: ordered}) for name in ("$gt", "$gte", "$lt", "$lte")]
    return _named(st.one_of(found))


def _search() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.fixed_dictionaries({"$regex": st.sampled_from(PATTERNS)}),
        st.fixed_dictionaries({"$contains": st.sampled_from(TEXTS)}),
    )


def _combined(operators: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Several operators on one field, and `$not` around them."""
    several = st.lists(operators, min_size=1, max_size=2).map(
        lambda found: {k: v for one in found for k, v in one.items()}
    )
    return st.one_of(several, several, several.map(lambda found: {"$not": found}))


def _is_plain(value: Any) -> bool:
    """Values that need no `$eq`: no key in them reads as an operator."""
    if isinstance(value, dict):
        return "$number" not in value and all(map(_is_plain, value.values()))
    return not isinstance(value, list) or all(map(_is_plain, value))


_json_operators = _named(
    st.one_of(
        _operators(values, st.one_of(st.sampled_from(NUMBERS), st.sampled_from(TEXTS))),
        _operators(values, st.one_of(st.sampled_from(NUMBERS), st.sampled_from(TEXTS))),
        _search(),
        st.fixed_dictionaries({"$all": st.lists(values, max_size=2)}),
        st.fixed_dictionaries({"$size": st.integers(0, 3)}),
    )
)
_names = st.one_of(texts, st.sampled_from(("ada", "bob", "p1", "running", "finished")))
_states = st.sampled_from((*STATES, "killed", None))
_tag_values = st.one_of(st.none(), st.sampled_from(TAGS), st.lists(st.sampled_from(TAGS), max_size=2))
_tag_operators = st.one_of(
    _operators(_tag_values, None),
    _search(),
    st.fixed_dictionaries({"$all": st.lists(st.sampled_from(TAGS), max_size=2)}),
    st.fixed_dictionaries({"$size": st.integers(0, 3)}),
)
_time_values = st.one_of(
    times.map(lambda time: time.isoformat()),
    times.map(lambda time: time.replace(tzinfo=None).isoformat()),
    times.map(lambda time: time.timestamp()),
    st.just("2026-02-01"),
)
_number_values = st.sampled_from((0, 0.5, 1, 1.0, -1, 255, NAN, INFINITY, 10**400))


def _condition(names: tuple[str, ...], operators: st.SearchStrategy[Any], plain: st.SearchStrategy[Any]) -> Any:
    operand = st.one_of(_combined(operators), _combined(operators), plain)
    return st.dictionaries(st.sampled_from(names), operand, min_size=1, max_size=2)


conditions = _named(
    st.one_of(
        _condition(DOCUMENT_FIELDS[:5], _json_operators, values.filter(_is_plain)),
        _condition(DOCUMENT_FIELDS, _json_operators, values.filter(_is_plain)),
        _condition(
            TEXT_FIELDS,
            st.one_of(_operators(st.one_of(st.none(), _names), _names), _search()),
            st.one_of(st.none(), _names),
        ),
        _condition(("state",), st.one_of(_operators(_states, _names), _search()), _states),
        _condition(("tags",), _tag_operators, _tag_values),
        _condition(TIME_FIELDS, _operators(st.one_of(st.none(), _time_values), _time_values), _time_values),
        _condition(NUMBER_FIELDS, _operators(st.one_of(st.none(), _number_values), _number_values), _number_values),
        _condition(("stop_requested",), _operators(st.one_of(st.none(), st.booleans()), None), st.booleans()),
        _condition(PRESENCE_FIELDS, _operators(st.sampled_from((None, True)), None), st.sampled_from((None, True))),
    )
)


def _logical(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    filters = st.lists(st.one_of(st.none(), inner), max_size=3)
    return st.one_of(
        st.fixed_dictionaries({"$and": filters}),
        st.fixed_dictionaries({"$or": filters}),
        st.fixed_dictionaries({"$nor": filters}),
        st.fixed_dictionaries({"$not": inner}),
    )


_filters = st.one_of(conditions, st.recursive(conditions, _logical, max_leaves=5))
filters = _named(_filters)
# Of so many conditions that they share what is read of a row's documents.
_many = st.lists(_filters, min_size=TOGETHER, max_size=3 * TOGETHER)
wide_filters = _named(
    st.recursive(
        st.one_of(*(st.fixed_dictionaries({name: _many}) for name in ("$and", "$or", "$nor"))), _logical, max_leaves=2
    )
)

_order_fields = (
    *DOCUMENT_FIELDS,
    *TEXT_FIELDS,
    "state",
    *TIME_FIELDS,
    *NUMBER_FIELDS,
    *PRESENCE_FIELDS,
    "tags",
    "stop_requested",
)
_order_keys = st.tuples(
    st.sampled_from(("", "+", "-")), st.one_of(st.sampled_from(DOCUMENT_FIELDS), st.sampled_from(_order_fields))
)
orders = st.lists(_order_keys, min_size=1, max_size=4)


def every_document() -> list[RunDocument]:
    """Every scalar in every place where a key can be, alone and in a list, and some that contradict each other."""
    inside: tuple[Any, ...] = (*NUMBERS, *TEXTS, True, False, None)
    found: list[dict[str, Any]] = [{}, *COMMON_DOCUMENTS]
    for value in inside:
        found += [{"lr": value, "a.b": value, "a": {"b": 1}}, {"lr": [value], "a": {"b": value}}]
        found += [
            {"lr": {"value": value}, "a": [value, value]},
            {"lr": {"b": [value]}, "a": [[value]], "lr.value": value},
        ]
    columns = {"tags": [], "created_at": START, "updated_at": START, "heartbeat_at": START, "stop_requested": False}
    columns |= {"state": "running", "user": "ada", "entity": "ada", "project": "p1"}
    return [
        RunDocument(str(UUID(int=number)), columns | {"name": str(number), "display_name": ""}, document, document)
        for number, document in enumerate(found)
    ]


def every_condition(field: str) -> list[dict[str, Any]]:
    """Every operator with every scalar that it takes, and some lists and objects."""
    ordered = (*NUMBERS, *TEXTS)
    plain: tuple[Any, ...] = (
        *ordered,
        True,
        False,
        None,
        [],
        {},
        [1],
        [[1]],
        ["a"],
        [NAN],
        {"b": 1},
        {"b": NAN},
        [1, 1],
    )
    found: list[dict[str, Any]] = [{name: value} for name in ("$eq", "$ne") for value in plain]
    found += [{name: value} for name in ("$gt", "$gte", "$lt", "$lte") for value in ordered]
    found += [{name: list(pair)} for name in ("$in", "$nin", "$all") for pair in itertools.pairwise(plain)]
    found += [{name: []} for name in ("$in", "$nin", "$all")] + [{"$in": list(plain)}, {"$nin": list(plain)}]
    found += [{"$exists": True}, {"$exists": False}, {"$size": 0}, {"$size": 1}, {"$size": 2}]
    found += [{"$regex": pattern} for pattern in PATTERNS] + [{"$contains": text} for text in TEXTS]
    return [{field: operators} for operators in found]
