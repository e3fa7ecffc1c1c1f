"""Lists read of long columns what is selected, once, and no more than the answer may hold."""

from __future__ import annotations

import json

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.endpoints import graphql
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.index_sql import order_index
from runfolio_server.graph.schema import schema
from runfolio_server.sql.run_lists import long_columns
from runfolio_server.sql.run_lists.by_creation import select_runs_by_creation
from runfolio_server.sql.run_lists.by_index import select_runs_by_index
from runfolio_server.sql.run_lists.indexes import ReadyIndex
from runfolio_server.sql.run_lists.list import select_runs_page
from runfolio_server.sql.run_lists.long_columns import LONG_COLUMNS, WantedLong, with_long_columns
from tests.server.statements import Statements
from tests.service import Answer, Service

RUNS, LONG = 40, 10_000
LIST = '{ project(name: "p") { runs(first: 30%s) { %s } } }'
OF_NODE = "edges { node { %s } }"
ORDERS = {
    "by creation": "",
    "by a column": ', order: "-displayName"',
    "filtered by config": ', filters: "{\\"config.n\\": {\\"$gt\\": 3}}"',
    "by a key": ', order: "-config.n"',
}
EVERY = "id notes description config summaryMetrics systemMetrics wandbConfig"
# Documents that select a long column in one way or another, and what is read for them.
SELECTIONS = {
    "edges { node { config } }": {"config_text"},
    "a: edges { cursor } b: edges { x: node { y: summaryMetrics } }": {"summary_text"},
    "...P } } } fragment P on RunConnection { edges { node { ...R } } } fragment R on Run { ... { notes": {"notes"},
    "edges { node { ... on Node { id } ... on Run { description } } }": {"description"},
    "edges { node { wandbConfig } }": {"config_text", "summary_text"},
    "edges { node { config @skip(if: true) notes @include(if: false) name } }": set(),
    "pageInfo { endCursor } totalCount": set(),
}


