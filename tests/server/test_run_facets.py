"""What a front-end shows beside a list of runs: distinct values, histograms and keys."""

from __future__ import annotations

import itertools
import json
import math
import random
from fractions import Fraction
from typing import Any

import pytest

from tests.runs_in_bulk import SeededRun, make_project
from tests.server.found_runs import refusal
from tests.service import Answer, Service

VALUES = (
    "query($p: String, $x: String!, $f: JSONString, $n: Int! = 100) { project(name: $p) {"
    " runValues(field: $x, filters: $f, first: $n) { value runCount } } }"
)
HISTOGRAM = (
    "query($p: String, $x: String!, $f: JSONString, $n: Int! = 20) { project(name: $p) {"
    " runHistogram(field: $x, filters: $f, bins: $n) { low high runCount } } }"
)
KEYS = (
    "query($p: String, $d: RunDocument!, $s: String, $c: Boolean! = true, $z: Boolean! = false, $r: String,"
    " $f: JSONString, $n: Int! = 1000) { project(name: $p) { runKeys(document: $d, search: $s, caseSensitive: $c,"
    " fuzzy: $z, regex: $r, filters: $f, first: $n) { key type runCount } } }"
)
FLOAT_MAX = 1.7976931348623157e308


async def values_of(service: Service, project: str, field: str, **more: Any) -> list[tuple[str | None, int]]:
    answer = await service.graphql(VALUES, p=project, x=field, **more)
    return [(found["value"], found["runCount"]) for found in answer.data["project"]["runValues"]]


async def bins_of(service: Service, project: str, field: str, **more: Any) -> list[tuple[float, float, int]]:
    answer = await service.graphql(HISTOGRAM, p=project, x=field, **more)
    return [(found["low"], found["high"], found["runCount"]) for found in answer.data["project"]["runHistogram"]]


async def keys_of(service: Service, project: str, document: str, **more: Any) -> list[tuple[str, str, int]]:
    answer = await service.graphql(KEYS, p=project, d=document, **more)
    return [(found["key"], found["type"], found["runCount"]) for found in answer.data["project"]["runKeys"]]


@pytest.fixture(scope="module")
async def project(service: Service) -> str:
    configs: list[dict[str, Any]] = [
        {"lr": 1, "opt": {"name": "adam", "betas": [0.9, 0.99]}, "50%_done": 1, "path\\to": 1, "***:": 1},
        {"lr": 1.0, "opt": {"name": "sgd", "deep": {"er": None}}, "a*b": "x", "Lr": 2},
        {"lr": "1", "opt": {}, "nan": math.nan, "word": "$number", "listed": ["$number"], "object": {"$number": 3}},
        {"lr": None, "opt": "none", "a.b": 1, "a": {"b": 2, "c": 3}, "ä": True},
        {},
    ]
    tags = [["x", "y"], ["x"], [], ["x", "z"], []]
    runs = [
        SeededRun(f"r{number}", config, {"loss": number}, tags[number], state="failed" if number == 4 else "finished")
        for number, config in enumerate(configs)
    ]
    return await make_project(service, "facets", runs)


async def test_values_come_with_the_most_frequent_first(service: Service, project: str) -> None:
    assert [("1", 2), ("null", 1), ('"1"', 1), (None, 1)] == await values_of(service, project, "config.lr")
    assert [('"x"', 3), (None, 2), ('"y"', 1), ('"z"', 1)] == await values_of(service, project, "tags")
    assert [('"finished"', 4), ('"failed"', 1)] == await values_of(service, project, "state")
    assert [("true", 3), (None, 2)] == await values_of(service, project, "tags.x")
    assert [(None, 4), ("NaN", 1)] == await values_of(service, project, "config.nan")
    assert [('"ada"', 5)] == await values_of(service, project, "user")


async def test_values_are_limited_and_filtered(service: Service, project: str) -> None:
    assert [('"x"', 3)] == await values_of(service, project, "tags", n=1)
    assert [(None, 1)] == await values_of(service, project, "tags", f='{"state": "failed"}')
    assert [] == await values_of(service, project, "tags", f='{"state": "crashed"}')


