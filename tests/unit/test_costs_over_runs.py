"""What goes over all runs of a project costs something for itself, under each alias: the schema is walked for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    parse,
    print_ast,
)
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.schema_converter import GraphQLCoreConverter

from runfolio._async.run_groups import GROUPS_WITH_BINS
from runfolio_server.graph.limits.cost import COST
from runfolio_server.graph.limits.document_cost import DocumentCost, cost_of
from runfolio_server.graph.limits.document_limits import MAX_COST
from runfolio_server.graph.limits.runs_cost import CHOOSING_RUNS, COUNTING_RUNS, OVER_DOCUMENTS, OVER_RUNS
from runfolio_server.graph.runs.group import GROUP_BINS_MAX
from runfolio_server.graph.runs.histories import GROUP_COST
from runfolio_server.graph.schema import schema

CORE = schema._schema
OPERATIONS = Path(__file__).resolve().parents[2] / "schema" / "operations"
FILTERS = json.dumps({"config.lr": {"$gt": 0.1}})
# Between a project and its runs, with what a field there costs at least.
LEAST_COSTS = {"RunGroup": GROUP_COST}
# Fields between a project and its runs that ask PostgreSQL for no run but one, and why.
OF_NO_RUNS = {
    "Project.entity": "its owner",
    "Project.user": "its maker",
    "Project.run": "one run, by its name",
    "Project.bucket": "one run, by its name",
    "Project.entityName": "its owner",
    "Project.internalId": "in its row",
    "Project.isBenchmark": "always false",
    "Project.readOnly": "always false",
    "Project.access": "always null",
    "Project.views": "always null",
    "Project.deletedRuns": "those that are deleted, of which a page has a cost of its own",
    "Project.alerts": "alerts, of which a page has a cost of its own",
    "Project.totalSweeps": "there are none",
    "Project.sweep": "there are none",
    "Project.sweeps": "there are none",
    "Project.runFields": "the same in every project",
    "Project.artifact": "one artifact, by its name",
    "Project.artifacts": "artifacts, of which a page has a cost of its own",
    "Project.artifactType": "one type, by its name",
    "Project.artifactTypes": "types of artifacts",
    "Project.artifactCollection": "one collection, by its name",
    "Project.artifactCollections": "collections, of which a page has a cost of its own",
    "Project.artifactCollectionMembership": "one artifact, by its name",
    "RunEdge.cursor": "in its row",
}
# Here other things begin than lists of runs.
BEYOND = {
    "Run",
    "ProjectAlertConnection",
    "DeletedRunConnection",
    "Entity",
    "User",
    "Sweep",
    "SweepConnection",
    "HistoryColumns",
}
OF_ARTIFACTS = "Artifact"
"""What the names of types begin with that no list of runs lies behind."""


def _resolved_fields() -> Iterator[tuple[str, str, GraphQLField]]:
    """Every field with a resolver from Project to its runs."""
    seen: set[str] = set()
    waiting = ["Project"]
    while waiting:
        owner = waiting.pop()
        kind = CORE.type_map[owner]
        is_beyond = owner in BEYOND or owner.startswith(OF_ARTIFACTS)
        if owner in seen or is_beyond or not isinstance(kind, GraphQLObjectType):
            continue
        seen.add(owner)
        for name, field in kind.fields.items():
            waiting.append(get_named_type(field.type).name)
            if field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].base_resolver is not None:
                yield owner, name, field


def _cost(document: str) -> DocumentCost:
    parsed = parse(document)
    operation = next(one for one in parsed.definitions if isinstance(one, OperationDefinitionNode))
    return _cost_of(parsed, operation, {})


def _cost_of(parsed: DocumentNode, operation: OperationDefinitionNode, given: dict[str, object]) -> DocumentCost:
    fragments = {one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)}
    coerced = get_variable_values(CORE, operation.variable_definitions or (), given)
    assert isinstance(coerced, VariableValues), coerced
    return cost_of(CORE, operation, fragments, coerced)


def _cost_in_project(field: str) -> int:
    return _cost(f'{{ project(name: "p") {{ {field} }} }}').total


@pytest.mark.parametrize(
    ("owner", "name", "field"),
    [pytest.param(*found, id=f"{found[0]}.{found[1]}") for found in _resolved_fields()],
)
def test_a_field_between_a_project_and_its_runs_has_a_cost_or_a_reason(
    owner: str, name: str, field: GraphQLField
) -> None:
    if f"{owner}.{name}" in OF_NO_RUNS:
        return
    measure = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].metadata.get(COST)

    assert measure is not None, f"say beside {owner}.{name} what it costs to go over all runs: graph/limits/runs_cost"
    least = CHOOSING_RUNS if "filters" in field.args else LEAST_COSTS.get(owner, COUNTING_RUNS)
    cost = measure({"filters": FILTERS})
    assert cost.own + cost.once >= least


def test_every_field_that_filters_runs_lies_there() -> None:
    found = {
        f"{kind.name}.{name}"
        for kind in CORE.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith(OF_ARTIFACTS)
        for name, field in kind.fields.items()
        if "filters" in field.args
    }

    assert found <= {f"{owner}.{name}" for owner, name, _ in _resolved_fields()}


def test_reasons_are_about_fields_that_are_there() -> None:
    assert set(OF_NO_RUNS) <= {f"{owner}.{name}" for owner, name, _ in _resolved_fields()}


@pytest.mark.parametrize(
    ("field", "at_most"),
    [
        ('runGroups(by: ["notes"], first: 1) { groups { runCount } }', MAX_COST // OVER_RUNS),
        ('runValues(field: "notes", first: 1) { runCount }', MAX_COST // OVER_RUNS),
        ('runHistogram(field: "config.lr", bins: 1) { runCount }', MAX_COST // OVER_RUNS),
        ("runKeys(document: CONFIG, first: 1) { runCount }", MAX_COST // OVER_DOCUMENTS),
        ('runs(first: 1, order: "-summary_metrics.loss") { missingOrderKeys }', MAX_COST // OVER_RUNS),
        (f"runCount(filters: {json.dumps(FILTERS)})", MAX_COST // CHOOSING_RUNS),
        (f"runs(first: 1, filters: {json.dumps(FILTERS)}) {{ totalCount }}", MAX_COST // CHOOSING_RUNS),
    ],
)
def test_a_document_holds_few_of_what_goes_over_all_runs(field: str, at_most: int) -> None:
    allowed = " ".join(f"a{number}: {field}" for number in range(at_most // 2))
    refused = " ".join(f"a{number}: {field}" for number in range(at_most + 1))

    assert _cost_in_project(allowed) <= MAX_COST < _cost_in_project(refused)


def test_a_page_in_the_order_of_making_and_without_filters_costs_its_runs_only() -> None:
    inside = "{ edges { node { name } } }"

    for arguments in ('filters: "{}"', 'order: "-created_at"', 'filters: null, order: ""'):
        assert _cost_in_project(f"runs(first: 10, {arguments}) {inside}") == _cost_in_project(
            f"runs(first: 10) {inside}"
        )
    for arguments in (f"filters: {json.dumps(FILTERS)}", 'order: "-summary_metrics.loss"'):
        dearer = _cost_in_project(f"runs(first: 10, {arguments}) {inside}")
        assert dearer - _cost_in_project(f"runs(first: 10) {inside}") >= CHOOSING_RUNS


def test_each_metric_of_groups_costs_something_for_itself() -> None:
    one, two = (
        _cost_in_project(
            f'runGroups(by: ["group"], metrics: {json.dumps(["config.a"] * count)}, first: 1) {{ __typename }}'
        )
        for count in (1, 2)
    )

    assert two - one >= OVER_RUNS // 10


@pytest.mark.parametrize("count", ["totalCount", "... on RunConnection { totalCount }", "missingOrderKeys"])
def test_what_belongs_to_a_page_is_paid_once_for_the_page_and_by_each_page(count: str) -> None:
    one, many = (_cost_in_project(f"runs(first: {first}) {{ {count} }}") for first in (1, 1000))
    pages = f"{{ projects(first: 20) {{ edges {{ node {{ runs(first: 1) {{ {count} }} }} }} }} }}"

    assert COUNTING_RUNS <= one <= many < one + 2 * 1000
    assert _cost(pages).total >= 20 * COUNTING_RUNS


# What the client asks for at most, by the names of its variables; all of its page sizes are no more than this.
LARGEST: dict[str, str | int] = {
    "first": 500,
    "metrics": 50,
    "by": 4,
    "samples": 500,
    "bins": 500,
    "filters": FILTERS,
    "order": "-config.lr",
}


WITHOUT_BINS = {**LARGEST, "bins": None}
WITH_BINS = {**LARGEST, "first": GROUPS_WITH_BINS, "bins": GROUP_BINS_MAX, "metrics": 10}


@pytest.mark.parametrize(
    ("name", "largest"),
    [
        ("ListRunGroups", WITHOUT_BINS),
        ("ListRunGroups", WITH_BINS),
        ("ListRunValues", LARGEST),
        ("GetRunHistogram", LARGEST),
        ("ListRunKeys", LARGEST),
        ("ListRuns", LARGEST),
    ],
)
def test_the_largest_that_the_client_asks_for_is_allowed(name: str, largest: dict[str, str | int | None]) -> None:
    text = "\n".join(path.read_text() for path in OPERATIONS.glob("*.graphql"))
    parsed = parse(text)
    operation = next(
        one
        for one in parsed.definitions
        if isinstance(one, OperationDefinitionNode) and one.name and one.name.value == name
    )
    variables = {one.variable.name.value: print_ast(one.type) for one in operation.variable_definitions or ()}
    given = {name: _given(largest.get(name), kind) for name, kind in variables.items()}

    assert _cost_of(parsed, operation, given).total <= MAX_COST


def _given(largest: str | int | None, kind: str) -> object:
    if kind.startswith("["):
        return ["config.lr"] * int(largest or 1)
    if kind == "Int" and largest is None:
        return None
    by_kind = {"Boolean!": True, "RunDocument!": "CONFIG"}
    return by_kind.get(kind, "text" if largest is None else largest)
