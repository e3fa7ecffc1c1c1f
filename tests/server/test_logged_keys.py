"""Which runs have logged a key: those whose history has it, also where the summary does not tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.service import HISTORY_FILE, Service

FIND = """query($f: JSONString, $order: String) { project(name: "keys") { runs(filters: $f, order: $order) {
  edges { node { name } } } } }"""
REWIND = "mutation($input: RewindRunInput!) { rewindRun(input: $input) { rewoundRun { id } } }"
GROUPS = 'query($by: [String!]!) { project(name: "keys") { runGroups(by: $by) { groups { values runCount } } } }'
APPEND = "mutation($input: AppendColumnsInput!) { appendColumns(input: $input) { rejectedCount } }"


async def _found(service: Service, condition: object, order: str | None = None) -> list[str]:
    answer = await service.graphql(FIND, f=json.dumps(condition), order=order or "+name")
    return [edge["node"]["name"] for edge in answer.data["project"]["runs"]["edges"]]


async def _log(
    service: Service, run: str, *rows: dict[str, Any], summary: dict[str, Any] | None = None, offset: int = 0
) -> None:
    files: dict[str, Any] = {HISTORY_FILE: {"offset": offset, "content": [json.dumps(row) for row in rows]}}
    if summary is not None:
        files["wandb-summary.json"] = {"offset": 0, "content": [json.dumps(summary)]}
    await service.stream(f"ada/keys/{run}", {"files": files})


@pytest.fixture(scope="module")
async def runs(service: Service) -> Service:
    """One that tells all in its summary, one that tells none, one that sends none, and one that has no rows."""
    for run in ("told", "untold", "unsent", "empty"):
        await service.start_run(run, project="keys")
    row = {"_step": 0, "loss": 1, "val": {"acc": 2}, "flat.key": 3}
    await _log(service, "told", row, summary=row)
    await _log(service, "untold", row, summary={"_step": 0, "val": {"other": 1}})
    await _log(service, "unsent", row)
    return service


@pytest.mark.parametrize("key", ["loss", "val", "val.acc", "flat.key", '["flat.key"]', "_step"])
async def test_a_key_that_only_the_history_has_is_found(runs: Service, key: str) -> None:
    field = f"keys_info.keys{key}" if key.startswith("[") else f"keys_info.keys.{key}"

    assert ["told", "unsent", "untold"] == await _found(runs, {field: True})
    assert ["empty"] == await _found(runs, {field: {"$exists": False}})
    assert ["empty"] == await _found(runs, {field: {"$ne": True}})
    assert ["empty"] == await _found(runs, {field: {"$nin": [True]}})
    assert [] == await _found(runs, {"$and": [{field: True}, {"$not": {field: True}}]})


async def test_many_conditions_on_keys_are_as_each_of_them(runs: Service) -> None:
    keys = ["loss", "val", "val.acc", "flat.key", "_step", "val.other"]

    together = {"$and": [{f"keys_info.keys.{key}": True} for key in keys]}

    assert ["untold"] == await _found(runs, together)


async def test_orders_and_groups_know_it_too(runs: Service) -> None:
    groups = (await runs.graphql(GROUPS, by=["keys_info.keys.loss"])).data["project"]["runGroups"]["groups"]

    assert ["told", "unsent", "untold"] == sorted((await _found(runs, {}, "-keys_info.keys.loss"))[:3])
    assert [(["true"], 3), ([None], 1)] == [(group["values"], group["runCount"]) for group in groups]


async def test_a_process_without_resume_leaves_the_keys_of_the_one_before(service: Service) -> None:
    await service.start_run("overwritten", project="keys")
    await _log(service, "overwritten", {"_step": 0, "first": 1}, summary={"_step": 0, "first": 1})
    await service.stream("ada/keys/overwritten", {"complete": True, "exitcode": 0})
    await service.start_run("overwritten", project="keys")
    await _log(service, "overwritten", {"_step": 0, "second": 1}, summary={"_step": 0, "second": 1})

    assert [["overwritten"]] * 2 == [
        await _found(service, {f"keys_info.keys.{key}": True}) for key in ("first", "second")
    ]


async def test_a_run_that_was_rewound_or_forked_has_the_keys_of_the_rows_that_count(service: Service) -> None:
    await service.start_run("whole", project="keys")
    rows = [{"_step": step, f"at{step}": 1} for step in range(3)]
    await _log(service, "whole", *rows, summary={"_step": 2})
    point = {"_wandb": {"value": {"branch_point": {"run_id": "whole", "step": 0}}}}
    await service.start_run("fork", project="keys", config=json.dumps(point))

    given = {"runName": "whole", "projectName": "keys", "metricName": "_step", "metricValue": 1}
    await service.graphql(REWIND, input=given)

    assert [["fork", "whole"], ["whole"], []] == [
        await _found(service, {f"keys_info.keys.at{step}": True}) for step in range(3)
    ]


async def test_a_run_lists_no_more_than_so_many_keys_beside_its_summary(service: Service) -> None:
    await service.start_run("wide", project="keys")
    for part in range(3):
        row = {"_step": part, "x" * 300: 1, **{f"wide{part}_{number}": 1 for number in range(4000)}}
        await _log(service, "wide", row, summary={"_step": part}, offset=part)

    async with service.database.connection() as connection:
        await connection.script(
            "DO $$ BEGIN ASSERT (SELECT (SELECT count(*) FROM jsonb_object_keys(logged_keys)) = 10000"
            " FROM runs WHERE name = 'wide'); END $$"
        )
    assert ["wide"] == await _found(service, {"keys_info.keys.wide1_7": True})