@pytest.mark.parametrize("seed", range(4))
async def test_a_histogram_counts_each_finite_number_in_the_bin_that_holds_it(service: Service, seed: int) -> None:
    chance = random.Random(seed)
    scale = [1.0, 1e-300, 1e300, 10**6][seed]
    numbers: list[object] = [round(chance.gauss(0, 1), 3) * scale for _ in range(300)]
    others = [math.nan, math.inf, -math.inf, "1", None, True, [1], {"a": 1}]
    runs = [SeededRun(f"r{number}", {"x": value}) for number, value in enumerate([*numbers, *others])]
    project = await make_project(service, f"histogram{seed}", runs)

    bins = await bins_of(service, project, "config.x", n=13)

    exact = [Fraction(repr(number)) for number in numbers]
    low, width = min(exact), (max(exact) - min(exact)) / 13
    expected = [0] * 13
    for number in exact:
        expected[min(12, math.floor((number - low) / width))] += 1
    assert expected == [count for _, _, count in bins]
    assert [float(low + number * width) for number in range(14)] == [bins[0][0], *(high for _, high, _ in bins)]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(bins))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], []),
        ([math.nan, math.inf, "1"], []),
        ([3, 3.0, 3], [(3, 3, 3)]),
        ([-4, -2], [(-4, -3, 1), (-3, -2, 1)]),
        ([0, 1, 2], [(0, 1, 1), (1, 2, 2)]),
        ([-FLOAT_MAX, FLOAT_MAX, 1], [(-FLOAT_MAX, 0, 1), (0, FLOAT_MAX, 2)]),
        ([-1e308, 1e308], [(-1e308, 0, 1), (0, 1e308, 1)]),
        ([0, 5e-324], [(0, 5e-324, 1), (5e-324, 5e-324, 1)]),
        ([2**2000, 1, 2], [(1, 1.5, 1), (1.5, 2, 1)]),
    ],
    ids=str,
)
async def test_a_histogram_holds_at_the_borders_of_floats(
    service: Service, numbers: list[object], expected: list[tuple[float, float, int]]
) -> None:
    runs = [SeededRun(f"r{number}", {"x": value}) for number, value in enumerate(numbers)]
    project = await make_project(service, f"borders {hash(str(numbers))}", runs)

    assert expected == await bins_of(service, project, "config.x", n=2)


async def test_a_histogram_of_times_is_in_seconds(service: Service, project: str) -> None:
    bins = await bins_of(service, project, "created_at", n=4)

    assert [1, 1, 1, 2] == [count for _, _, count in bins]
    assert 4.0 == bins[-1][1] - bins[0][0]


async def test_a_histogram_of_what_holds_no_numbers_is_empty(service: Service, project: str) -> None:
    for field in ("name", "tags", "tags.x", "stop_requested", "exit_code", "config.opt.name", "config.missing"):
        assert [] == await bins_of(service, project, field)


async def test_keys_come_with_their_types_and_how_many_runs_have_them(service: Service, project: str) -> None:
    assert [
        ("***:", "number", 1),
        ("50%_done", "number", 1),
        ("Lr", "number", 1),
        # `a.b` is the key of that name where there is one: filters look there first.
        ("a*b", "string", 1),
        ("a.b", "number", 1),
        ("a.c", "number", 1),
        ("listed", "array", 1),
        ("lr", "null", 1),
        ("lr", "number", 2),
        ("lr", "string", 1),
        ("nan", "number", 1),
        ("object.$number", "number", 1),
        ("opt", "object", 1),
        ("opt", "string", 1),
        ("opt.betas", "array", 1),
        ("opt.deep.er", "null", 1),
        ("opt.name", "string", 2),
        ("path\\to", "number", 1),
        ("word", "string", 1),
        ("ä", "boolean", 1),
    ] == await keys_of(service, project, "CONFIG")
    assert [("loss", "number", 5)] == await keys_of(service, project, "SUMMARY")


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("opt.", ["opt.betas", "opt.deep.er", "opt.name"]),
        ("%", ["50%_done"]),
        ("_", ["50%_done"]),
        ("\\", ["path\\to"]),
        ("*", ["***:", "a*b"]),
        ("***:", ["***:"]),
        (".*", []),
        ("LR", []),
        ("ä", ["ä"]),
        ("", None),
        ("'", []),
        ("\0", []),
        ("x" * 100_000, []),
    ],
    ids=lambda text: repr(text)[:20],
)
async def test_a_search_for_keys_is_for_plain_text(
    service: Service, project: str, search: str, expected: list[str] | None
) -> None:
    if expected is None:
        expected = [key for key, _, _ in await keys_of(service, project, "CONFIG")]

    assert expected == [key for key, _, _ in await keys_of(service, project, "CONFIG", s=search)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^opt", ["opt", "opt", "opt.betas", "opt.deep.er", "opt.name"]),
        ("(?i)^LR$", ["Lr", "lr", "lr", "lr"]),
        (r"\.", ["a.b", "a.c", "object.$number", "opt.betas", "opt.deep.er", "opt.name"]),
        (r"^\*\*\*:", ["***:"]),
        (r"[[:punct:]]to$", ["path\\to"]),
    ],
)
async def test_keys_can_be_chosen_by_a_pattern(
    service: Service, project: str, pattern: str, expected: list[str]
) -> None:
    assert expected == [key for key, _, _ in await keys_of(service, project, "CONFIG", r=pattern)]


