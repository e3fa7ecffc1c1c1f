"""Groups of runs: aggregates are those of Python's statistics, over all runs of a group, and pages hold each once."""

from __future__ import annotations

import json
import math
import random
import statistics
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest

from tests.runs_in_bulk import SeededRun, make_project
from tests.server.found_runs import refusal
from tests.service import Answer, Service

GROUPS = (
    "query($p: String, $by: [String!]!, $m: [String!], $f: JSONString, $n: Int, $a: String) { project(name: $p) {"
    " runGroups(by: $by, metrics: $m, filters: $f, first: $n, after: $a) { groups { values runCount"
    " metrics { key count mean std min max median } } pageInfo { hasNextPage endCursor } } } }"
)
FLOAT_MAX = 1.7976931348623157e308


async def ask_groups(service: Service, project: str, by: object, **more: Any) -> Answer:
    return await service.graphql(GROUPS, p=project, by=by, **more)


async def groups_of(service: Service, project: str, by: object, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask_groups(service, project, by, **more)).data["project"]["runGroups"][
        "groups"
    ]
    return found


def _random_value(chance: random.Random) -> object:
    return chance.choice(
        [
            chance.gauss(0, 1),
            chance.gauss(1e6, 1e-3),
            chance.randrange(-5, 5),
            float(chance.randrange(-5, 5)),
            chance.uniform(-1, 1) * 10 ** chance.randrange(-300, 300),
            2**63 + chance.randrange(9),
            math.nan,
            math.inf,
            -math.inf,
            "0.5",
            "NaN",
            True,
            None,
            [1.5],
            {"$number": "x"},
            "missing",
        ]
    )


BINS = (
    "query($p: String, $m: [String!], $n: Int, $a: String, $b: Int) { project(name: $p) {"
    ' runGroups(by: ["config.kind"], metrics: $m, first: $n, after: $a, bins: $b) { groups { values'
    " metrics { key bins { low high runCount } } } pageInfo { hasNextPage endCursor } } } }"
)


