"""Runs by filters and order over GraphQL: what is found, in which order, and what is told when that cannot be."""

from __future__ import annotations

import json
import math
from datetime import timedelta

import pytest

from tests.runs_in_bulk import START, SeededRun, make_project
from tests.server.found_runs import ask, ask_on_the_wire, names_of, page_of, refusal
from tests.service import Answer, Service

RUNS = (
    SeededRun("one", {"lr": 0.1, "model": {"depth": 3}, "a.b": 1}, {"eval/loss": 0.5}, ["base", "x"], group="g"),
    SeededRun("two", {"lr": 1, "model": {"depth": 5}, "a": {"b": 2}}, {"eval/loss": math.nan}, ["base"], group="h"),
    SeededRun("three", {"lr": "0.1"}, {"eval/loss": math.inf, "eval": {"acc": 1}}, state="failed"),
    SeededRun("four", {"lr": None, "layers": [64, 32]}, {"eval/loss": -2}, state="crashed"),
    SeededRun("five", {"lr": [1, 2]}, {}, ["x"]),
)


@pytest.fixture(scope="module")
async def found(service: Service) -> str:
    return await make_project(service, "found", RUNS)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (None, "one two three four five"),
        ("", "one two three four five"),
        ("null", "one two three four five"),
        ({}, "one two three four five"),
        ({"state": "failed"}, "three"),
        ({"state": {"$in": ["failed", "crashed"]}}, "three four"),
        ({"config.lr": 0.1}, "one"),
        ({"config.lr.value": 1.0}, "two five"),
        ({"config.lr": "0.1"}, "three"),
        ({"config.lr": None}, "four"),
        ({"config.lr": {"$exists": True, "$not": {"$lt": 2}}}, "three four five"),
        ({"config.model.depth": {"$gt": 3}}, "two"),
        ({"config.a.b": {"$lte": 2}}, "one two"),
        ({'config["a.b"]': {"$exists": True}}, "one"),
        ({"config.layers.0": 64}, "four"),
        ({"summary_metrics.eval/loss": {"$gt": 0}}, "one three"),
        ({"summaryMetrics.eval/loss": {"$exists": True, "$not": {"$lte": math.inf}}}, "two"),
        ({"summary.eval.acc": 1}, "three"),
        ({"tags": "base"}, "one two"),
        ({"tags": {"$all": ["base", "x"]}}, "one"),
        ({"tags": {"$in": ["x"]}}, "one five"),
        ({"tags": None}, "three four"),
        ({"$or": [{"group": "g"}, {"$and": [{"state": "crashed"}, {"config.lr": None}]}]}, "one four"),
        ({"$nor": [{"state": "finished"}, {"name": "three"}]}, "four"),
        ({"$not": {"tags": {"$exists": True}}}, "three four"),
        ({"name": {"$regex": "^t"}}, "two three"),
        ({"displayName": {"$contains": "i"}}, "five"),
        ({"user": "ada", "entity": "ada", "project": "found", "name": "one"}, "one"),
        ({"user": "eve"}, ""),
        ({"created_at": {"$gte": (START + timedelta(seconds=3)).isoformat()}}, "four five"),
    ],
    ids=str,
)
async def test_filters_choose_runs(service: Service, found: str, filters: object, expected: str) -> None:
    answers = [await ask(service, found, filters), await ask_on_the_wire(service, found, filters)]

    assert [expected.split()] * 2 == [page_of(answer).names for answer in answers]
    assert len(expected.split()) == page_of(answers[1]).count


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, "one two three four five"),
        ("", "one two three four five"),
        ("-created_at", "five four three two one"),
        ("-createdAt", "five four three two one"),
        ("name", "five four one three two"),
        ("+state,-name", "four three two one five"),
        ("-group,name", "two one five four three"),
        # null < text < number < list; then what is missing, in both directions.
        ("+config.lr", "four three one two five"),
        ("-config.lr", "five two one three four"),
        ("+config.lr.value", "four three one two five"),
        # -2 < 0.5 < Infinity < NaN
        ("+summary_metrics.eval/loss", "four one three two five"),
        ("-summary_metrics.eval/loss", "two three one four five"),
        ("+tags,+name", "two one five four three"),
        ("-config.model.depth, +name", "two one five four three"),
    ],
    ids=str,
)
async def test_an_order_sorts_runs(service: Service, found: str, order: str | None, expected: str) -> None:
    assert expected.split() == await names_of(service, found, order=order)
    if order:
        assert expected.split() == page_of(await ask_on_the_wire(service, found, order=order)).names