@pytest.fixture(autouse=True)
async def filled(service: Service) -> Service:
    if (await service.graphql('{ project(name: "p") { id } }')).data["project"] is None:
        for number in range(RUNS):
            # Not to be compressed: characters of which each has two bytes.
            text = "".join(chr(256 + (number * 7919 + place * 104_729) % 1500) for place in range(LONG // 2))
            config = {"n": {"value": number}, "text": {"value": text}, "_wandb": {"value": {"t": {"1": [number]}}}}
            run = await service.start_run(
                f"r{number}",
                config=json.dumps(config, ensure_ascii=False),
                summaryMetrics=json.dumps({"text": text[::-1]}, ensure_ascii=False),
                notes=text[: LONG // 10] if number % 3 else None,
                displayName=f"d{number % 10}",
            )
            change = {"id": run["id"], "description": text[: LONG // 20]}
            await service.graphql(
                "mutation($input: UpdateRunInput!) { updateRun(input: $input) { run { id } } }", input=change
            )
            await service.stream(
                f"ada/p/r{number}",
                {
                    "files": {
                        "wandb-events.jsonl": {"offset": 0, "content": [json.dumps({"system.text": text[: LONG // 4]})]}
                    }
                },
            )
    return service


def _list(selection: str, order: str = "") -> str:
    document = LIST % (ORDERS.get(order, ""), selection)
    # Selections that end in a fragment close what they opened.
    return document.removesuffix("}") if "fragment" in selection else document


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    return Statements(monkeypatch)


@pytest.mark.parametrize("order", ORDERS)
async def test_a_page_of_names_reads_no_document(service: Service, statements: Statements, order: str) -> None:
    await statements.of(service, _list(OF_NODE % "id name displayName tags state createdAt", order))

    assert statements.sizes["select_runs_page"] + statements.sizes["select_runs_walk"] < RUNS * 300


@pytest.mark.parametrize("order", ORDERS)
async def test_a_page_with_short_documents_is_one_statement(
    service: Service, statements: Statements, order: str
) -> None:
    names = await statements.of(service, _list(OF_NODE % "name config summaryMetrics", order))

    assert "select_long_columns" not in names
    assert statements.sizes["select_runs_page"] > 30 * 2 * LONG


@pytest.mark.parametrize("most", [0, LONG, 30 * 3 * LONG])
@pytest.mark.parametrize("order", ORDERS)
async def test_long_documents_are_read_in_portions_and_answered_the_same(
    service: Service, monkeypatch: pytest.MonkeyPatch, statements: Statements, order: str, most: int
) -> None:
    whole = await service.graphql(_list(OF_NODE % EVERY, order))
    monkeypatch.setattr(long_columns, "LONG_BYTES_AT_ONCE_MAX", most)

    names = await statements.of(service, _list(OF_NODE % EVERY, order))
    found = await service.graphql(_list(OF_NODE % EVERY, order))

    assert whole.data == found.data
    assert len(whole.data["project"]["runs"]["edges"]) == 30
    # At most so much at once, or one run.
    assert names.count("select_long_columns") == (30 if most <= LONG else 2)
    assert statements.sizes["select_runs_page"] < most + 31 * 300


async def test_all_ways_to_a_page_read_the_same_of_long_columns(service: Service) -> None:
    query = RunQuery.parse(json.dumps({"config.n": {"$gt": 3}}))
    wanted = WantedLong({"config_text", "notes"}, 11_000)
    async with service.database.connection() as connection:
        project = await connection._raw.fetchval("SELECT project_id FROM projects WHERE name = 'p'")
        paged = query.page(20)
        by_key = query.ordered("config.n").page(20)
        ready = ReadyIndex(order_index(project, "config.n"), RUNS)
        ways = [
            (await select_runs_page(connection, project, paged, wanted=wanted), paged),
            (await select_runs_by_creation(connection, project, paged, {}, wanted), paged),
            (await select_runs_page(connection, project, by_key, wanted=wanted), by_key),
            (await select_runs_by_index(connection, ready, by_key, wanted=wanted), by_key),
        ]
        whole = [await with_long_columns(connection, rows, wanted) for rows, _ in ways]
        stored = {
            row["run_id"]: row for row in await connection._raw.fetch("SELECT run_id, config_text, notes FROM runs")
        }

    assert ways[0] == ways[1]
    assert ways[2] == ways[3]
    for (rows, _), full in zip(ways, whole, strict=True):
        assert len(rows) == 20
        for row, joined in zip(rows, full, strict=True):
            own = stored[row.run_id]
            size = len(own["config_text"].encode()) + len((own["notes"] or "").encode())
            assert size == row.long_bytes
            assert (own["config_text"], own["notes"]) == (joined.config_text, joined.notes)
            assert (row.config_text is None) == (size > 11_000)
            assert [None] * 3 == [getattr(joined, name) for name in LONG_COLUMNS if name not in wanted.names]
        # Some of them are read with the row, and others are not.
        assert {True, False} == {row.config_text is None for row in rows}


@pytest.mark.parametrize("selection", SELECTIONS)
async def test_what_is_read_is_what_is_selected(service: Service, statements: Statements, selection: str) -> None:
    await statements.of(service, _list(selection))

    columns = SELECTIONS[selection]
    async with service.database.connection() as connection:
        size = await connection._raw.fetchval(
            f"SELECT sum({' + '.join(f'coalesce(octet_length({name}), 0)' for name in sorted(columns)) or '0'})"
            " FROM (SELECT * FROM runs ORDER BY created_at, run_id LIMIT 31) AS r"
        )
    assert size <= statements.sizes["select_runs_page"] < size + 31 * 300


async def test_a_field_that_is_selected_alone_is_answered_as_beside_all_others(service: Service) -> None:
    """So each field of Run says which long columns it reads."""
    run = schema._schema.type_map["Run"]
    assert isinstance(run, GraphQLObjectType)
    names = [
        name
        for name, field in run.fields.items()
        if is_leaf_type(get_named_type(field.type)) and not any(map(is_required_argument, field.args.values()))
    ]
    one, many = 'run(name: "r4") { %s }', "runs(first: 2) { edges { node { %s } } }"
    columns = 'historyColumns(keys: ["_step"], names: ["r4"]) { run { %s } }'

    for way in (one, many, columns):
        together = await service.graphql(f'{{ project(name: "p") {{ {way % " ".join(names)} }} }}')
        for name in names:
            alone = await service.graphql(f'{{ project(name: "p") {{ {way % name} }} }}')
            assert _values(together, name) == _values(alone, name), name


def _values(answer: Answer, name: str) -> list[object]:
    (found,) = answer.data["project"].values()
    if isinstance(found, list):
        return [item["run"][name] for item in found]
    return [edge["node"][name] for edge in found["edges"]] if "edges" in found else [found[name]]


def _budget(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(graphql, "AnswerBudget", lambda *_: AnswerBudget(size, 1_000_000))


LARGE = {
    "config": OF_NODE % "config",
    "notes of the SDK": OF_NODE % 'wandbConfig(keys: ["t"])',
    "notes": OF_NODE % "notes description",
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("what", LARGE)
async def test_a_page_of_huge_documents_ends_before_more_is_read_than_an_answer_may_hold(
    service: Service, monkeypatch: pytest.MonkeyPatch, statements: Statements, order: str, what: str
) -> None:
    _budget(monkeypatch, 2 * LONG)

    answer = await service.graphql(_list(LARGE[what], order))

    assert (413, "ANSWER_TOO_LARGE") == (answer.status, answer.error["extensions"]["code"])
    assert "most of it is project.runs, with" in answer.error["message"]
    assert "select_long_columns" not in statements.names
    assert statements.sizes["select_runs_page"] + statements.sizes["select_runs_walk"] < 2 * LONG + 31 * 300


async def test_pages_under_aliases_are_read_no_further_than_an_answer_may_hold_all_of_them(
    service: Service, monkeypatch: pytest.MonkeyPatch, statements: Statements
) -> None:
    pages = " ".join(
        f"a{number}: runs(first: 5) {{ edges {{ node {{ config historyKeys }} }} }}" for number in range(50)
    )
    _budget(monkeypatch, 10 * LONG)

    answer = await service.graphql(f'{{ project(name: "p") {{ {pages} }} }}')

    assert (413, "ANSWER_TOO_LARGE") == (answer.status, answer.error["extensions"]["code"])
    texts = statements.sizes["select_long_columns"] + statements.sizes["select_runs_page"]
    # What comes while another statement is under way is counted when it has come.
    assert texts < 2 * 10 * LONG


async def test_runs_under_aliases_are_read_without_what_is_not_selected(
    service: Service, statements: Statements
) -> None:
    runs = " ".join(f'a{number}: run(name: "r{number}") {{ name historyKeys }}' for number in range(RUNS))

    await statements.of(service, f'{{ project(name: "p") {{ {runs} }} }}')

    assert statements.names.count("select_run_by_name") == RUNS
    assert statements.sizes["select_run_by_name"] < RUNS * 300


async def test_histories_of_many_runs_read_what_is_selected_of_them(service: Service, statements: Statements) -> None:
    document = '{ project(name: "p") { historyColumns(keys: ["_step"]) { run { %s } } } }'

    await statements.of(service, document % "name")
    names = statements.sizes["select_chosen_runs"]
    await statements.of(service, document % "name config")

    assert names < RUNS * 300
    assert statements.sizes["select_chosen_runs"] > RUNS * LONG


VALUES = {
    "values": 'runValues(field: "config.text", first: 30) { value runCount }',
    "groups": 'runGroups(by: ["config.text", "notes"], first: 30) { groups { values runCount } }',
    "counts of groups": 'runGroups(by: ["config.text"], first: 30) { groups { runCount } }',
}


@pytest.mark.parametrize("what", VALUES)
async def test_long_values_are_read_no_further_than_an_answer_may_hold(
    service: Service, monkeypatch: pytest.MonkeyPatch, statements: Statements, what: str
) -> None:
    document = f'{{ project(name: "p") {{ {VALUES[what]} }} }}'
    whole = await service.graphql(document)
    _budget(monkeypatch, 3 * LONG)

    answer = await service.graphql(document)

    found = whole.data["project"]
    assert len(found["runValues"] if "runValues" in found else found["runGroups"]["groups"]) == 30
    assert (413, "ANSWER_TOO_LARGE") == (answer.status, answer.error["extensions"]["code"])
    await statements.of(service, "{ viewer { id } }")
    await service.graphql(document)
    # The value that was too much is the last one.
    assert 3 * LONG < statements.sizes["select_values"] + statements.sizes["select_groups"] < 3 * LONG + 2 * LONG


async def test_long_names_of_keys_are_read_no_further_than_an_answer_may_hold(
    service: Service, monkeypatch: pytest.MonkeyPatch, statements: Statements
) -> None:
    nested = {f"{number}-{'k' * LONG}": {"inner, with its path": number, "plain": number} for number in range(10)}
    await service.start_run("keys", "keys", config=json.dumps({"nested": {"value": nested}}))
    document = '{ project(name: "keys") { runKeys(document: CONFIG, first: 30) { key runCount } } }'
    whole = await service.graphql(document)
    _budget(monkeypatch, 3 * LONG)

    await statements.of(service, "{ viewer { id } }")
    answer = await service.graphql(document)

    assert len(whole.data["project"]["runKeys"]) == 20
    assert (413, "ANSWER_TOO_LARGE") == (answer.status, answer.error["extensions"]["code"])
    assert "most of it is project.runKeys" in answer.error["message"]
    assert 3 * LONG < statements.sizes["select_document_keys"] < 3 * LONG + 3 * LONG
