"""Filters and orders in PostgreSQL give what the documented rules give in memory, for random runs, filters and orders.

RUNFOLIO_EXAMPLES sets the number of examples for the long run; each is up to 25 runs and 12 filters.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runfolio_server.domain.json_text import to_jsonb
from runfolio_server.filters.language.cursor import read_place, sign_place
from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.language.order import Order
from runfolio_server.filters.limits import CURSOR_MAX_CHARACTERS
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Connection, Database
from tests.filter_oracle import RunDocument, evaluate, sorted_ids
from tests.filter_strategies import RUNS_MAX, every_condition, every_document, filters, orders, run_lists
from tests.run_language import find_field, parse_filters, parse_order
from tests.sql.every_index import ranges_of

pytestmark = pytest.mark.anyio

EXAMPLES = int(os.environ.get("RUNFOLIO_EXAMPLES", "0"))
SECRET = b"0123456789abcdef0123456789abcdef"
COLUMN_NAMES = {"group": "group_name", "sweep": "sweep_name", "commit": "commit_hash"}


def examples(usual: int) -> settings:
    return settings(
        max_examples=EXAMPLES or usual,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class ProjectRow(msgspec.Struct, frozen=True):
    project_id: int


class UserRow(msgspec.Struct, frozen=True):
    user_id: int
    name: str


class MatchRow(msgspec.Struct, frozen=True):
    run_id: str
    matches: list[bool]


class PlaceRow(msgspec.Struct, frozen=True):
    run_id: str
    place: list[str | None]


ENSURE_PROJECT = Query(
    "ensure_project",
    """
    WITH entity AS (
      INSERT INTO entities (name) SELECT unnest(ARRAY['ada', 'bob']) ON CONFLICT DO NOTHING RETURNING entity_id, name
    ),
    person AS (INSERT INTO users (entity_id) SELECT entity_id FROM entity RETURNING user_id, entity_id)
    INSERT INTO projects (entity_id, name, created_by)
    SELECT entity_id, 'p1', user_id FROM person JOIN entity USING (entity_id) WHERE name = 'ada'
    """,
    NoRow,
)
SELECT_PROJECT = Query("select_project", "SELECT project_id FROM projects", ProjectRow)
SELECT_USERS = Query("select_users", "SELECT user_id, name FROM users JOIN entities USING (entity_id)", UserRow)
INSERT_RUNS = Query(
    "insert_runs",
    """
    INSERT INTO runs (run_id, project_id, name, display_name, state, tags, group_name, job_type, notes, description,
      sweep_name, host, program, commit_hash, repository, created_by, created_at, updated_at, heartbeat_at, finished_at,
      exit_code, stop_requested, config, summary)
    SELECT run_id, project_id, name, display_name, state, tags, group_name, job_type, notes, description,
      sweep_name, host, program, commit_hash, repository, created_by, created_at, updated_at, heartbeat_at, finished_at,
      exit_code, stop_requested, config, summary
    FROM jsonb_populate_recordset(NULL::runs, $1)
    """,
    NoRow,
)
DELETE_RUNS = Query("delete_runs", "DELETE FROM runs WHERE run_id = ANY ($1::text[]::uuid[])", NoRow)
SET_SUMMARIES = Query("set_summaries", "UPDATE runs SET summary = $2 WHERE run_id = ANY ($1::text[]::uuid[])", NoRow)


class Rollback(Exception):
    """Ends an example without a trace."""


@asynccontextmanager
async def stored(database: Database, runs: list[RunDocument]) -> AsyncIterator[Connection]:
    """A connection in a transaction that has just these runs."""
    try:
        async with database.transaction() as connection:
            await insert(connection, runs)
            yield connection
            raise Rollback
    except Rollback:
        pass


async def insert(connection: Connection, runs: list[RunDocument]) -> None:
    project = await connection.row(SELECT_PROJECT)
    if project is None:
        await connection.execute(ENSURE_PROJECT)
        project = await connection.row(SELECT_PROJECT)
    assert project is not None
    users = {row.name: row.user_id for row in await connection.rows(SELECT_USERS)}
    rows = []
    for run in runs:
        columns = {COLUMN_NAMES.get(name, name): value for name, value in run.columns.items()}
        columns["created_by"] = users[columns.pop("user")]
        rows.append(
            {
                **{
                    name: value.isoformat() if isinstance(value, datetime) else value for name, value in columns.items()
                },
                "run_id": run.run_id,
                "project_id": project.project_id,
                "config": json.loads(to_jsonb(run.config)),
                "summary": json.loads(to_jsonb(run.summary)),
            }
        )
    await connection.execute(INSERT_RUNS, json.dumps(rows))


async def matches_of(connection: Connection, texts: list[str]) -> dict[str, list[bool]]:
    """For each run id, whether it passes each filter; the same whether or not indexes on demand could serve."""
    found = []
    for is_indexed in (False, True):
        conditions = []
        parameters: list[object] = []
        for text in texts:
            tree = parse_filters(text)
            where = compile_filter(tree, len(parameters) + 1, None, ranges_of(tree) if is_indexed else {})
            conditions.append(f"({where.sql}) IS TRUE")
            parameters += where.parameters
        query = Query("matches", f"SELECT r.run_id::text, ARRAY[{', '.join(conditions)}] FROM runs AS r", MatchRow)
        found.append({row.run_id: row.matches for row in await connection.rows(query, *parameters)})
    assert found[0] == found[1], texts
    return found[0]


async def page_of(connection: Connection, order: Order, size: int, after: list[str | None] | None) -> list[PlaceRow]:
    """One page, written as the server writes it."""
    compiled = compile_order(order, 2, after)
    query = Query(
        "page",
        f"SELECT r.run_id::text, {compiled.place} FROM runs AS r{joined_tables(order.fields)} "
        f"WHERE {compiled.after or 'TRUE'} ORDER BY {compiled.order_by} LIMIT $1",
        PlaceRow,
    )
    return await connection.rows(query, size, *compiled.parameters)


async def all_pages(connection: Connection, text: str, size: int, most: int = RUNS_MAX) -> list[str]:
    """The run ids of every page, each page asked for with the signed cursor of the one before."""
    query = RunQuery.parse(None, text)
    digest = query.digest("1")
    found: list[str] = []
    place = None
    while True:
        page = await page_of(connection, query.order, size, place)
        found += [row.run_id for row in page]
        assert len(found) <= most, "pages that never end"
        if len(page) < size:
            return found
        cursor = sign_place(SECRET, digest, page[-1].place)
        assert len(cursor) <= CURSOR_MAX_CHARACTERS
        place = read_place(SECRET, digest, cursor)


def spelled(keys: list[tuple[str, str]]) -> str:
    """The keys as one order, later ones that name a field again left out."""
    by_field: dict[Field, str] = {}
    for sign, name in keys:
        by_field.setdefault(find_field(name, "order"), sign + name)
    return ",".join(by_field.values())


@given(runs=run_lists, asked=st.lists(filters, min_size=1, max_size=12))
@examples(60)
async def test_a_filter_lets_through_what_the_documented_rules_let_through(
    database: Database, runs: list[RunDocument], asked: list[Any]
) -> None:
    texts = [json.dumps(one) for one in asked]

    async with stored(database, runs) as connection:
        found = await matches_of(connection, texts)

    wrong = [
        (text, run, found[run.run_id][number])
        for run in runs
        for number, (text, one) in enumerate(zip(texts, asked, strict=True))
        if found[run.run_id][number] != evaluate(one, run)
    ]
    assert not wrong, wrong[0]


@pytest.mark.parametrize("field", ["config.lr", "config.a.b", "config.lr.value", "config.a.0", "summary.a.b"])
@pytest.mark.parametrize("negated", [False, True])
async def test_every_operator_on_every_type_lets_through_what_the_documented_rules_let_through(
    database: Database, field: str, negated: bool
) -> None:
    runs = every_document()
    asked = [{"$not": one} if negated else one for one in every_condition(field)]

    async with stored(database, runs) as connection:
        for start in range(0, len(asked), 200):
            some = asked[start : start + 200]
            found = await matches_of(connection, [json.dumps(one) for one in some])
            wrong = [
                (one, run.config, found[run.run_id][number])
                for run in runs
                for number, one in enumerate(some)
                if found[run.run_id][number] != evaluate(one, run)
            ]
            assert not wrong, wrong[0]


@pytest.mark.parametrize("order", ["config.lr", "-config.lr", "+config.a.b", "-summary.a.0,config.lr"])
async def test_every_type_is_in_the_documented_order(database: Database, order: str) -> None:
    runs = every_document()

    async with stored(database, runs) as connection:
        for size in (7, 50, len(runs)):
            assert sorted_ids(order, runs) == await all_pages(connection, order, size, len(runs))


@given(runs=run_lists, keys=orders)
@examples(60)
async def test_pages_of_every_size_are_the_documented_order(
    database: Database, runs: list[RunDocument], keys: list[tuple[str, str]]
) -> None:
    order = spelled(keys)
    expected = sorted_ids(order, runs)

    async with stored(database, runs) as connection:
        for size in {1, 2, 3, 5, len(runs), len(runs) + 1}:
            assert expected == await all_pages(connection, order, size), (order, size)


@given(
    runs=run_lists,
    newcomers=run_lists,
    order=st.sampled_from(
        ("-config.lr", "config.lr,-config.a.b", "created_at", "-created_at", "+name", "-state,+config.lr")
    ),
    size=st.integers(1, 4),
    leaving=st.lists(st.one_of(st.none(), st.integers(0, 24)), max_size=30),
)
@examples(30)
async def test_runs_that_stay_are_seen_once_while_others_appear_change_and_vanish(
    database: Database,
    runs: list[RunDocument],
    newcomers: list[RunDocument],
    order: str,
    size: int,
    leaving: list[int | None],
) -> None:
    parsed = parse_order(order)
    staying = {run.run_id for run in runs}
    newcomers = [run for run in newcomers if run.run_id not in staying]
    waiting = [run.run_id for run in runs]
    seen: list[str] = []

    async with stored(database, runs) as connection:
        place = None
        while page := await page_of(connection, parsed, size, place):
            seen += [row.run_id for row in page]
            assert len(seen) <= 2 * RUNS_MAX, "pages that never end"
            place = page[-1].place
            if newcomers:
                await insert(connection, [newcomers.pop()])
            leaves = leaving.pop() if leaving else None
            if waiting and leaves is not None:
                gone = waiting.pop(leaves % len(waiting))
                staying.discard(gone)
                await connection.execute(DELETE_RUNS, [gone])
            await connection.execute(SET_SUMMARIES, waiting[:3], '{"lr": 5}')

    assert len(seen) == len(set(seen))
    assert staying <= set(seen)
    assert [run_id for run_id in sorted_ids(order, runs) if run_id in staying] == [
        run_id for run_id in seen if run_id in staying
    ]