@pytest.mark.parametrize(
    ("filters", "path", "allowed", "value"),
    [
        ({"colour": 1}, "filters.colour", "display_name", "'colour'"),
        ({"$or": [{}, {"config.lr": {"$gte1": 1}}]}, "filters.$or[1].config.lr", "$gte", "'$gte1'"),
        ({"config": 1}, "filters.config", "config.<key>", "config.<key>"),
        ({"$xor": []}, "filters.$xor", "$nor", "'$xor'"),
        ({"$and": {}}, "filters.$and", "a list of filters", "an object"),
        ({"$or": [1]}, "filters.$or[0]", "an object", "1"),
        ({"created_at": {"$gt": "soon"}}, "filters.created_at.$gt", "ISO 8601", "soon"),
        ({"exit_code": "0"}, "filters.exit_code", "a number", '"0"'),
        ({"state": {"$in": "failed"}}, "filters.state.$in", "a list", '"failed"'),
        ({"tags": {"$gt": "a"}}, "filters.tags", "$contains", "'$gt'"),
        ({"config.x": {"$regex": "(?=a)"}}, "filters.config.x.$regex", None, "(?=a)"),
        ({"config.x": {"$exists": 1}}, "filters.config.x.$exists", "true", "1"),
        ("{broken", "filters", None, "not valid JSON"),
        ("[]", "filters", "an object", "[]"),
        ("7", "filters", "an object", "7"),
    ],
    ids=str,
)
async def test_a_mistake_in_filters_is_told_with_its_place_and_what_is_allowed(
    service: Service, found: str, filters: object, path: str, allowed: str | None, value: str
) -> None:
    for answer in (await ask(service, found, filters), await ask_on_the_wire(service, found, filters)):
        assert (400, "BAD_USER_INPUT", path) == refusal(answer)
        # SDKs show people nothing but the message.
        assert path in answer.error["message"]
        assert value in answer.error["message"]
        if allowed is not None:
            assert any(allowed in one for one in answer.error["extensions"]["allowed"])
            assert allowed in answer.error["message"]


@pytest.mark.parametrize(
    ("order", "path"),
    [
        ("colour", "order[0].colour"),
        ("+name,-", "order[1]"),
        ("name,name", "order[1]"),
        ("-summary", "order[0].summary"),
        (",", "order[0]"),
        (",".join(f"config.k{number}" for number in range(9)), "order"),
        ("x" * 9000, "order"),
    ],
    ids=lambda text: text[:20],
)
async def test_a_mistake_in_an_order_is_told_with_its_place(
    service: Service, found: str, order: str, path: str
) -> None:
    for answer in (await ask(service, found, order=order), await ask_on_the_wire(service, found, order=order)):
        assert (400, "BAD_USER_INPUT", path) == refusal(answer)
        assert "order" in answer.error["message"]
        assert answer.error["extensions"]["allowed"]
        assert "allowed: " in answer.error["message"]


async def test_a_mistake_beside_other_data_leaves_that_data(service: Service, found: str) -> None:
    answer = await service.graphql(
        'query($f: JSONString) { viewer { username } project(name: "found") { runs(filters: $f) { totalCount } } }',
        f=json.dumps({"colour": 1}),
    )

    assert (200, {"viewer": {"username": "ada"}, "project": None}) == (answer.status, answer.body["data"])
    assert "filters.colour" == answer.error["extensions"]["path"]


@pytest.mark.parametrize("first", [-1, 1001, 2**31 - 1])
async def test_a_page_of_runs_has_at_most_a_thousand(service: Service, found: str, first: int) -> None:
    answer = await ask(service, found, first=first)

    assert (400, "BAD_USER_INPUT", "first") == refusal(answer)
    assert "1000" in answer.error["message"]


async def test_the_count_of_a_list_is_that_of_its_filters(service: Service, found: str) -> None:
    answer = await service.graphql(
        'query($f: JSONString) { project(name: "found") { all: runCount some: runCount(filters: $f)'
        " runs(filters: $f, first: 1) { totalCount edges { node { name } } } every: runs(first: 0) { totalCount } } }",
        f=json.dumps({"tags": "base"}),
    )

    assert {
        "all": 5,
        "some": 2,
        "runs": {"totalCount": 2, "edges": [{"node": {"name": "one"}}]},
        "every": {"totalCount": 5},
    } == answer.data["project"]


async def test_a_deleted_run_is_in_no_list(service: Service) -> None:
    project = await make_project(service, "deleted", [SeededRun("kept"), SeededRun("gone")])

    answer: Answer = await service.graphql(
        'mutation { deleteRuns(input: {projectName: "deleted", filters: "{\\"name\\": \\"gone\\"}"}) { names } }'
    )

    assert ["gone"] == answer.data["deleteRuns"]["names"]
    assert ["kept"] == await names_of(service, project)
    assert [] == await names_of(service, project, {"name": "gone"})
    assert 1 == page_of(await ask_on_the_wire(service, project)).count
