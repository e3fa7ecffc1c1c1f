"""Bodies that are held have room by caller, nobody's is read before the key, and all room is given back."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from runfolio_server.endpoints import bodies
from runfolio_server.endpoints.objects import UPLOAD_BYTES
from runfolio_server.held_bytes import HeldBytes
from tests.server.object_server import ObjectServer, open_object_server
from tests.service import HISTORY_FILE, Service

MEBIBYTE = 2**20
READERS = ["/graphql", "/files/ada/p/r/file_stream", "/export/ada/p/runs.ndjson"]
QUERY = json.dumps({"query": "{ viewer { username } }"}).encode()


@pytest.fixture
def held(service: Service) -> Iterator[HeldBytes]:
    """Little room, and no patience."""
    usual = service.app.state.held_bodies
    service.app.state.held_bodies = held = HeldBytes(4 * MEBIBYTE, 2 * MEBIBYTE, wait_s=0.05)
    yield held
    service.app.state.held_bodies = usual


class Stalled:
    """A body that stops after its first bytes until it is let go."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.go_on = asyncio.Event()
        self.is_read = False

    async def pieces(self) -> AsyncIterator[bytes]:
        self.is_read = True
        yield self._body[:10]
        await self.go_on.wait()
        yield self._body[10:]


def send(
    service: Service, path: str, body: Stalled, user: str | None, size: int | None
) -> asyncio.Task[httpx.Response]:
    headers = service.headers(user) | ({} if size is None else {"Content-Length": str(size)})
    return asyncio.create_task(service.http.post(path, content=body.pieces(), headers=headers))


def query_of(size: int) -> bytes:
    return QUERY + b" " * (size - len(QUERY))


async def until_used(held: HeldBytes, used: int) -> None:
    while held.used != used:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.005)


async def test_stalled_bodies_of_one_caller_leave_room_for_others(service: Service, held: HeldBytes) -> None:
    stalled = [Stalled(query_of(MEBIBYTE)) for _ in range(2)]
    tasks = [send(service, "/graphql", body, "ada", MEBIBYTE) for body in stalled]
    await until_used(held, 2 * MEBIBYTE)

    refused = await service.http.post("/graphql", content=query_of(MEBIBYTE), headers=service.headers("ada"))
    other = await service.http.post("/graphql", content=query_of(MEBIBYTE), headers=service.headers("bob"))

    assert (503, "1") == (refused.status_code, refused.headers["Retry-After"])
    assert "UNAVAILABLE" == refused.json()["errors"][0]["extensions"]["code"]
    assert 200 == other.status_code
    for body in stalled:
        body.go_on.set()
    assert [200, 200] == [(await task).status_code for task in tasks]
    assert 0 == held.used


async def test_a_large_body_gets_through_when_others_are_done(service: Service) -> None:
    service.app.state.held_bodies, usual = HeldBytes(2 * MEBIBYTE, 2 * MEBIBYTE), service.app.state.held_bodies
    stalled = Stalled(query_of(MEBIBYTE))
    first = send(service, "/graphql", stalled, "ada", MEBIBYTE)
    await until_used(service.app.state.held_bodies, MEBIBYTE)

    second = asyncio.create_task(
        service.http.post("/graphql", content=query_of(2 * MEBIBYTE), headers=service.headers("bob"))
    )
    while not service.app.state.held_bodies.waiting:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    stalled.go_on.set()

    assert (200, 200) == ((await first).status_code, (await second).status_code)
    service.app.state.held_bodies = usual


@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize("user", [None, "0" * 40], ids=["no key", "a wrong key"])
async def test_no_byte_of_a_body_is_read_before_the_key(
    service: Service, held: HeldBytes, path: str, user: str | None
) -> None:
    body = Stalled(query_of(MEBIBYTE))

    answer = await send(service, path, body, user, MEBIBYTE)

    # What is public is read without a key, by short bodies.
    status = 413 if user is None and "file_stream" not in path else 401
    assert (status, False, 0) == (answer.status_code, body.is_read, held.used)


@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize("content", [b"", b"{}", QUERY, b"{", query_of(MEBIBYTE)], ids=len)
@pytest.mark.parametrize("has_length", [True, False])
async def test_every_answer_gives_the_room_back(
    service: Service, held: HeldBytes, path: str, content: bytes, has_length: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 100_000):
            yield content[start : start + 100_000]

    answer = await service.http.post(path, content=content if has_length else pieces(), headers=service.headers("ada"))

    assert answer.status_code in (200, 400, 404)
    assert (0, 0) == (held.used, held.waiting)


async def test_a_body_of_unknown_length_is_still_bounded(service: Service) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b" " * MEBIBYTE

    answer = await service.http.post("/graphql", content=pieces(), headers=service.headers("ada"))

    assert 413 == answer.status_code
    assert 0 == service.app.state.held_bodies.used


async def test_what_a_batch_unpacks_to_needs_room_too(service: Service, held: HeldBytes) -> None:
    await service.start_run("packed")
    lines = [json.dumps({"_step": 0, "text": "x" * MEBIBYTE})]
    body = gzip.compress(json.dumps({"files": {HISTORY_FILE: {"offset": 0, "content": lines}}}).encode())
    others = [await held.take(key, 2 * MEBIBYTE - len(body)) for key in ("one", "two")]

    refused = await service.stream("ada/p/packed", body, **{"Content-Encoding": "gzip"})
    for room in others:
        room.shrink(0)
    taken = await service.stream("ada/p/packed", body, **{"Content-Encoding": "gzip"})

    assert (503, 200) == (refused.status, taken.status)
    assert 0 == held.used


async def test_a_body_that_is_held_must_come_in_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_S", 0.05)
    monkeypatch.setattr(bodies, "BODY_BYTES_PER_S", MEBIBYTE**2)

    answer = await send(service, "/graphql", Stalled(QUERY), "ada", len(QUERY))

    assert (408, "TOO_SLOW") == (answer.status_code, answer.json()["errors"][0]["extensions"]["code"])
    assert 0 == service.app.state.held_bodies.used


@pytest.fixture
async def objects(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ObjectServer]:
    async with open_object_server(tmp_path_factory.mktemp("objects")) as opened:
        yield opened


async def test_uploads_hold_little_and_give_it_back(objects: ObjectServer) -> None:
    objects.app.state.held_uploads = held = HeldBytes(UPLOAD_BYTES, UPLOAD_BYTES, wait_s=0.05)
    body = Stalled(b"x" * 1000)
    first = asyncio.create_task(objects.http.put(objects.upload_url(), content=body.pieces()))
    await until_used(held, UPLOAD_BYTES)

    refused = await objects.http.put(objects.upload_url(), content=b"y")
    body.go_on.set()

    assert (200, 503) == ((await first).status_code, refused.status_code)
    assert 0 == held.used
