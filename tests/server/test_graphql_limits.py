"""What one document may cost is decided before it runs."""

from __future__ import annotations

import asyncio

import pytest
from graphql import get_introspection_query

from runfolio_server.graph.limits.document_limits import MAX_ALIASES, MAX_COST, MAX_DEPTH, MAX_TOKENS
from tests.service import Answer, Service

# Far more than any of these documents needs, and far less than one of exponential cost would take.
PATIENCE_S = 20


async def _run(service: Service, query: str) -> Answer:
    return await asyncio.wait_for(service.graphql(query), PATIENCE_S)


def _nested(depth: int) -> str:
    """A document `depth` fields deep."""
    return (
        '{ project(name: "p") '
        + '{ user { defaultEntity { project(name: "p") ' * (depth // 3)
        + ("{ id }" + " } } }" * (depth // 3) + " }")
    )


async def test_a_document_may_be_deep_to_a_limit(service: Service) -> None:
    below = await _run(service, _nested(MAX_DEPTH - 2))
    above = await _run(service, _nested(MAX_DEPTH + 3))

    assert "errors" not in below.body
    assert f"fields deep; allowed: {MAX_DEPTH}" in above.error["message"]
    assert (200, None) == (above.status, above.body["data"])


async def test_depth_inside_fragments_counts(service: Service) -> None:
    fragment = 'fragment f{} on Entity {{ project(name: "p") {{ user {{ defaultEntity {{ ...f{} }} }} }} }}'
    fragments = " ".join(fragment.format(number, number + 1) for number in range(10))

    answer = await _run(service, '{ entity(name: "ada") { ...f0 } } ' + fragments + " fragment f10 on Entity { id }")

    assert f"fields deep; allowed: {MAX_DEPTH}" in answer.error["message"]


async def test_aliases_have_a_limit(service: Service) -> None:
    def aliases(count: int) -> str:
        return "{ " + " ".join(f"a{number}: serverInfo {{ version }}" for number in range(count)) + " }"

    assert "errors" not in (await _run(service, aliases(MAX_ALIASES))).body
    assert (
        f"has {MAX_ALIASES + 1} aliases; allowed: {MAX_ALIASES}"
        in (await _run(service, aliases(MAX_ALIASES + 1))).error["message"]
    )


async def test_aliases_inside_fragments_count_each_time_they_are_spread(service: Service) -> None:
    inside = " ".join(f"a{number}: version" for number in range(MAX_ALIASES // 2 + 1))

    answer = await _run(
        service, f"{{ serverInfo {{ ...f }} again: serverInfo {{ ...f }} }} fragment f on ServerInfo {{ {inside} }}"
    )

    assert "aliases; allowed" in answer.error["message"]


async def test_tokens_have_a_limit(service: Service) -> None:
    answer = await _run(service, "{ serverInfo { " + "version " * (MAX_TOKENS + 1) + "} }")

    assert (200, None) == (answer.status, answer.body["data"])
    assert f"{MAX_TOKENS} tokens" in answer.error["message"]


@pytest.mark.parametrize(
    "query",
    [
        "{ projects(first: 1000) { edges { node { runs(first: 1000) { edges { node { id name state } } } } } } }",
        "query($n: Int) { projects(first: $n) { edges { node { runs(first: $n) { edges { node {"
        " files(first: $n) { edges { node { id name } } } } } } } } } }",
        "{ projects(first: 1000) { edges { node { ...r } } } }"
        " fragment r on Project { runs(first: 1000) { edges { node { id name state } } } }",
        "{ less: projects(first: -1000) { edges { node { id } } }"
        " projects(first: 1000) { edges { node { runs(first: 1000) { edges { node { id name state } } } } } } }",
    ],
    ids=["literals", "variables", "fragment", "negative"],
)
async def test_pages_of_pages_are_refused_before_they_are_read(service: Service, query: str) -> None:
    answer = await _run(service, query)

    assert (200, "TOO_EXPENSIVE") == (answer.status, answer.error["extensions"]["code"])
    assert f"allowed: {MAX_COST}" in answer.error["message"]


async def test_a_full_page_of_runs_is_not_too_expensive(service: Service) -> None:
    answer = await _run(
        service,
        '{ project(name: "p") { runs(first: 1000) { edges { node { id name user { name } project { name } } } } } }',
    )

    assert {"project": None} == answer.data


@pytest.mark.parametrize("first", ["1001", "-1", "100000"])
async def test_a_page_has_a_greatest_size(service: Service, first: str) -> None:
    await service.start_run("one")

    answer = await _run(service, f'{{ project(name: "p") {{ runs(first: {first}) {{ totalCount }} }} }}')

    assert f"first is {first}; allowed: 0 to 1000" == answer.error["message"]


@pytest.mark.parametrize("first", ["9" * 5000, "2147483648"], ids=["5000 digits", "33 bits"])
async def test_a_number_that_is_no_int_is_a_validation_error(service: Service, first: str) -> None:
    answer = await _run(service, f"{{ projects(first: {first}) {{ totalCount }} }}")

    assert (200, None) == (answer.status, answer.body["data"])
    assert "Int" in " ".join(error["message"] for error in answer.body["errors"])


@pytest.mark.parametrize(
    "fragment",
    [
        "fragment f{} on Query {{ ...f{} ...f{} }}",
        "fragment f{} on Query {{ ... on Query {{ ...f{} }} ... on Query {{ ...f{} }} }}",
    ],
    ids=["spreads", "inline"],
)
async def test_fragments_that_double_each_other_cost_no_more_than_they_are_long(
    service: Service, fragment: str
) -> None:
    fragments = " ".join(fragment.format(number, number + 1, number + 1) for number in range(40))

    answer = await _run(service, "{ ...f0 } " + fragments + " fragment f40 on Query { serverInfo { version } }")

    assert (200, "TOO_EXPENSIVE") == (answer.status, answer.error["extensions"]["code"])


async def test_introspection_has_a_depth_of_its_own(service: Service) -> None:
    query = "{ __schema { types " + "{ fields { type " * 5 + "{ name }" + " } }" * 5 + " } }"

    assert "Maximum introspection depth exceeded" == (await _run(service, query)).error["message"]


async def test_a_signed_in_caller_may_introspect(service: Service) -> None:
    whole = await _run(service, get_introspection_query())
    probe = await _run(
        service,
        '{ TypeInfo: __type(name: "UpsertBucketInput") { name inputFields { name } fields { args { name } } } }',
    )

    assert "Query" == whole.data["__schema"]["queryType"]["name"]
    assert {"name": "modelName"} in probe.data["TypeInfo"]["inputFields"]
