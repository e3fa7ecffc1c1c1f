"""Signed URLs of a run count as long as the run and the file, over a directory and over S3."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx

from runfolio_server.endpoints.objects import UPLOAD_BYTES
from tests.bucket import over_each_store
from tests.server.swept_store import download_url, upload, upload_url
from tests.service import Service

pytestmark = over_each_store

DELETE = 'mutation($filters: JSONString) { deleteRuns(input: {projectName: "p", filters: $filters}) { count } }'


async def _objects(service: Service) -> list[str]:
    return sorted([found.key async for page in service.app.state.object_store.pages("run") for found in page])


async def _delete(service: Service, run: str) -> None:
    answer = await service.graphql(DELETE, filters=json.dumps({"name": run}))
    assert {"count": 1} == answer.data["deleteRuns"]


def _message(answer: httpx.Response) -> str:
    (error,) = answer.json()["errors"]
    message: str = error["message"]
    return message


async def test_the_urls_of_a_deleted_run_stop_working_at_once(service: Service) -> None:
    await service.start_run("deleted")
    await upload(service, "deleted", "a.txt", b"content")
    get, put = await download_url(service, "deleted", "a.txt"), await upload_url(service, "deleted", "b.txt")
    before = await service.http.get(get)
    objects = await _objects(service)

    await _delete(service, "deleted")
    got, head, sent = (
        await service.http.get(get),
        await service.http.head(get),
        await service.http.put(put, content=b"x"),
    )

    assert (200, b"content") == (before.status_code, before.content)
    assert [403] * 3 == [got.status_code, head.status_code, sent.status_code]
    assert "deleted or replaced" in _message(got)
    assert "a run that was deleted" in _message(sent)
    assert objects == await _objects(service)


async def test_an_upload_to_a_run_of_a_deleted_project_is_refused(service: Service) -> None:
    await service.start_run("inside", project="left")
    put = await upload_url(service, "inside", "a.txt", "left")
    found = await service.graphql('{ project(name: "left") { id } }')
    await service.graphql(
        "mutation($id: ID!) { deleteProject(input: {id: $id}) { success } }", id=found.data["project"]["id"]
    )

    sent = await service.http.put(put, content=b"x")

    assert 403 == sent.status_code
    assert "whose project was" in _message(sent)


async def test_a_large_upload_to_a_deleted_run_is_refused_before_its_body(service: Service) -> None:
    await service.start_run("early")
    put = await upload_url(service, "early", "a.txt")
    await _delete(service, "early")

    async def never_read() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    answers = [
        await service.http.put(put, content=never_read(), headers=headers)
        for headers in ({"Content-Length": str(UPLOAD_BYTES + 1)}, {"Transfer-Encoding": "chunked"})
    ]

    assert [403, 403] == [answer.status_code for answer in answers]


async def test_an_upload_that_was_under_way_when_its_run_was_deleted_leaves_nothing(service: Service) -> None:
    await service.start_run("under-way")
    put = await upload_url(service, "under-way", "a.txt")
    objects = await _objects(service)

    async def body() -> AsyncIterator[bytes]:
        yield b"first half"
        await _delete(service, "under-way")
        yield b"second half"

    answer = await service.http.put(put, content=body())

    assert 403 == answer.status_code
    assert objects == await _objects(service)


async def test_the_url_of_a_replaced_file_is_refused_and_a_new_one_has_the_new_bytes(service: Service) -> None:
    await service.start_run("replaced")
    await upload(service, "replaced", "a.txt", b"old")
    old = await download_url(service, "replaced", "a.txt")

    await upload(service, "replaced", "a.txt", b"new")

    assert 403 == (await service.http.get(old)).status_code
    assert b"new" == (await service.http.get(await download_url(service, "replaced", "a.txt"))).content
