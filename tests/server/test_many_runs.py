"""Many runs changed or deleted at once: those that were chosen, all of them, and nothing else."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from runfolio_server.domain import json_text
from tests.runs_in_bulk import SeededRun, make_project
from tests.server.found_runs import ask_on_the_wire, names_of, page_of, refusal
from tests.service import Answer, Service

UPDATE = "mutation($i: UpdateRunsInput!) { updateRuns(input: $i) { count names } }"
DELETE = "mutation($i: DeleteRunsInput!) { deleteRuns(input: $i) { count names } }"
RUNS = (
    'query($p: String) { project(name: $p) { runs(first: 1000, order: "name") { edges { node { id name tags group'
    " jobType notes displayName config updatedAt } } } } }"
)


async def update(service: Service, project: str, **more: Any) -> Answer:
    return await service.graphql(UPDATE, i={"projectName": project, **more})


async def delete(service: Service, project: str, **more: Any) -> Answer:
    return await service.graphql(DELETE, i={"projectName": project, **more})


async def runs_of(service: Service, project: str) -> dict[str, dict[str, Any]]:
    answer = await service.graphql(RUNS, p=project)
    nodes = [edge["node"] for edge in answer.data["project"]["runs"]["edges"]]
    return {node.pop("name"): node for node in nodes}


async def three(service: Service, project: str) -> str:
    runs = [
        SeededRun("a", {"lr": 0.1}, tags=["x", "y"], group="g"),
        SeededRun("b", {"lr": 0.2}, tags=["y"], group="g"),
        SeededRun("c", {"lr": 0.3}),
    ]
    return await make_project(service, project, runs)


@pytest.fixture(scope="module")
async def project(service: Service) -> str:
    """One that no test changes."""
    return await three(service, "unchanged")


async def test_runs_chosen_by_filters_are_changed_and_no_others(service: Service) -> None:
    project = await three(service, "by filters")
    await update(service, project, filters='{"name": "c"}', notes="changed before the others")
    before = await runs_of(service, project)

    answer = await update(
        service,
        project,
        filters='{"tags": "y"}',
        addTags=["new", "x"],
        removeTags=["y"],
        group=None,
        jobType="eval",
        notes="",
        displayName="same",
        config='{"lr": 1, "seed": [1]}',
    )

    assert {"count": 2, "names": ["a", "b"]} == {
        "count": answer.data["updateRuns"]["count"],
        "names": sorted(answer.data["updateRuns"]["names"]),
    }
    after = await runs_of(service, project)
    assert before["c"] == after["c"]
    assert [["x", "new"], ["new", "x"]] == [after[name]["tags"] for name in "ab"]
    for name in "ab":
        found = {key: after[name][key] for key in ("group", "jobType", "notes", "displayName")}
        assert {"group": None, "jobType": "eval", "notes": "", "displayName": "same"} == found
        assert {"lr": {"value": 1}, "seed": {"value": [1]}} == json.loads(after[name]["config"])
    assert ["a", "b"] == await names_of(service, project, {"config.lr": 1, "config.seed": {"$size": 1}})
    # Times are printed in whole seconds, and ordered by finer ones.
    assert "c" == (await names_of(service, project, order="-updated_at"))[-1]


async def test_runs_chosen_by_ids_are_changed_and_no_others(service: Service) -> None:
    project = await three(service, "by ids")
    before = await runs_of(service, project)

    answers = [
        await update(service, project, ids=[before["c"]["id"], before["a"]["id"], before["a"]["id"]], tags=["only"]),
        await update(service, project, ids=[], tags=["none"]),
    ]

    assert [2, 0] == [answer.data["updateRuns"]["count"] for answer in answers]
    after = await runs_of(service, project)
    assert [["only"], ["y"], ["only"]] == [after[name]["tags"] for name in "abc"]
    assert before["b"] == after["b"]


async def test_a_dry_run_tells_the_same_and_changes_nothing(service: Service) -> None:
    project = await three(service, "dry")
    before = await runs_of(service, project)
    change = {"filters": '{"group": "g"}', "addTags": ["new"], "group": None, "config": '{"x": 1}'}

    dry_update = await update(service, project, **change, dryRun=True)
    dry_delete = await delete(service, project, filters='{"group": "g"}', dryRun=True)

    assert before == await runs_of(service, project)
    assert (await update(service, project, **change)).data == dry_update.data
    assert (await delete(service, project, filters='{"tags": "new"}')).data == dry_delete.data
    assert ["c"] == await names_of(service, project)


async def test_tags_can_be_set_and_cleared(service: Service) -> None:
    project = await three(service, "tags")

    await update(service, project, filters='{"name": "a"}', tags=None)
    await update(service, project, filters='{"name": "b"}', tags=["p", "p", "q"], removeTags=["q"], addTags=["r"])

    after = await runs_of(service, project)
    assert [[], ["p", "r"], []] == [after[name]["tags"] for name in "abc"]


async def test_a_repeat_changes_nothing_more(service: Service) -> None:
    project = await three(service, "repeat")
    change = {"filters": "{}", "addTags": ["new"], "removeTags": ["x"], "config": '{"lr": NaN}', "notes": "n"}

    first = await update(service, project, **change)
    once = await runs_of(service, project)
    second = await update(service, project, **change)

    assert first.data == second.data
    twice = await runs_of(service, project)
    for run in (*once.values(), *twice.values()):
        del run["updatedAt"]
    assert once == twice


async def test_entries_of_config_that_are_not_named_stay_as_they_were(service: Service) -> None:
    kept = {
        "nan": math.nan,
        "infinite": -math.inf,
        "long": 2**80,
        "float": 1.0,
        "large": 1e16,
        "zero": -0.0,
        "text": "ä\u2028\0\ud800",
        "null": None,
        "nested": {"value": {"value": [1, 1.0]}},
        "a.b": "null",
    }
    project = await make_project(service, "kept", [SeededRun("r", {**kept, "lr": 1})])

    await update(service, project, filters="{}", config='{"lr": 2, "new.key": {"a": Infinity}}')

    config = (await runs_of(service, project))["r"]["config"]
    expected = {**kept, "lr": 2, "new.key": {"a": math.inf}}
    assert repr({key: {"value": value} for key, value in expected.items()}) == repr(json_text.parse(config.encode()))


async def test_more_runs_than_a_batch_holds_are_changed_and_deleted(service: Service) -> None:
    runs = [SeededRun(f"r{number:04}", {"n": number}, tags=["old"]) for number in range(1250)]
    project = await make_project(service, "many", runs)
    chosen = '{"config.n": {"$lt": 1200}, "tags": "old"}'

    # What is changed no longer matches: that must not make the next batch skip any.
    changed = (await update(service, project, filters=chosen, removeTags=["old"], addTags=["new"])).data["updateRuns"]
    again = (await update(service, project, filters=chosen, removeTags=["old"])).data["updateRuns"]
    deleted = (await delete(service, project, filters='{"tags": "new"}')).data["deleteRuns"]

    assert (1200, 1000, 1000) == (changed["count"], len(changed["names"]), len(set(changed["names"])))
    assert {"count": 0, "names": []} == again
    assert 1200 == deleted["count"]
    assert [f"r{number:04}" for number in range(1200, 1250)] == await names_of(service, project)


async def test_deleted_runs_are_gone_for_readers_and_writers(service: Service) -> None:
    bucket = await service.start_run("gone", "gone")
    await service.start_run("kept", "gone")
    await service.log("ada/gone/gone", 0, ['{"_step":0,"loss":1}'])

    answers = [(await delete(service, "gone", ids=[bucket["id"]])).data["deleteRuns"] for _ in range(2)]

    assert [{"count": 1, "names": ["gone"]}, {"count": 0, "names": []}] == answers
    read = await service.graphql(
        '{ project(name: "gone") { run(name: "gone") { id } runCount runs { totalCount }'
        ' runGroups(by: ["state"]) { groups { runCount } } runValues(field: "name") { value }'
        " runKeys(document: SUMMARY) { key } } }"
    )
    assert {
        "run": None,
        "runCount": 1,
        "runs": {"totalCount": 1},
        "runGroups": {"groups": [{"runCount": 1}]},
        "runValues": [{"value": '"kept"'}],
        "runKeys": [],
    } == read.data["project"]
    streamed = await service.log("ada/gone/gone", 1, ['{"_step":1,"loss":2}'])
    assert (410, "GONE") == (streamed.status, streamed.error["extensions"]["code"])
    changed = await service.graphql(
        'mutation($i: ID!) { updateRun(input: {id: $i, notes: "n"}) { run { id } } }', i=bucket["id"]
    )
    assert (404, "NOT_FOUND") == (changed.status, changed.error["extensions"]["code"])
    started = await service.graphql(
        'mutation { upsertBucket(input: {name: "gone", modelName: "gone"}) { bucket { id } } }'
    )
    assert (410, "GONE") == (started.status, started.error["extensions"]["code"])
    assert "'gone' belongs to a deleted run of 'gone'; choose another" in started.error["message"]
    assert 1 == page_of(await ask_on_the_wire(service, "gone")).count


@pytest.mark.parametrize(
    ("choice", "path"),
    [
        ({}, "input"),
        ({"filters": "{}", "ids": []}, "input"),
        ({"filters": None, "ids": None}, "input"),
        ({"filters": ""}, "input"),
        # For a list no filters are all runs; a change of all needs to be meant.
        ({"filters": "null"}, "input.filters"),
        ({"filters": " "}, "input.filters"),
        ({"filters": "[]"}, "filters"),
        ({"filters": '{"colour": 1}'}, "filters.colour"),
        ({"ids": ["nonsense"]}, "id"),
        ({"ids": ["UHJvamVjdDox"]}, "id"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_choice_that_is_none_changes_nothing(
    service: Service, project: str, choice: dict[str, Any], path: str
) -> None:
    before = await runs_of(service, project)

    answers = [await update(service, project, **choice, notes="n"), await delete(service, project, **choice)]

    assert [(400, "BAD_USER_INPUT", path)] * 2 == [refusal(answer) for answer in answers]
    assert before == await runs_of(service, project)


@pytest.mark.parametrize("change", [{}, {"addTags": []}, {"removeTags": None, "config": ""}])
async def test_no_change_at_all_is_refused(service: Service, project: str, change: dict[str, Any]) -> None:
    answer = await update(service, project, filters="{}", **change)

    assert (400, "input") == (answer.status, answer.error["extensions"]["path"])
    assert "addTags" in answer.error["extensions"]["allowed"]


@pytest.mark.parametrize("is_dry_run", [False, True])
@pytest.mark.parametrize(
    ("change", "status", "path"),
    [
        ({"displayName": "x" * 513}, 400, "input.displayName"),
        ({"addTags": [""]}, 400, "input.addTags"),
        ({"addTags": ["x" * 257]}, 400, "input.addTags"),
        ({"tags": [""]}, 400, "input.tags"),
        ({"jobType": "x" * 513}, 400, "input.jobType"),
        ({"group": "x" * 513}, 400, "input.group"),
        ({"config": "[]"}, 400, "input.config"),
        ({"config": "{broken"}, 400, "input.config"),
        ({"config": json.dumps({"x": "y" * 17_000_000})}, 413, "input.config"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_change_that_is_not_allowed_changes_nothing(
    service: Service, project: str, change: dict[str, Any], status: int, path: str, *, is_dry_run: bool
) -> None:
    before = await runs_of(service, project)

    answer = await update(service, project, filters="{}", notes="n", dryRun=is_dry_run, **change)

    assert (status, path) == (answer.status, answer.error["extensions"]["path"])
    assert before == await runs_of(service, project)


async def test_a_project_that_is_not_there_is_an_error(service: Service) -> None:
    changed = await update(service, "nowhere", filters="{}", notes="n")

    for answer in (changed, await delete(service, "nowhere", filters="{}")):
        assert (404, "NOT_FOUND", "input") == refusal(answer)
        assert "There is no project 'nowhere' in entity 'ada', or you may not" in answer.error["message"]
