"""What PostgreSQL makes of compiled filters: patterns mean what RE2 means, nothing runs away, indexes are used."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runfolio_server.filters.regex.regex import translate_regex
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Connection, Database
from tests.run_language import parse_filters, parse_order
from tests.unit.test_filters_parse import INJECTIONS

pytestmark = pytest.mark.anyio

# (RE2, Python): the same but for `$`, which in Python also matches before a newline at the end, and `\B` in no text.
_atoms = st.sampled_from(
    [
        (text, text)
        for text in ("a", "b", "A", "é", "É", ".", "[ab]", "[^a]", r"\d", r"\w", r"\W", "[a-c]", r"\.", "1", "-")
    ]
    + [
        ("[[:upper:]]", "[A-Z]"),
        (r"\s", r"[\t\n\f\r ]"),
        (r"\S", r"[^\t\n\f\r ]"),
        ("(?i:a)", "(?i:a)"),
        ("(?s:.)", "(?s:.)"),
    ]
    + [("(?i:[^ab])", "(?i:[^ab])"), (r"[^\d\n]", r"[^\d\n]"), ("[.-1]", "[.-1]"), (r"\x41", "A"), (r"\Q.\E", r"\.")]
)
_positions = st.sampled_from(
    [("^", "^"), ("$", r"\Z"), (r"\b", r"\b"), (r"\B", r"(?!\b)"), ("(?m:^)", "(?m:^)"), ("(?m:$)", "(?m:$)")]
)
_repeats = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?", "{0}"])


def _larger(inner: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda two: (two[0][0] + two[1][0], two[0][1] + two[1][1])),
        st.tuples(inner, inner).map(lambda two: (f"(?:{two[0][0]}|{two[1][0]})", f"(?:{two[0][1]}|{two[1][1]})")),
        st.tuples(inner, _repeats).map(lambda two: (f"({two[0][0]}){two[1]}", f"(?:{two[0][1]}){two[1]}")),
    )


patterns = st.recursive(st.one_of(_atoms, _atoms, _positions), _larger, max_leaves=6)
subjects = st.text(alphabet="abABé1.\n -c_", max_size=6)


class BooleanRow(msgspec.Struct, frozen=True):
    answer: bool


class LineRow(msgspec.Struct, frozen=True):
    line: str


class CountRow(msgspec.Struct, frozen=True):
    count: int


MATCH = Query("match", 'SELECT ($1::text COLLATE "C") ~ $2::text', BooleanRow)
MATCH_ALL = Query(
    "match_all",
    'SELECT (s.t COLLATE "C") ~ $2::text FROM unnest($1::text[]) WITH ORDINALITY AS s (t, n) ORDER BY n',
    BooleanRow,
)


@pytest.fixture(scope="module", autouse=True)
async def _some_runs(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.script(
            """
            INSERT INTO entities (name) VALUES ('ada');
            INSERT INTO users (entity_id) SELECT entity_id FROM entities;
            INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM users;
            INSERT INTO runs (run_id, project_id, name, display_name, state, created_by, config, summary)
            SELECT gen_random_uuid(), project_id, 'r' || i, 'run ' || i, 'finished', created_by,
              jsonb_build_object('lr', i, 'model', 'm' || i % 7, 'opt', jsonb_build_object('beta', i % 11)),
              jsonb_build_object('loss', 1.0 / i)
            FROM projects, generate_series(1, 5000) AS i;
            """
        )
    async with database.connection() as connection:
        await connection.script("VACUUM ANALYZE runs")


async def count(connection: Connection, filters: Any) -> int:
    where = compile_filter(parse_filters(json.dumps(filters)), 1)
    query = Query("count", f"SELECT count(*) FROM runs AS r WHERE {where.sql}", CountRow)
    row = await connection.row(query, *where.parameters)
    assert row is not None
    return row.count


async def plan_of(connection: Connection, filters: Any) -> str:
    where = compile_filter(parse_filters(json.dumps(filters)), 1)
    query = Query("plan", f"EXPLAIN SELECT r.run_id FROM runs AS r WHERE {where.sql}", LineRow)
    return "\n".join(row.line for row in await connection.rows(query, *where.parameters))


@given(pattern=patterns, texts=st.lists(subjects, min_size=1, max_size=8))
@settings(max_examples=300)
async def test_a_pattern_matches_what_it_matches_in_re2(
    database: Database, pattern: tuple[str, str], texts: list[str]
) -> None:
    re2, python = pattern
    expected = [bool(re.search(python, text, re.ASCII)) for text in texts]

    async with database.connection() as connection:
        found = [row.answer for row in await connection.rows(MATCH_ALL, texts, translate_regex(re2, "p"))]

    assert expected == found


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){12}", "(x+x+)+y", "((((((a*)*)*)*)*)*)*b", "(a|b)*a(a|b){12}$",
        "(a?){70}a{100}b", "a{0,255}b{0,255}c{0,255}", "(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*(.*)*(.*)*=(.*)*",
        "(?m)^(a|b)*$" * 15, r"(\b\w*){20}!", "[^b]*[^c]*[^d]*[^e]*[^f]*[^g]*z", "(?i)" + "(a|b|ab)*" * 15 + "z",
        "(((a{1,9}){1,9}){1,9})b", "(" * 40 + "a" + "*)" * 40 + "b",
    ],
)  # fmt: skip
async def test_no_pattern_runs_away(database: Database, pattern: str) -> None:
    """Each of these takes a backtracking engine for ever; here a second is far more than any needs."""
    translated = translate_regex(pattern, "p")

    async with database.transaction() as connection:
        await connection.script("SET LOCAL statement_timeout = '10s'")
        for text in ("a" * 20_000 + "!", "ab" * 10_000 + "!", "aB" * 50, ""):
            assert await connection.row(MATCH, text, translated) is not None


@pytest.mark.parametrize("text", INJECTIONS)
async def test_hostile_text_matches_nothing(database: Database, text: str) -> None:
    async with database.connection() as connection:
        for name in ("config.", "summary_metrics.", "tags.", "keys_info.keys."):
            assert await count(connection, {name + text: {"$exists": True}}) == 0
        for name in ("display_name", "user", "entity", "config.lr", "tags"):
            for operator in ("$eq", "$contains"):
                assert await count(connection, {name: {operator: text}}) == 0
        order = compile_order(parse_order('-config["' + json.dumps(text)[1:-1] + '"]'), 1)
        query = Query("page", f"SELECT r.run_id::text FROM runs AS r ORDER BY {order.order_by} LIMIT 3", LineRow)
        # The place is not selected here, but its parameters are those of the ORDER BY.
        assert len(await connection.rows(query, *order.parameters)) == 3
        assert await count(connection, {}) == 5000


async def test_equality_on_config_uses_a_gin_index(database: Database) -> None:
    asked: list[Any] = [
        {"config.lr": 77},
        {"config.lr": {"$in": [1, 2, 3]}},
        {"config.opt.beta.value": "none"},
        {"$and": [{"config.lr.value": 77}, {"state": "finished"}]},
    ]

    async with database.connection() as connection:
        await connection.script(
            "BEGIN; CREATE INDEX try_config ON runs USING gin (config jsonb_path_ops); ANALYZE runs"
        )
        try:
            plans = [await plan_of(connection, filters) for filters in asked]
        finally:
            await connection.script("ROLLBACK")

    assert all("Bitmap Index Scan" in plan for plan in plans), plans


async def test_a_long_list_is_found_among_items_too_in_every_plan(database: Database) -> None:
    filters = json.dumps({"config.items": {"$in": [f"x{number}" for number in range(100)]}})
    where = compile_filter(parse_filters(filters), 2)
    sql = f"SELECT count(*) FROM (SELECT ('{{\"items\": ' || $1 || '}}')::jsonb AS config) AS r WHERE {where.sql}"

    for mode in ("force_custom_plan", "force_generic_plan"):
        async with database.connection() as connection, connection.transaction():
            await connection.script(f"SET LOCAL plan_cache_mode = {mode}")
            found = [
                await connection._raw.fetchval(sql, items, *where.parameters)
                for items in (
                    '["a", "x7"]',
                    '["a", "x700"]',
                    '"x7"',
                    '"x700"',
                    '[["x7"]]',
                    "null",
                    '[null, "x99"]',
                    "[]",
                )
            ]
            plan = "\n".join(
                row[0] for row in await connection._raw.fetch(f"EXPLAIN {sql}", '["a"]', *where.parameters)
            )

        assert [1, 0, 1, 0, 0, 0, 1, 0] == found
        assert 2 == plan.count("hashed"), plan


async def test_the_largest_filter_and_order_are_answered(database: Database) -> None:
    many = {"$or": [{f"config.a.b{number}": {"$gt": number}} for number in range(285)]}
    order = compile_order(parse_order(",".join(f"-summary_metrics.some.value.k{n}" for n in range(8))), 2)
    page = f"SELECT r.run_id::text FROM runs AS r ORDER BY {order.order_by} LIMIT $1"

    async with database.connection() as connection:
        started = time.monotonic()
        assert await count(connection, many) == 0
        assert await count(connection, {"config.lr": {"$in": list(range(10_000))}}) == 5000
        assert len(await connection.rows(Query("page", page, LineRow), 50, *order.parameters)) == 50
        print(f"largest filter, list and order over 5,000 runs: {time.monotonic() - started:.2f} s")