async def test_distributions_have_the_edges_of_all_groups_on_every_page(service: Service) -> None:
    chance = random.Random(1)
    runs = [
        SeededRun(f"r{number}", {"kind": number % 3}, {"loss": chance.gauss(number % 3, 1), "one": 7, "text": "x"})
        for number in range(120)
    ]
    runs += [SeededRun(f"none{number}", {"kind": 9}, {"loss": "nan"}) for number in range(3)]
    project = await make_project(service, "bins", runs)
    metrics = ["summary_metrics.loss", "summary_metrics.one", "summary_metrics.text"]
    values = [float(run.summary["loss"]) for run in runs[:120]]
    low, high = min(values), max(values)
    edges = [low + (high - low) * number / 8 for number in range(9)]

    groups, after = [], None
    while True:
        answer = await service.graphql(BINS, p=project, m=metrics, n=3, a=after, b=8)
        page = answer.data["project"]["runGroups"]
        groups += page["groups"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert ["0", "1", "2", "9"] == [group["values"][0] for group in groups]
    for kind, group in zip((0, 1, 2, 9), groups, strict=True):
        loss, one, text = (metric["bins"] for metric in group["metrics"])
        numbers = [float(run.summary["loss"]) for run in runs[:120] if run.config["kind"] == kind]
        expected = [
            sum(edges[at] <= number < edges[at + 1] or (at == 7 and number == high) for number in numbers)
            for at in range(8)
        ]
        assert edges[:-1] == pytest.approx([found["low"] for found in loss])
        assert edges[1:] == pytest.approx([found["high"] for found in loss])
        assert expected == [found["runCount"] for found in loss]
        assert [{"low": 7, "high": 7, "runCount": len(numbers)}] == one
        assert [] == text


async def test_there_are_no_bins_unless_they_are_asked_for_and_never_too_many(service: Service) -> None:
    project = await make_project(service, "few-bins", [SeededRun("r", {"kind": 1}, {"loss": 1})])

    without = await service.graphql(BINS, p=project, m=["summary_metrics.loss"])
    none = await service.graphql(BINS, p=project, b=3)

    assert [] == without.data["project"]["runGroups"]["groups"][0]["metrics"][0]["bins"]
    assert [] == none.data["project"]["runGroups"]["groups"][0]["metrics"]
    for number in (-1, 101):
        assert (400, "BAD_USER_INPUT", "bins") == refusal(await service.graphql(BINS, p=project, b=number))


@pytest.mark.parametrize("seed", range(6))
async def test_aggregates_are_those_of_the_finite_numbers(service: Service, seed: int) -> None:
    chance = random.Random(seed)
    runs = [
        SeededRun(
            f"r{number}",
            {"kind": chance.choice(["a", "b", 1])},
            {} if (value := _random_value(chance)) == "missing" else {"loss": value},
        )
        for number in range(200)
    ]
    project = await make_project(service, f"random{seed}", runs)
    expected: dict[str, list[Fraction]] = defaultdict(list)
    for run in runs:
        value = run.summary.get("loss")
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            # In the database a float is the decimal that it is written as.
            expected[json.dumps(run.config["kind"])].append(Fraction(repr(value)))

    groups = await groups_of(service, project, ["config.kind"], m=["summary_metrics.loss"])

    assert ['"a"', '"b"', "1"] == sorted(group["values"][0] for group in groups)
    for group in groups:
        numbers = expected[group["values"][0]]
        (metric,) = group["metrics"]
        assert len(numbers) == metric["count"]
        assert (float(min(numbers)), float(max(numbers))) == (metric["min"], metric["max"])
        assert float(statistics.median(numbers)) == metric["median"]
        assert math.isclose(statistics.mean(numbers), metric["mean"], rel_tol=1e-12)
        assert math.isclose(statistics.stdev(numbers), metric["std"], rel_tol=1e-12)


@pytest.mark.parametrize(
    ("numbers", "mean", "std", "median"),
    [
        ([], None, None, None),
        ([1.5], 1.5, None, 1.5),
        ([2, 2.0], 2, 0, 2),
        ([1e308, 1.5e308], 1.25e308, 3.5355339059327378e307, 1.25e308),
        ([-FLOAT_MAX, FLOAT_MAX], 0, None, 0),
        ([FLOAT_MAX, FLOAT_MAX, FLOAT_MAX], FLOAT_MAX, 0, FLOAT_MAX),
        ([5e-324, 0, 0, 0], 0, 5e-324, 0),
        ([-1e-200, 1e-200], 0, 1.4142135623730951e-200, 0),
        ([2**1100, -(2**1100), 3], 3, None, 3),
        ([10**15 + number / 2 for number in range(4)], 10**15 + 0.75, 0.6454972243679028, 10**15 + 0.75),
        ([math.nan, math.inf, -math.inf], None, None, None),
    ],
)
async def test_numbers_at_the_borders_of_floats_are_no_error(
    service: Service, numbers: list[float], mean: float | None, std: float | None, median: float | None
) -> None:
    runs = [SeededRun(f"r{number}", {"x": value}) for number, value in enumerate(numbers)]
    project = await make_project(service, f"border {hash(str(numbers))}", runs)

    groups = await groups_of(service, project, ["state"], m=["config.x"])

    found = [(metric["mean"], metric["std"], metric["median"]) for group in groups for metric in group["metrics"]]
    assert ([] if not runs else [(mean, pytest.approx(std, rel=1e-12) if std else std, median)]) == found


@pytest.fixture(scope="module")
async def grouped(service: Service) -> str:
    values = [None, "a", 1, 1.0, True, [1], {"b": 1}, math.nan, "a" * 40_000]
    runs = [
        SeededRun(
            f"r{number}",
            {"v": values[number % 9]} if number % 10 else {},
            group=f"g{number % 3}" if number % 4 else None,
        )
        for number in range(180)
    ]
    return await make_project(service, "grouped", runs)


async def test_groups_are_told_by_value_with_those_without_last(service: Service, grouped: str) -> None:
    groups = await groups_of(service, grouped, ["config.v"])

    values = [group["values"][0] for group in groups]
    # Missing is no value, null is one; 1 and 1.0 are the same.
    expected = [None, "null", '"a"', f'"{"a" * 40_000}"', "1", "true", "[1]", '{"b": 1}', "NaN"]
    assert sorted(map(str, expected)) == sorted(map(str, values))
    assert None is values[-1]
    assert 180 == sum(group["runCount"] for group in groups)
    assert [[]] * len(groups) == [group["metrics"] for group in groups]


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("by", [["config.v"], ["group"], ["group", "config.v"], ["config.v", "group", "state", "name"]])
async def test_pages_of_groups_hold_each_group_once(service: Service, grouped: str, size: int, by: list[str]) -> None:
    whole = await groups_of(service, grouped, by, n=1000)
    if len(whole) > 40:
        size *= 20
    paged: list[dict[str, Any]] = []
    after = None

    while True:
        answer = await ask_groups(service, grouped, by, n=size, a=after)
        page = answer.data["project"]["runGroups"]
        paged += page["groups"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert whole == paged
    assert 180 == sum(group["runCount"] for group in paged)


async def test_groups_count_the_filtered_runs_only(service: Service, grouped: str) -> None:
    groups = await groups_of(service, grouped, ["group"], f=json.dumps({"group": {"$in": ["g1", "g2"]}}))

    assert [(['"g1"'], 45), (['"g2"'], 45)] == [(group["values"], group["runCount"]) for group in groups]


async def test_every_kind_of_field_can_be_grouped_by_and_aggregated(service: Service) -> None:
    runs = [
        SeededRun("a", {"lr": 1}, {"acc": 0.5}, ["x", "y"]),
        SeededRun("b", {"lr": 1}, {}, ["y", "x"]),
        SeededRun("c", {"lr": 2}, {}),
    ]
    project = await make_project(service, "fields", runs)
    fields = ["tags", "user", "created_at", "tags.x", "keys_info.keys.acc", "exit_code", "stop_requested", "duration"]

    by_field = {field: await groups_of(service, project, [field], m=["name", "config.lr"]) for field in fields}

    found = {field: [(group["values"], group["runCount"]) for group in groups] for field, groups in by_field.items()}
    # Tags are a set, and no tags are none.
    assert [(['["x", "y"]'], 2), ([None], 1)] == found["tags"]
    assert [(['"ada"'], 3)] == found["user"]
    assert [(["true"], 2), ([None], 1)] == found["tags.x"]
    assert [(["true"], 1), ([None], 2)] == found["keys_info.keys.acc"]
    assert [([None], 3)] == found["exit_code"]
    assert [(["false"], 3)] == found["stop_requested"]
    assert 3 == len(found["created_at"])
    (group,) = by_field["user"]
    assert [("name", 0, None), ("config.lr", 3, 4 / 3)] == [
        (metric["key"], metric["count"], metric["mean"]) for metric in group["metrics"]
    ]


async def test_times_are_aggregated_as_seconds(service: Service, grouped: str) -> None:
    (group,) = await groups_of(service, grouped, ["state"], m=["created_at", "duration"])

    created = group["metrics"][0]
    assert (180, 179.0) == (created["count"], created["max"] - created["min"])
    assert 180 == group["metrics"][1]["count"]


@pytest.mark.parametrize(
    ("by", "metrics", "path"),
    [
        ([], [], "by"),
        (["state"] * 5, [], "by"),
        (["colour"], [], "by[0].colour"),
        (["state", "config"], [], "by[1].config"),
        (["state"], ["config.a", "colour"], "metrics[1].colour"),
        (["state"], ["config.a"] * 51, "metrics"),
    ],
)
async def test_a_mistake_in_the_fields_is_told_with_its_place(
    service: Service, grouped: str, by: list[str], metrics: list[str], path: str
) -> None:
    answer = await ask_groups(service, grouped, by, m=metrics)

    assert (400, "BAD_USER_INPUT", path) == refusal(answer)


async def test_a_cursor_of_other_groups_is_refused(service: Service, grouped: str) -> None:
    answer = await ask_groups(service, grouped, ["group"], n=1)
    cursor = answer.data["project"]["runGroups"]["pageInfo"]["endCursor"]

    answers = [
        await ask_groups(service, grouped, ["state"], a=cursor),
        await ask_groups(service, grouped, ["group", "state"], a=cursor),
        await ask_groups(service, grouped, ["group"], a=cursor, f='{"state": "finished"}'),
        await ask_groups(service, grouped, ["group"], a=cursor[:-2]),
        await ask_groups(service, grouped, ["group"], a="nonsense"),
    ]

    assert [(400, "BAD_USER_INPUT", "after")] * 5 == [refusal(answer) for answer in answers]
