"""Deleted runs: gone for every door, told to those who write to them, and undeleted as they were."""

from __future__ import annotations

from typing import Any

from tests.server.swept_store import upload, upload_url
from tests.service import HISTORY_FILE, Service

DELETE = "mutation($i: ID!, $a: Boolean) { deleteRun(input: {id: $i, deleteArtifacts: $a}) { success } }"
DELETE_PROJECT = "mutation($i: ID!) { deleteProject(input: {id: $i}) { success } }"
RESTORE_PROJECT = "mutation($i: ID!) { restoreProject(input: {id: $i}) { project { id } } }"
UNDELETE = (
    "mutation($p: String!, $i: [ID!]!) { undeleteRuns(input: {projectName: $p, ids: $i}) { count names refusedCount"
    " refused { name message } } }"
)
DELETED = (
    "query($p: String, $f: Int, $a: String) { project(name: $p) { deletedRuns(first: $f, after: $a) { totalCount"
    " edges { node { id name displayName state deletedAt purgeDueAt purgedAt freedBytes canBeUndeleted withArtifacts"
    " movedTo deletedBy { username } } } pageInfo { hasNextPage endCursor } } } }"
)
FILES = (
    "query($p: String, $r: String!) { project(name: $p) { run(name: $r) { state config"
    " files { edges { node { name directUrl } } } } } }"
)


async def delete(service: Service, node_id: str, **more: Any) -> None:
    answer = await service.graphql(DELETE, i=node_id, **more)
    assert {"deleteRun": {"success": True}} == answer.data


async def deleted_runs(service: Service, project: str) -> list[dict[str, Any]]:
    answer = await service.graphql(DELETED, p=project)
    return [edge["node"] for edge in answer.data["project"]["deletedRuns"]["edges"]]


async def test_a_run_is_deleted_once_however_often_it_is_asked_and_told_with_who_and_when(service: Service) -> None:
    bucket = await service.start_run("once", "listed", displayName="the first")

    await delete(service, bucket["id"], a=True)
    (first,) = await deleted_runs(service, "listed")
    await delete(service, bucket["id"])

    assert [first] == await deleted_runs(service, "listed")
    known = {key: first[key] for key in ("id", "name", "displayName", "state", "withArtifacts", "canBeUndeleted")}
    assert {
        "id": bucket["id"],
        "name": "once",
        "displayName": "the first",
        "state": "running",
        "withArtifacts": True,
        "canBeUndeleted": True,
    } == known
    assert ({"username": "ada"}, None, 0, None) == (
        first["deletedBy"],
        first["purgedAt"],
        first["freedBytes"],
        first["movedTo"],
    )
    assert first["deletedAt"] < first["purgeDueAt"]


async def test_every_door_of_a_deleted_run_is_shut_and_its_writers_are_told_why(service: Service) -> None:
    bucket = await service.start_run("r", "shut", config='{"lr": {"value": 1}}')
    await service.start_run("p")
    path = "ada/shut/r"
    await service.log(path, 0, ['{"_step":0}'])

    await delete(service, bucket["id"])

    streamed = await service.log(path, 1, ['{"_step":1}'])
    started = await service.graphql(
        'mutation { upsertBucket(input: {name: "r", modelName: "shut"}) { bucket { id } } }'
    )
    created = await service.graphql('mutation { createRun(input: {name: "r", projectName: "shut"}) { run { id } } }')
    appended = await service.graphql(
        'mutation($i: ID!) { appendHistory(input: {runId: $i, offset: 1, rows: ["{}"]}) { rejectedCount } }',
        i=bucket["id"],
    )
    finished = await service.graphql("mutation($i: ID!) { finishRun(input: {id: $i}) { run { id } } }", i=bucket["id"])
    resumed = await service.graphql('{ model(name: "shut") { bucket(name: "r", missingOk: true) { name } } }')
    for answer in (streamed, started, created, appended, finished, resumed):
        assert "The run id 'r' belongs to a deleted run of 'shut'; choose another" in answer.error["message"]
        assert "GONE" == answer.error["extensions"]["code"]
    assert [410] * 5 == [answer.status for answer in (streamed, started, created, appended, finished)]
    exported = await service.http.get("/export/ada/shut/r/history.parquet", headers=service.headers("ada"))
    assert 404 == exported.status_code
    assert (await service.graphql(FILES, p="shut", r="r")).data["project"]["run"] is None