async def test_keys_are_limited_and_filtered(service: Service, project: str) -> None:
    assert [("***:", "number", 1)] == await keys_of(service, project, "CONFIG", n=1)
    assert [] == await keys_of(service, project, "CONFIG", f='{"state": "failed"}')
    assert ["lr"] == [key for key, _, _ in await keys_of(service, project, "CONFIG", s="lr", f='{"config.lr": "1"}')]


async def test_what_the_sdk_keeps_for_itself_is_no_key(service: Service) -> None:
    internal = {"_wandb": {"cli_version": "0.22", "m": [{}]}, "wandb_version": 1}
    config = {**internal, "lr": 1, "inner": {"_wandb": 2}}
    project = await make_project(service, "internal", [SeededRun("r", config, {"_wandb": {"runtime": 3}, "_step": 4})])

    assert [("inner._wandb", "number", 1), ("lr", "number", 1)] == await keys_of(service, project, "CONFIG")
    assert [("_step", "number", 1)] == await keys_of(service, project, "SUMMARY")


async def test_a_limit_takes_the_first_keys_of_all_levels(service: Service) -> None:
    configs = [{"b": {"c": {"d": 1}, "a": 2}, "a": 3, "z": {}}, {"b": {"c": 4}, "b.a": 5, "c": {"a": 6}}]
    project = await make_project(service, "levels", [SeededRun(f"r{n}", config) for n, config in enumerate(configs)])
    whole = [
        ("a", "number", 1),
        ("b.a", "number", 2),
        ("b.c", "number", 1),
        ("b.c.d", "number", 1),
        ("c.a", "number", 1),
        ("z", "object", 1),
    ]

    assert whole == await keys_of(service, project, "CONFIG")
    assert [whole[:n] for n in range(1, 7)] == [await keys_of(service, project, "CONFIG", n=n) for n in range(1, 7)]
    assert whole[1:4] == await keys_of(service, project, "CONFIG", s="b.", n=3)


async def test_keys_inside_seven_objects_are_told_as_an_object(service: Service) -> None:
    nested: Any = 1
    for level in range(9):
        nested = {f"k{8 - level}": nested}
    project = await make_project(service, "nested", [SeededRun("r", nested)])

    assert [("k0.k1.k2.k3.k4.k5", "object", 1)] == await keys_of(service, project, "CONFIG")


@pytest.mark.parametrize(
    ("document", "variables", "path"),
    [
        (VALUES, {"x": "colour"}, "field.colour"),
        (VALUES, {"x": "config"}, "field.config"),
        (VALUES, {"x": "state", "n": 0}, "first"),
        (VALUES, {"x": "state", "n": 10_001}, "first"),
        (VALUES, {"x": "state", "f": '{"colour": 1}'}, "filters.colour"),
        (HISTOGRAM, {"x": ""}, "field."),
        (HISTOGRAM, {"x": "config.x", "n": 0}, "bins"),
        (HISTOGRAM, {"x": "config.x", "n": 1001}, "bins"),
        (HISTOGRAM, {"x": "config.x", "f": "{"}, "filters"),
        (KEYS, {"d": "CONFIG", "n": 10_001}, "first"),
        (KEYS, {"d": "CONFIG", "s": "a", "r": "a"}, "search"),
        (KEYS, {"d": "CONFIG", "s": "a" * 61, "c": False}, "search"),
        (KEYS, {"d": "CONFIG", "r": "("}, "regex"),
        (KEYS, {"d": "CONFIG", "r": "(?=a)"}, "regex"),
        (KEYS, {"d": "CONFIG", "f": json.dumps({"name": {"$lt": 1}})}, "filters.name.$lt"),
    ],
    ids=str,
)
async def test_a_mistake_is_told_with_its_place(
    service: Service, project: str, document: str, variables: dict[str, Any], path: str
) -> None:
    answer: Answer = await service.graphql(document, p=project, **variables)

    assert (400, "BAD_USER_INPUT", path) == refusal(answer)
    assert answer.error["extensions"]["allowed"]
