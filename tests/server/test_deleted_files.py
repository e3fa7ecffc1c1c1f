"""Files of a run that are deleted, and what else is told of files: how they begin, and whether they have arrived."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runfolio_server.graph.relay.node_ids import decode_uuid, encode_member_id
from tests.service import Answer, Service

ALLOW = (
    "mutation($run: String!, $files: [String!]!) { createRunFiles(input:"
    ' {entityName: "ada", projectName: "p", runName: $run, files: $files}) { files { uploadUrl } } }'
)
LIST = (
    'query($run: String!, $prefix: String, $names: [String]) { project(name: "p") { run(name: $run) {'
    " files(prefix: $prefix, names: $names) { totalCount edges { node { id name directUrl } } } } } }"
)
DELETE = "mutation($files: [ID!]!) { deleteFiles(input: {files: $files}) { success count } }"
MARK = (
    "mutation($run: String!, $files: [String!]!) { markRunFilesUploaded(input:"
    ' {entityName: "ada", projectName: "p", runName: $run, files: $files}) { success } }'
)


async def _upload(service: Service, run: str, **files: bytes) -> None:
    allowed = (await service.graphql(ALLOW, run=run, files=list(files))).data["createRunFiles"]["files"]
    for upload, content in zip(allowed, files.values(), strict=True):
        assert 200 == (await service.http.put(upload["uploadUrl"], content=content)).status_code


async def _files(service: Service, run: str, **choice: Any) -> dict[str, dict[str, str]]:
    found = (await service.graphql(LIST, run=run, **choice)).data["project"]["run"]["files"]
    assert len(found["edges"]) == found["totalCount"]
    return {edge["node"]["name"]: edge["node"] for edge in found["edges"]}


async def _delete(service: Service, *ids: str, user: str = "ada") -> Answer:
    return await service.graphql(DELETE, user, files=list(ids))


async def test_a_deleted_file_is_listed_no_more_and_its_url_stops_working(service: Service) -> None:
    await service.start_run("one")
    await _upload(service, "one", **{"a.txt": b"a", "b.txt": b"b"})
    before = await _files(service, "one")

    answer = await _delete(service, before["a.txt"]["id"])

    assert {"success": True, "count": 1} == answer.data["deleteFiles"]
    assert ["b.txt"] == [*await _files(service, "one")]
    assert 403 == (await service.http.get(before["a.txt"]["directUrl"])).status_code
    assert b"b" == (await service.http.get(before["b.txt"]["directUrl"])).content


async def test_a_deletion_that_is_sent_again_changes_nothing_and_the_name_is_free(service: Service) -> None:
    await service.start_run("again")
    await _upload(service, "again", **{"a.txt": b"a"})
    file = (await _files(service, "again"))["a.txt"]

    counts = [(await _delete(service, file["id"])).data["deleteFiles"]["count"] for _ in range(2)]
    await _upload(service, "again", **{"a.txt": b"new"})

    assert [1, 0] == counts
    found = (await _files(service, "again"))["a.txt"]
    assert file["id"] == found["id"]
    assert b"new" == (await service.http.get(found["directUrl"])).content


async def test_files_of_several_runs_are_deleted_together_or_not_at_all(service: Service) -> None:
    for run in ("first", "second"):
        await service.start_run(run)
        await _upload(service, run, **{"a.txt": b"a"})
    theirs = await service.start_run("theirs", user="eve")
    ids = [(await _files(service, run))["a.txt"]["id"] for run in ("first", "second")]
    foreign = encode_member_id("File", decode_uuid("Run", theirs["id"]), uuid4())

    refused = await _delete(service, *ids, foreign)
    kept = [[*await _files(service, run)] for run in ("first", "second")]
    done = await _delete(service, *ids)

    assert (404, "input.files") == (refused.status, refused.error["extensions"]["path"])
    assert [["a.txt"], ["a.txt"]] == kept
    assert 2 == done.data["deleteFiles"]["count"]
    assert [{}, {}] == [await _files(service, run) for run in ("first", "second")]


async def test_a_file_of_somebody_else_looks_like_one_of_a_run_that_is_not_there(service: Service) -> None:
    await service.start_run("mine")
    await _upload(service, "mine", **{"a.txt": b"a"})
    file = (await _files(service, "mine"))["a.txt"]

    answer = await _delete(service, file["id"], user="eve")

    message = "There is no run of this id, or you may not delete from it."
    assert (404, message) == (answer.status, answer.error["message"])
    assert ["a.txt"] == [*await _files(service, "mine")]


@pytest.mark.parametrize("node_id", ["", "a.txt", "../a.txt", "UnVuOjE="])
async def test_what_is_no_id_of_a_file_is_told(service: Service, node_id: str) -> None:
    answer = await _delete(service, node_id)

    assert (400, "id") == (answer.status, answer.error["extensions"]["path"])


async def test_too_many_files_at_once_are_refused(service: Service) -> None:
    await service.start_run("many")
    await _upload(service, "many", **{"a.txt": b"a"})
    file = (await _files(service, "many"))["a.txt"]

    answer = await _delete(service, *[file["id"]] * 1001)

    assert (400, "1001 files at once; allowed: 1000") == (answer.status, answer.error["message"])
    assert ["a.txt"] == [*await _files(service, "many")]


async def test_a_prefix_is_taken_as_it_stands(service: Service) -> None:
    await service.start_run("begins")
    await _upload(service, "begins", **dict.fromkeys(["media/a", "media_b", "mediaxc", "m"], b"x"))

    assert ["media/a"] == [*await _files(service, "begins", prefix="media/")]
    assert ["media_b"] == [*await _files(service, "begins", prefix="media_")]
    assert ["media_b"] == [*await _files(service, "begins", prefix="media", names=["media_b", "m"])]
    assert 4 == len(await _files(service, "begins", prefix=""))


async def test_files_have_arrived_when_all_of_them_are_listed(service: Service) -> None:
    await service.start_run("marked")
    await _upload(service, "marked", **{"a.txt": b"a", "b\tc": b"b"})

    async def arrived(*names: str) -> bool:
        answer = await service.graphql(MARK, run="marked", files=list(names))
        return bool(answer.data["markRunFilesUploaded"]["success"])

    assert [True, True, False] == [
        await arrived("./a.txt"),
        await arrived("a.txt", "b\tc"),
        await arrived("a.txt", "c"),
    ]
