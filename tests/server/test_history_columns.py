"""Columns over GraphQL: the values that scan answers, in one statement for many runs."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from runfolio_server.domain.dotted_key import find, has
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.history.reading import table
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.loaders import history as loader
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import Query
from runfolio_server.sql.run_lists.chosen_runs import RunNameRow, select_chosen_runs
from tests.history_service import compact_some, log_rows
from tests.service import Service

PROJECT_ID = Query("project_id", "SELECT project_id FROM projects WHERE name = $1", CountRow)
COLUMNS = "{ keys steps values }"


async def columns(
    service: Service, run: str, project: str = "p", user: str = "ada", **arguments: Any
) -> dict[str, Any]:
    """Columns of a run."""
    answer = await service.graphql(
        'query($p: String, $r: String!, $keys: [String!]!, $min: Int64, $max: Int64, $n: Int, $x: String! = "_step",'
        " $s: HistoryStream! = HISTORY) { project(name: $p) { run(name: $r) { historyColumns(keys: $keys,"
        f" minStep: $min, maxStep: $max, samples: $n, xAxis: $x, stream: $s) {COLUMNS} }} }} }}",
        user,
        p=project,
        r=run,
        **arguments,
    )
    found: dict[str, Any] = answer.data["project"]["run"]["historyColumns"]
    return found


def odd_rows(count: int) -> list[dict[str, Any]]:
    """Rows of every kind of value, with keys missing here and there."""
    kinds = [1, 2.5, 2**60 + 1, 2**70, "text", True, None, [1, {"a": 2}], {"_type": "t", "x": 1}, -0.0]
    return [
        {"_step": step, **({"odd": kinds[step % len(kinds)]} if step % 3 else {}), "a": {"b": step, "c.d": step / 3}}
        for step in range(count)
    ]


@pytest.mark.parametrize("compacted", ["nothing", "some", "all"])
async def test_every_value_comes_back_type_for_type(service: Service, compacted: str) -> None:
    rows = odd_rows(90)
    run = f"odd-{compacted}"
    await service.start_run(run)
    await log_rows(service, f"ada/p/{run}", rows[:50])
    if compacted != "nothing":
        await compact_some(service.database)
    await log_rows(service, f"ada/p/{run}", rows[50:], offset=50)
    if compacted == "all":
        await compact_some(service.database)
    keys = ["odd", "a", "a.b", "a.c.d", "none"]

    found = await columns(service, run, keys=keys)

    scanned = [json.loads(text) for text in await service.rows("p", run)]
    assert keys == found["keys"]
    assert [row["_step"] for row in scanned] == found["steps"]
    assert json.dumps([[find(row, key) for row in scanned] for key in keys]) == json.dumps(found["values"])


async def test_a_key_that_is_flat_here_and_nested_there_is_one_column(service: Service) -> None:
    rows: list[dict[str, Any]] = [
        {"_step": 0, "a.b": 1},
        {"_step": 1, "a": {"b": 2}},
        {"_step": 2, "a": {"b": 3}, "a.b": 4},
        {"_step": 3, "a": 5},
        {"_step": 4, "a": {"b": {"c": 6}}},
        {"_step": 5, "a": {"b": "text"}, "a.b": None},
        {"_step": 6, "a": {str(number): number for number in range(50)} | {"b": 7}},
    ]
    await service.start_run("flat")
    await log_rows(service, "ada/p/flat", rows)
    before = await columns(service, "flat", keys=["a.b", "a.b.c"])

    await compact_some(service.database)

    assert before == await columns(service, "flat", keys=["a.b", "a.b.c"])
    kept = [row for row in rows if has(row, "a.b")]
    assert [[find(row, key) for row in kept] for key in ("a.b", "a.b.c")] == before["values"]


async def test_numbers_that_json_lacks_are_strings(service: Service) -> None:
    await service.start_run("nan")
    await service.log("ada/p/nan", 0, ['{"y":NaN}', '{"y":Infinity}', '{"y":-Infinity}', '{"y":[NaN]}', '{"y":1}'])

    found = await columns(service, "nan", keys=["y"])

    assert [["NaN", "Infinity", "-Infinity", ["NaN"], 1]] == found["values"]
    assert [0, 1, 2, 3, 4] == found["steps"]


async def test_a_range_leaves_out_its_end_and_a_sample_keeps_extremes(service: Service) -> None:
    await service.start_run("wave")
    rows = [{"_step": step, "y": math.sin(step), "t": step / 2} for step in range(1000)]
    rows[500]["y"] = 9.0
    await log_rows(service, "ada/p/wave", rows)

    ranged = await columns(service, "wave", keys=["y"], min=10, max=13)
    sampled = await columns(service, "wave", keys=["y"], n=20)
    over_time = await columns(service, "wave", keys=["y"], n=20, x="t")

    assert [10, 11, 12] == ranged["steps"]
    assert (20, 9.0) == (len(sampled["steps"]), max(sampled["values"][0]))
    assert ["t", "y"] == over_time["keys"]
    assert [step / 2 for step in over_time["steps"]] == over_time["values"][0]


async def test_rows_of_several_writers_come_in_the_order_of_scan(service: Service) -> None:
    await service.start_run("shared")
    for writer in ("one", "two"):
        lines = [json.dumps({"_step": step // 2, "y": step, "w": writer}) for step in range(10)]
        await service.stream(
            "ada/p/shared",
            {"files": {"wandb-history.jsonl": {"offset": 0, "content": lines}}},
            **{"X-WANDB-ASYNC-CLIENT-ID": writer},
        )
        if writer == "one":
            await compact_some(service.database)

    found = await columns(service, "shared", keys=["w", "y"])

    scanned = [json.loads(text) for text in await service.rows("p", "shared")]
    assert [[row[key] for row in scanned] for key in ("w", "y")] == found["values"]


async def test_many_runs_are_read_in_one_statement(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        await service.start_run(f"many-{number}", "many", config=json.dumps({"n": {"value": number}}))
        if number != 3:
            await log_rows(service, f"ada/many/many-{number}", [{"_step": step, "y": number} for step in range(9)])
    await compact_some(service.database)
    read: list[int] = []
    whole = table.read_tables

    def watched(database: Any, run_ids: Any, *rest: Any, **more: Any) -> Any:
        read.append(len(run_ids))
        return whole(database, run_ids, *rest, **more)

    monkeypatch.setattr(table, "read_tables", watched)

    answer = await service.graphql(
        '{ project(name: "many") {'
        ' historyColumns(keys: ["y"], order: "-config.n", samples: 4) { run { name } columns { steps values } }'
        ' named: historyColumns(keys: ["y"], names: ["many-1", "gone"], maxStep: 2) { run { name } columns { values } }'
        ' runs(first: 10) { edges { node { name historyColumns(keys: ["y"], minStep: 8) { values } } } } } }'
    )

    found = answer.data["project"]
    assert [f"many-{number}" for number in (4, 3, 2, 1, 0)] == [one["run"]["name"] for one in found["historyColumns"]]
    assert [4, 0, 4, 4, 4] == [len(one["columns"]["steps"]) for one in found["historyColumns"]]
    assert [{"run": {"name": "many-1"}, "columns": {"values": [[1, 1]]}}] == found["named"]
    assert [[[0]], [[1]], [[2]], [[]], [[4]]] == [
        edge["node"]["historyColumns"]["values"] for edge in found["runs"]["edges"]
    ]
    assert [1, 5, 5] == sorted(read)


async def test_columns_are_the_same_however_small_the_pages(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await service.start_run("small", "pages")
    await service.start_run("smaller", "pages")
    for first in range(0, 300, 100):
        rows = [{"_step": step, "y": step % 17} for step in range(first, first + 100)]
        await log_rows(service, "ada/pages/small", rows, offset=first)
        await log_rows(service, "ada/pages/smaller", rows[:50], offset=first // 2)
        if first < 200:
            await compact_some(service.database)
    query = '{ project(name: "pages") { historyColumns(keys: ["y"], samples: %s) { columns { steps values } } } }'
    whole = [(await service.graphql(query % samples)).data for samples in ("null", "40")]

    monkeypatch.setattr(table.read_tables, "__kwdefaults__", {"page_bytes": 1.0})

    assert whole == [(await service.graphql(query % samples)).data for samples in ("null", "40")]


async def test_system_metrics_are_read_alike(service: Service) -> None:
    await service.start_run("sys")
    lines = [json.dumps({"_runtime": second, "system.cpu": second * 10}) for second in range(4)]
    await service.stream("ada/p/sys", {"files": {"wandb-events.jsonl": {"offset": 0, "content": lines}}})

    answer = await service.graphql(
        '{ project(name: "p") { run(name: "sys") { metric(key: "system.cpu", stream: SYSTEM) { max last } } } }'
    )

    assert [[0, 10, 20, 30]] == (await columns(service, "sys", keys=["system.cpu"], s="SYSTEM"))["values"]
    assert {"max": 30, "last": "30"} == answer.data["project"]["run"]["metric"]


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ('run(name: "limits") { historyColumns(keys: []) { keys } }', "0 keys; allowed: 1 to 100"),
        (
            f'run(name: "limits") {{ historyColumns(keys: {json.dumps([str(n) for n in range(101)])}) {{ keys }} }}',
            "101",
        ),
        ('run(name: "limits") { historyColumns(keys: ["y"], samples: 0) { keys } }', "samples is 0"),
        ('historyColumns(keys: ["y"], first: 1001) { columns { keys } }', "first is 1001; allowed: 1 to 1000"),
        (f'historyColumns(keys: ["y"], names: {json.dumps(["r"] * 1001)}) {{ columns {{ keys }} }}', "1001 names"),
        ('historyColumns(keys: ["y"], filters: "{") { columns { keys } }', "not valid JSON"),
        ('runGroups(by: ["name"]) { groups { history(key: "y", samples: 2001) { x } } }', "samples is 2001"),
    ],
)
async def test_what_is_not_allowed_is_told(service: Service, field: str, told: str) -> None:
    await service.start_run("limits", "limits")

    answer = await service.graphql(f'{{ project(name: "limits") {{ {field} }} }}')

    assert told in answer.error["message"]


async def test_more_values_than_an_answer_may_hold_are_refused_but_not_for_a_sample(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.start_run("large", "large")
    await log_rows(service, "ada/large/large", [{"_step": step, "y": step} for step in range(200)])
    monkeypatch.setattr(loader, "VALUES_MAX", 100)

    answer = await service.graphql('{ project(name: "large") { historyColumns(keys: ["y"]) { columns { keys } } } }')
    sampled = await columns(service, "large", "large", keys=["y"], n=50)

    assert "more than 100 values" in answer.error["message"]
    assert 50 == len(sampled["steps"])


async def test_runs_of_others_are_not_there(service: Service) -> None:
    await service.start_run("mine", "hers")
    await log_rows(service, "ada/hers/mine", [{"_step": 0, "y": 1}])
    await service.start_run("mine", "own", "eve")

    answer = await service.graphql(
        '{ hers: project(entityName: "ada", name: "hers") { historyColumns(keys: ["y"]) { columns { values } } }'
        ' own: project(name: "own") { historyColumns(keys: ["y"], names: ["mine"]) { columns { values } } } }',
        "eve",
    )

    assert {"hers": None, "own": [[[]]]} == {
        "hers": answer.data["hers"],
        "own": [one["columns"]["values"] for one in answer.data["own"]["historyColumns"]],
    }


@pytest.mark.parametrize("samples", [None, 30])
async def test_pages_go_on_where_they_were_though_everything_is_compacted_between_them(
    service: Service, samples: int | None
) -> None:
    project = f"between-{samples}"
    rows = {name: [{"_step": step, "y": step % seed} for step in range(200)] for name, seed in (("a", 7), ("b", 11))}
    for name in rows:
        await service.start_run(name, project)
        await log_rows(service, f"ada/{project}/{name}", rows[name], batch=20)
    async with service.database.connection() as connection:
        project_id = (await connection.rows(PROJECT_ID, project))[0].count
        runs = await select_chosen_runs(connection, RunNameRow, project_id, RunQuery.parse().page(9), None)
    wanted = Wanted("history", ("y",), low=15, samples=samples)

    pages = []
    async for page in table.read_tables(service.database, [run.run_id for run in runs], wanted, page_bytes=1000):
        pages.append(page)
        await compact_some(service.database)

    assert len(pages) > 2
    for place, run in enumerate(runs):
        found = table.joined_tables([one for page in pages for one in page if one.run == place])
        kept = {row["_step"]: row["y"] for row in rows[run.name] if row["_step"] >= 15}
        assert samples or list(kept) == found.steps.tolist()
        assert [kept[int(step)] for step in found.steps] == found.columns[0].values()
        assert (samples or len(kept)) == len(found.steps)