async def test_who_may_not_log_to_a_deleted_run_is_told_what_is_told_of_none(service: Service) -> None:
    bucket = await service.start_run("hidden", "hidden")
    await delete(service, bucket["id"])

    batch = {"files": {HISTORY_FILE: {"offset": 0, "content": ["{}"]}}}
    answers = [await service.stream(f"ada/hidden/{name}", batch, "eve") for name in ("hidden", "never")]
    listed = await service.graphql(DELETED, "eve", p="hidden")

    assert [404, 404] == [answer.status for answer in answers], answers
    assert listed.data["project"] is None


async def test_an_undeleted_run_is_what_it_was_with_its_history_and_its_files(service: Service) -> None:
    bucket = await service.start_run("back", "p", config='{"lr": {"value": 1}}')
    await service.log("ada/p/back", 0, ['{"_step":0,"loss":1}'])
    await upload(service, "back", "model.bin", b"weights")
    before = await service.graphql(FILES, p="p", r="back")
    (file,) = before.data["project"]["run"]["files"]["edges"]

    url = await upload_url(service, "back", "more.bin")
    project_id = (await service.graphql('{ project(name: "p") { id } }')).data["project"]["id"]
    refused = []
    for deletion, undoing in ((DELETE, None), (DELETE_PROJECT, RESTORE_PROJECT)):
        await service.graphql(deletion, i=bucket["id"] if undoing is None else project_id)
        refused.append((await service.http.get(file["node"]["directUrl"])).status_code)
        refused.append((await service.http.put(url, content=b"late" * 2**19)).status_code)
        if undoing is not None:
            await service.graphql(undoing, i=project_id)
    undeleted = [await service.graphql(UNDELETE, p="p", i=[bucket["id"]]) for _ in range(2)]

    assert [403] * 4 == refused
    assert [(1, ["back"], 0), (0, [], 0)] == [
        (found["count"], found["names"], found["refusedCount"])
        for found in (answer.data["undeleteRuns"] for answer in undeleted)
    ]
    after = await service.graphql(FILES, p="p", r="back")
    assert before.data["project"]["run"]["config"] == after.data["project"]["run"]["config"]
    assert b"weights" == (await service.http.get(file["node"]["directUrl"])).content
    assert ['{"_step":0,"loss":1}'] == await service.rows("p", "back")
    assert 200 == (await service.log("ada/p/back", 1, ['{"_step":1,"loss":2}'])).status
    assert [] == [run for run in await deleted_runs(service, "p") if run["name"] == "back"]


async def test_runs_deleted_by_a_filter_come_back_together_and_those_of_another_project_do_not(
    service: Service,
) -> None:
    ids = [(await service.start_run(name, "many"))["id"] for name in ("a", "b", "c")]
    other = (await service.start_run("o", "other"))["id"]
    await delete(service, other)
    await service.graphql('mutation { deleteRuns(input: {projectName: "many", filters: "{}"}) { count } }')
    pages: list[list[str]] = []
    after, page = None, {}
    for _ in range(2):
        page = (await service.graphql(DELETED, p="many", f=2, a=after)).data["project"]["deletedRuns"]
        pages.append([edge["node"]["name"] for edge in page["edges"]])
        after = page["pageInfo"]["endCursor"]

    answer = await service.graphql(UNDELETE, p="many", i=[*ids[:2], other])

    assert ({"a", "b", "c"}, [2, 1], 3) == (
        {name for page in pages for name in page},
        [*map(len, pages)],
        page["totalCount"],
    )
    assert (2, ["a", "b"]) == (answer.data["undeleteRuns"]["count"], sorted(answer.data["undeleteRuns"]["names"]))
    assert ["c"] == [run["name"] for run in await deleted_runs(service, "many")]
    assert ["o"] == [run["name"] for run in await deleted_runs(service, "other")]
