"""Uploads to signed URLs: what is stored and registered, and which URLs work at all."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.types import Message

from runfolio_server.errors import NotFound
from runfolio_server.objects.signing import UploadGrant
from runfolio_server.objects.store import StoredObject
from tests.server.object_server import (
    CONTENT,
    LIFETIME_S,
    MAX_FILE_BYTES,
    MEBIBYTE,
    OWNER,
    ObjectServer,
    message_of,
    open_object_server,
    scope_of,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def md5_of(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


async def test_an_uploaded_file_is_registered_and_can_be_downloaded(server: ObjectServer) -> None:
    answer = await server.http.put(server.upload_url("dir/größe 1.txt"), content=CONTENT)

    assert (answer.status_code, answer.json()) == (200, {})
    ((grant, stored),) = server.registered
    assert (grant.object_key.owner, grant.file_name) == (OWNER, "dir/größe 1.txt")
    assert stored == StoredObject(size=len(CONTENT), md5_base64=md5_of(CONTENT))
    downloaded = await server.http.get(server.download_url("dir/größe 1.txt"))
    assert (downloaded.status_code, downloaded.content) == (200, CONTENT)
    assert downloaded.headers["Content-Length"] == str(len(CONTENT))
    assert downloaded.headers["Accept-Ranges"] == "bytes"


async def test_an_empty_file_is_a_file(server: ObjectServer) -> None:
    answer = await server.http.put(server.upload_url(), content=b"")

    assert answer.status_code == 200
    assert server.registered[0][1] == StoredObject(size=0, md5_base64="1B2M2Y8AsgTpgAmY7PhCfg==")
    downloaded = await server.http.get(server.download_url(), headers={"Range": "bytes=0-"})
    assert (downloaded.status_code, downloaded.content, downloaded.headers["Content-Length"]) == (200, b"", "0")


async def test_each_upload_to_one_url_is_registered_with_the_object_that_it_stored(server: ObjectServer) -> None:
    contents = [bytes([number]) * (number * MEBIBYTE) for number in range(1, 5)]

    answers = await asyncio.gather(*(server.http.put(server.upload_url(), content=content) for content in contents))

    assert {answer.status_code for answer in answers} == {200}
    assert await server.files() == sorted(str(grant.object_key) for grant, _ in server.registered)
    for grant, stored in server.registered:
        content = (await server.http.get(server.download_url(key=grant.object_key))).content
        assert stored == StoredObject(size=len(content), md5_base64=md5_of(content))
    assert {stored.size for _, stored in server.registered} == set(map(len, contents))


@pytest.mark.parametrize("key", ["Content-MD5", "content-md5"])
async def test_a_matching_md5_is_accepted(server: ObjectServer, key: str) -> None:
    answer = await server.http.put(server.upload_url(), content=CONTENT, headers={key: md5_of(CONTENT)})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "md5", [md5_of(b"other"), "", "no base64!", "AAAA", md5_of(CONTENT)[:-2], hashlib.md5(CONTENT).hexdigest()]
)
async def test_a_wrong_md5_stores_nothing(server: ObjectServer, md5: str) -> None:
    answer = await server.http.put(server.upload_url(), content=CONTENT, headers={"Content-MD5": md5})

    assert answer.status_code == 400
    assert "Content-MD5" in message_of(answer)
    assert (await server.files(), server.registered) == ([], [])


async def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(server: ObjectServer) -> None:
    async def never_read() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    answer = await server.http.put(
        server.upload_url(), content=never_read(), headers={"Content-Length": str(MAX_FILE_BYTES + 1)}
    )

    assert answer.status_code == 413
    assert str(MAX_FILE_BYTES) in message_of(answer)


async def test_a_body_over_the_limit_is_refused_when_it_does_not_say_its_length(server: ObjectServer) -> None:
    async def too_much() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield b"x" * MEBIBYTE

    answer = await server.http.put(server.upload_url(), content=too_much())

    assert answer.status_code == 413
    assert (await server.files(), server.registered) == ([], [])


@pytest.mark.parametrize(
    "header", [("Content-Length", "-1"), ("Content-Length", "x"), ("Content-Range", "bytes 0-1/2")]
)
async def test_a_part_or_a_strange_length_is_refused(server: ObjectServer, header: tuple[str, str]) -> None:
    answer = await server.http.put(server.upload_url(), content=iter_of(b"ab"), headers=[header])

    assert answer.status_code == 400
    assert header[0] in message_of(answer)
    assert await server.files() == []


async def iter_of(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_a_client_that_goes_away_leaves_nothing(server: ObjectServer) -> None:
    received: Iterator[Message] = iter(
        [
            {"type": "http.request", "body": b"x" * (3 * MEBIBYTE), "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Message:
        return next(received)

    async def send(message: Message) -> None:
        pass

    await server.app(scope_of("PUT", server.upload_url()), receive, send)

    assert (await server.files(), server.registered) == ([], [])


async def test_a_large_file_is_streamed_both_ways(server: ObjectServer) -> None:
    piece = b"x" * (64 * 1024)
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        for _ in range(50 * 16):
            yield piece

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal sent
        sent += len(message.get("body", b""))

    tracemalloc.start()
    try:
        answer = await server.http.put(server.upload_url(), content=body())
        # The transport would collect the whole answer, so the app is called without it.
        await server.app(scope_of("GET", server.download_url()), receive, send)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert answer.status_code == 200
    assert sent == 50 * MEBIBYTE
    assert peak_bytes < 8 * MEBIBYTE


async def test_what_registering_raises_is_answered_and_a_repeat_may_succeed(server: ObjectServer) -> None:
    register_upload = server.app.state.register_upload

    async def refuse(grant: UploadGrant, stored: StoredObject) -> None:
        raise NotFound(f"Run {grant.object_key.owner.id} does not exist.")

    server.app.state.register_upload = refuse
    url = server.upload_url()
    refused = await server.http.put(url, content=CONTENT)
    server.app.state.register_upload = register_upload
    repeated = await server.http.put(url, content=CONTENT)

    assert (refused.status_code, message_of(refused)) == (404, f"Run {OWNER.id} does not exist.")
    assert await server.files() == [str(grant.object_key) for grant, _ in server.registered]
    assert repeated.status_code == 200


async def test_a_store_that_is_away_may_be_asked_again(tmp_path: Path) -> None:
    async with open_object_server(tmp_path) as server:
        (server.directory / OWNER.kind).write_bytes(b"a file where a directory should be")

        answer = await server.http.put(server.upload_url(), content=CONTENT)

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert str(server.directory) not in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "/etc/passwd",
        "..",
        "a/../..",
        "C:\\x",
        "a\0b",
        "%2e%2e%2f",
        "~",
        "#1",
        "a\r\nX-A: b",
        "ü" * 500,
    ],
)
async def test_no_name_leads_out_of_the_store(server: ObjectServer, name: str) -> None:
    put = await server.http.put(server.upload_url(name), content=CONTENT)
    got = await server.http.get(server.download_url(name))

    assert (put.status_code, got.status_code, got.content) == (200, 200, CONTENT)
    assert await server.files() == [str(server.registered[0][0].object_key)]
    assert server.registered[0][0].file_name == name
    assert "X-A" not in got.headers


@pytest.mark.parametrize("token", ["x", "x.y", "%FF", "é", "a.b.c", "a%0A", "A" * 5000])
async def test_a_wrong_token_is_forbidden(server: ObjectServer, token: str) -> None:
    put = await server.http.put(f"/objects/upload/{token}", content=CONTENT)
    got = await server.http.get(f"/objects/download/{token}/a.txt")

    assert (put.status_code, got.status_code) == (403, 403)
    assert await server.files() == []


async def test_each_url_is_for_its_own_use(server: ObjectServer) -> None:
    await server.http.put(server.upload_url(), content=CONTENT)

    (_, stored), *_ = server.registered
    put = await server.http.put(server.download_url().replace("download", "upload").rpartition("/")[0], content=b"x")
    got = await server.http.get(server.upload_url().replace("upload", "download") + "/a.txt")

    assert (put.status_code, got.status_code) == (403, 403)
    assert (await server.http.get(server.upload_url())).status_code == 405
    assert (await server.http.put(server.download_url(), content=b"x")).status_code == 405
    assert (len(await server.files()), stored.size) == (1, len(CONTENT))


async def test_an_expired_url_is_forbidden_and_says_so(server: ObjectServer) -> None:
    upload_url, download_url = server.upload_url(), server.download_url()
    server.clock.now += LIFETIME_S + 3600

    put = await server.http.put(upload_url, content=CONTENT)
    got = await server.http.get(download_url)

    assert (put.status_code, message_of(put)) == (403, "This upload URL has expired; ask for a new one.")
    assert (got.status_code, message_of(got)) == (403, "This download URL has expired; ask for a new one.")
    assert json.loads(got.content)["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
