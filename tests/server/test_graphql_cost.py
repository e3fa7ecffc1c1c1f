"""What a document may ask for depends on the values of its variables, and on how much history it reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.graph.limits.document_limits import MAX_COST
from tests.service import Answer, Service

RUNS_OF_PROJECTS = (
    "query($n: Int) { projects(first: $n) { edges { node { runs(first: $n) { edges { node { id name state } } } } } } }"
)
OF_RUN = '{ project(name: "p") { run(name: "r") { %s } } }'
# As the newest SDK asks for a page of runs, and our client for a curve.
PAGE_OF_RUNS = (
    'query($n: Int, $s: Int!) { project(name: "p") { runCount runs(first: $n) { edges { cursor node { ...r } }'
    " pageInfo { endCursor hasNextPage } } } } fragment r on Run { id tags name displayName sweepName state config"
    " group jobType commit readOnly createdAt heartbeatAt description notes systemMetrics summaryMetrics"
    " historyLineCount historyKeys projectId user { name username } historySample(samples: $s) }"
)


def _refusal(answer: Answer) -> str:
    assert (200, None, "TOO_EXPENSIVE") == (answer.status, answer.body["data"], answer.error["extensions"]["code"])
    message: str = answer.error["message"]
    assert f"allowed: {MAX_COST}" in message
    return message


async def test_the_value_of_a_variable_counts_each_time_that_the_document_comes(service: Service) -> None:
    few = [await service.graphql(RUNS_OF_PROJECTS, n=20) for _ in range(2)]
    many = await service.graphql(RUNS_OF_PROJECTS, n=1000)
    again = await service.graphql(RUNS_OF_PROJECTS, n=20)

    assert all("errors" not in answer.body for answer in (*few, again))
    assert "Dearest is projects.edges.node.runs, with" in _refusal(many)


async def test_a_default_value_of_a_variable_counts(service: Service) -> None:
    document = RUNS_OF_PROJECTS.replace("$n: Int", "$n: Int = 1000")

    _refusal(await service.graphql(document))
    assert "errors" not in (await service.graphql(document, n=20)).body


@pytest.mark.parametrize(
    "field",
    [
        "history(samples: 100000)",
        "history(minStep: 0, maxStep: 100000)",
        "events(samples: 100000)",
        r'sampledHistory(specs: ["{\"samples\": 100000}"])',
        "historySample(samples: 10000, keys: $k)",
        "historyRows(first: 10000, keys: $k) { rows }",
        "historyColumns(samples: 10000, keys: $k) { values }",
    ],
)
async def test_histories_cost_as_many_rows_and_keys_as_they_answer(service: Service, field: str) -> None:
    await service.start_run("r")
    aliases = " ".join(f"h{number}: {field}" for number in range(90))
    variables = "($k: [String!]!) " if "$k" in field else ""
    keys: dict[str, Any] = {"k": [f"k{number}" for number in range(50)]} if variables else {}

    one = await service.graphql(f"query{variables}" + OF_RUN % field, **keys)
    message = _refusal(await service.graphql(f"query{variables}" + OF_RUN % aliases, **keys))

    assert "errors" not in one.body
    assert "Dearest is project.run.h0, with" in message


@pytest.mark.parametrize(
    "field",
    [
        "history(minStep: 0)",
        "history(minStep: 0, maxStep: 1e5)",
        r'sampledHistory(specs: ["{\"minStep\": 0}"])',
        "logLines(last: 10000) { edges { node { line number } } }",
        "consoleLines(first: 10000) { lines { line number } }",
    ],
    ids=["open window", "float", "open spec", "last lines", "first lines"],
)
async def test_what_looks_small_costs_what_it_answers(service: Service, field: str) -> None:
    await service.start_run("r")
    aliases = " ".join(f"h{number}: {field}" for number in range(90))

    message = _refusal(await service.graphql(OF_RUN % aliases))

    assert "Dearest is project.run.h0" in message


@pytest.mark.parametrize(
    ("spec", "allowed", "refused"),
    [
        ({"samples": 100_000, "keys": ["loss"]}, 4, 30),
        ({"minStep": 0, "keys": ["loss"]}, 4, 30),
        ({"samples": 1, "keys": ["loss"]}, 100, 200),
        ({"minStep": 0, "maxStep": 999, "samples": 1000, "keys": ["loss"]}, 200, 500),
    ],
    ids=["large samples", "open windows", "small samples", "pages"],
)
async def test_specs_cost_the_rows_that_are_looked_at(
    service: Service, spec: dict[str, Any], allowed: int, refused: int
) -> None:
    await service.start_run("r")
    document = 'query($s: [JSONString!]!) { project(name: "p") { run(name: "r") { %s } } }'

    async def ask(count: int) -> Answer:
        specs = [json.dumps(spec)] * min(count, 100)
        aliases = " ".join(f"a{number}: sampledHistory(specs: $s)" for number in range(-(-count // 100)))
        return await service.graphql(document % aliases, s=specs)

    assert "errors" not in (await ask(allowed)).body
    assert "Dearest is project.run.a0" in _refusal(await ask(refused))


async def test_lists_that_changes_are_given_count_under_each_alias(service: Service) -> None:
    await service.start_run("r")
    names = [f"file-{number}" for number in range(10_000)]
    call = (
        'createRunFiles(input: {entityName: "ada", projectName: "p", runName: "r", files: $f}) { files { uploadUrl } }'
    )

    one = await service.graphql(f"mutation($f: [String!]!) {{ a0: {call} }}", f=names[:100])
    calls = " ".join(f"a{number}: {call}" for number in range(60))
    many = await service.graphql(f"mutation($f: [String!]!) {{ {calls} }}", f=names)

    assert 100 == len(one.data["a0"]["files"])
    assert "Dearest is a0" in _refusal(many)


async def test_what_reads_the_history_of_every_run_of_a_page_costs_more_than_a_field(service: Service) -> None:
    metrics = " ".join(f'm{number}: metric(key: "k{number}") {{ mean }}' for number in range(30))
    document = '{ project(name: "p") { runs(first: 1000) { edges { node { %s } } } } }'

    assert "Dearest is project.runs.edges.node.m0" in _refusal(await service.graphql(document % metrics))
    assert "errors" not in (await service.graphql(document % metrics.partition(" m1:")[0])).body


async def test_columns_of_many_runs_cost_runs_times_rows_times_keys(service: Service) -> None:
    await service.start_run("r")
    document = (
        'query($r: Int, $s: Int, $k: [String!]!) { project(name: "p") {'
        " historyColumns(keys: $k, first: $r, samples: $s) { run { id } } } }"
    )
    keys = [f"k{number}" for number in range(50)]

    assert "errors" not in (await service.graphql(document, r=100, s=1000, k=keys)).body
    assert "Dearest is project.historyColumns" in _refusal(await service.graphql(document, r=1000, s=1000, k=keys))


async def test_the_largest_pages_that_sdk_and_client_ask_for_are_not_too_expensive(service: Service) -> None:
    await service.start_run("r")
    spec = json.dumps({"keys": [f"k{number}" for number in range(100)], "samples": 100_000})

    runs = await service.graphql(PAGE_OF_RUNS, n=1000, s=500)
    sampled = await service.graphql(
        'query($s: [JSONString!]!) { project(name: "p") { run(name: "r") { sampledHistory(specs: $s) } } }', s=[spec]
    )
    scanned = await service.graphql(OF_RUN % "history(minStep: 0, maxStep: 1000000)")

    assert all("errors" not in answer.body for answer in (runs, sampled, scanned))


@pytest.mark.parametrize("variables", [{"n": "many"}, {"n": None}, {"n": {}}, {"n": 1.5}, {"n": True}, {}])
async def test_a_variable_of_another_type_is_told_by_those_who_check_types(
    service: Service, variables: dict[str, Any]
) -> None:
    answer = await service.graphql(
        RUNS_OF_PROJECTS.replace("edges { node { id name state } }", "totalCount"), **variables
    )

    assert 200 == answer.status
    assert not any("TOO_EXPENSIVE" in json.dumps(error) for error in answer.body.get("errors", ()))
