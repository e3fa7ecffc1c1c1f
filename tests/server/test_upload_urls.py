"""Several uploads to one URL: whichever is the file, its size, digest and bytes belong together."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

from starlette.types import Message

from tests.bucket import in_a_directory
from tests.server.object_server import scope_of
from tests.server.swept_store import directory_of, run_id_of, upload_url
from tests.service import Service

FILE = (
    'query($run: String!) { project(name: "p") { run(name: $run) {'
    " files { edges { node { directUrl sizeBytes md5 } } } } } }"
)


async def _put(service: Service, url: str, content: bytes) -> int:
    return (await service.http.put(url, content=content)).status_code


async def _file(service: Service, run: str) -> dict[str, Any]:
    (edge,) = (await service.graphql(FILE, run=run)).data["project"]["run"]["files"]["edges"]
    found: dict[str, Any] = edge["node"]
    return found


async def test_of_uploads_to_one_url_at_once_one_stays_whole_with_its_size_and_digest(service: Service) -> None:
    await service.start_run("at-once")
    contents = [bytes([number]) * (1 + number * 70_000) for number in range(8)]

    for _ in range(5):
        url = await upload_url(service, "at-once", "a.bin")
        statuses = await asyncio.gather(*(_put(service, url, content) for content in contents))
        node = await _file(service, "at-once")
        found = (await service.http.get(node["directUrl"])).content

        assert [200] * len(contents) == statuses
        assert found in contents
        md5 = base64.b64encode(hashlib.md5(found).digest()).decode()
        assert (len(found), md5) == (node["sizeBytes"], node["md5"])


@in_a_directory
async def test_a_download_that_has_begun_goes_on_with_its_own_bytes(service: Service) -> None:
    await service.start_run("reading")
    url = await upload_url(service, "reading", "a.bin")
    await _put(service, url, b"old" * 1_000_000)
    old_url = (await _file(service, "reading"))["directUrl"]
    sent: list[bytes] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            if not sent:
                assert 200 == await _put(service, url, b"new")
            sent.append(message["body"])

    # The transport would collect the whole answer, so the app is called without it.
    await service.app(scope_of("GET", old_url), receive, send)

    node = await _file(service, "reading")
    assert b"old" * 1_000_000 == b"".join(sent)
    assert b"new" == (await service.http.get(node["directUrl"])).content


@in_a_directory
async def test_the_last_of_several_uploads_to_one_url_is_the_file_and_the_only_object(service: Service) -> None:
    await service.start_run("objects")
    url = await upload_url(service, "objects", "a.txt")

    for content in (b"one", b"one", b"three"):
        assert 200 == await _put(service, url, content)

    node = await _file(service, "objects")
    run_directory = directory_of(service) / "run" / str(await run_id_of(service, "objects"))
    assert (b"three", 5) == ((await service.http.get(node["directUrl"])).content, node["sizeBytes"])
    assert [b"three"] == [path.read_bytes() for path in run_directory.iterdir()]
