"""What api/README.md says about reading history, and about history as Arrow or Parquet, tried on a run."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.history_service import log_rows
from tests.server.test_history_export import export
from tests.service import Service

ROWS: list[dict[str, Any]] = [
    {"_step": 0, "loss": 0.5, "run_id": "mine", "a": {"b": 1}},
    {"_step": 1, "accuracy": 0.25},
    {"_step": 2, "loss": float("inf"), "accuracy": 0.75, "\udc80": 1},
    {"_step": 3, "loss": None, "mixed": [1]},
    {"_step": 4, "other": 2**70, "mixed": "x"},
]
QUERY = """query($keys: [String!], $columns: [String!]!, $first: Int, $after: String, $run: String!, $low: Int64) {
  project(name: "p") { run(name: $run) {
    historyRows(keys: $keys, first: $first, after: $after, minStep: $low) { rows pageInfo { hasNextPage endCursor } }
    historyColumns(keys: $columns) { keys steps values }
    system: historyRows(stream: SYSTEM) { rows }
    metricKeys(stream: SYSTEM) { name }
    metric(key: "loss") { min max argmin last at(key: "accuracy", best: MAXIMUM) } } } }"""


@pytest.fixture(scope="module", autouse=True)
async def told(service: Service) -> None:
    """The runs `told` and `also` of ada/p, with the same rows."""
    for run in ("told", "also"):
        await service.start_run(run)
        await log_rows(service, f"ada/p/{run}", ROWS)
    await service.stream(
        "ada/p/told",
        {"files": {"wandb-events.jsonl": {"offset": 0, "content": ['{"system.cpu": 7, "_timestamp": 1}']}}},
    )


async def read(service: Service, status: int = 200, **more: Any) -> dict[str, Any]:
    """The run `told`, or the error."""
    variables = {"columns": ["loss", "accuracy"], "run": "told", **more}
    answer = await service.graphql(QUERY, "ada", **variables)
    assert status == answer.status, answer
    return dict(answer.data["project"]["run"] if status == 200 else answer.error)


async def test_keys_of_rows_are_an_intersection_and_columns_a_union(service: Service) -> None:
    run = await read(service, keys=["loss", "accuracy"])

    assert [{"_step": 2, "loss": float("inf"), "accuracy": 0.75}] == [
        json.loads(row) for row in run["historyRows"]["rows"]
    ]
    assert [0, 1, 2, 3] == run["historyColumns"]["steps"]
    assert [[0.5, None, "Infinity", None], [None, 0.25, 0.75, None]] == run["historyColumns"]["values"]
    assert [] == (await read(service, keys=["loss", "never"]))["historyRows"]["rows"]
    assert 3 == len((await read(service, keys=["loss"]))["historyRows"]["rows"])
    assert ['{"_step":0,"a.b":1}'] == (await read(service, keys=["a.b"]))["historyRows"]["rows"]


async def test_a_cursor_is_good_for_the_same_rows_only(service: Service) -> None:
    page = (await read(service, keys=["loss", "_step"], first=1))["historyRows"]["pageInfo"]
    after = {"after": page["endCursor"]}

    assert page["hasNextPage"]
    assert 2 == len((await read(service, keys=["_step", "loss"], first=9, **after))["historyRows"]["rows"])
    for other in (
        {"keys": ["loss"]},
        {"keys": ["loss", "_step"], "low": 1},
        {"keys": ["loss", "_step"], "run": "also"},
    ):
        await read(service, 400, **after, **other)


async def test_the_stream_system_and_a_metric_are_read_as_told(service: Service) -> None:
    run = await read(service)

    assert {"system.cpu": 7, "_timestamp": 1} == json.loads(run["system"]["rows"][0])
    assert ["_timestamp", "system.cpu"] == [key["name"] for key in run["metricKeys"]]
    assert (0.5, 0) == (run["metric"]["min"], run["metric"]["argmin"])


@pytest.mark.parametrize("form", ["arrow", "parquet"])
async def test_an_export_has_the_rows_names_and_types_that_are_told(service: Service, form: str) -> None:
    one, _ = await export(service, f"ada/p/told/history.{form}")
    some, _ = await export(service, f"ada/p/told/history.{form}", keys=["loss", "never", "accuracy"])
    many, _ = await export(service, f"ada/p/history.{form}", ids=["told", "also"])

    types = {field.name: str(field.type) for field in one.schema}
    names = ["a.b", "accuracy", "loss", "mixed", "other", "run_id", "\\udc80"]
    assert ["_step", *sorted(names)] == sorted(types, key=lambda name: (name != "_step", name))
    assert ("int64", "double", "string") == (types["_step"], types["other"], types["mixed"])
    assert [b"true"] == [(field.metadata or {}).get(b"runfolio.json") for field in one.schema if field.name == "mixed"]
    assert ["[1]", '"x"'] == one["mixed"].to_pylist()[3:]
    assert ["_step", "loss", "never", "accuracy"] == some.column_names
    assert [0, 1, 2, 3] == some["_step"].to_pylist()
    assert "double" == str(some.schema.field("never").type)
    assert ["run_id", "_step"] == many.column_names[:2]
    assert "run_id_" in many.column_names
    assert [*["told"] * 5, *["also"] * 5] == many["run_id"].to_pylist()
    assert pa.types.is_dictionary(many.schema.field("run_id").type)


async def test_ids_filters_and_first_choose_the_runs_as_told(service: Service) -> None:
    both, _ = await export(service, "ada/p/history.arrow", keys="loss")
    cut, _ = await export(service, "ada/p/history.arrow", keys="loss", ids=["gone", "also"], first=5)
    filtered, _ = await export(
        service, "ada/p/history.arrow", keys="loss", ids=["told", "also"], filters='{"name": {"$ne": "told"}}'
    )

    assert ["told", "also"] == list(dict.fromkeys(both["run_id"].to_pylist()))
    assert {"also"} == set(cut["run_id"].to_pylist()) == set(filtered["run_id"].to_pylist())


async def test_an_unknown_axis_leaves_no_rows_and_a_known_one_those_with_its_numbers(service: Service) -> None:
    unknown, _ = await export(service, "ada/p/told/history.arrow", keys="loss", x_axis="never", samples=9)
    known, _ = await export(service, "ada/p/told/history.arrow", keys="loss", x_axis="accuracy", samples=9)

    assert 0 == unknown.num_rows
    assert ["_step", "accuracy", "loss"] == known.column_names
    assert [1, 2] == known["_step"].to_pylist()
