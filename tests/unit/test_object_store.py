"""The object store: whole objects or none, whatever happens to the writer; a directory, memory and a bucket."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runfolio_server.errors import AppError, NotFound, TooLarge, Unavailable
from runfolio_server.objects.open_store import open_store
from runfolio_server.objects.store import ObjectStore, StoredObject
from runfolio_server.setting_values import SettingsError
from tests.bucket import Buckets

MEBIBYTE = 1024 * 1024
KEY = "runs/6f9619ff8b86/1"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["directory", "memory", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    if request.param == "bucket":
        buckets: Buckets = request.getfixturevalue("buckets")
        for name, value in buckets.environment.items():
            monkeypatch.setenv(name, value)
        return open_store(buckets.make())
    return open_store(tmp_path / "objects" if request.param == "directory" else "memory:///")


def md5_of(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


async def pieces(content: bytes, piece_bytes: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(content), piece_bytes):
        yield content[start : start + piece_bytes]


async def put(store: ObjectStore, key: str, content: bytes) -> StoredObject:
    return await store.put(key, pieces(content), max_bytes=10**9)


async def get(store: ObjectStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    size = await store.size(key)
    assert size is not None
    return b"".join([chunk async for chunk in await store.get_range(key, start, size if end is None else end)])


def files_in(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 9 * MEBIBYTE + 7])
async def test_bytes_come_back_as_they_went_in(store: ObjectStore, size: int) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]

    stored = await put(store, KEY, content)

    assert stored == StoredObject(size=size, md5_base64=md5_of(content))
    assert await store.size(KEY) == size
    assert await get(store, KEY) == content


@pytest.mark.parametrize(("start", "end"), [(0, 1), (5, 5), (7, 3), (999_999, 1_000_000), (1, 700_000)])
async def test_a_range_is_a_slice(store: ObjectStore, start: int, end: int) -> None:
    content = bytes(range(250)) * 4000
    await put(store, KEY, content)

    assert await get(store, KEY, start, end) == content[start:end]


async def test_a_second_object_replaces_the_first_and_its_tag(store: ObjectStore) -> None:
    await put(store, KEY, b"first")
    before = await store.describe(KEY)
    assert before is not None

    await put(store, KEY, b"second, longer")

    assert await get(store, KEY) == b"second, longer"
    with pytest.raises(Unavailable, match="replaced"):
        await store.get_range(KEY, 0, 5, e_tag=before.e_tag)


async def test_a_reader_of_the_old_object_gets_all_of_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    old = b"o" * (3 * MEBIBYTE)
    await put(store, KEY, old)
    reader = await store.get_range(KEY, 0, len(old))
    read = await anext(reader)

    await put(store, KEY, b"n" * (3 * MEBIBYTE))

    read += b"".join([chunk async for chunk in reader])
    assert read == old


class SenderStoppedError(Exception):
    """The sender stops in the middle."""


async def stops_after(content: bytes) -> AsyncIterator[bytes]:
    yield content
    raise SenderStoppedError


@pytest.mark.parametrize("sent", [b"", b"short", b"x" * (5 * MEBIBYTE)])
async def test_an_aborted_upload_leaves_the_old_object(store: ObjectStore, sent: bytes) -> None:
    await put(store, KEY, b"old")

    with pytest.raises(SenderStoppedError):
        await store.put(KEY, stops_after(sent), max_bytes=10**9)

    assert await get(store, KEY) == b"old"


async def test_an_aborted_upload_leaves_no_file(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    with pytest.raises(SenderStoppedError):
        await store.put(KEY, stops_after(b"x" * (5 * MEBIBYTE)), max_bytes=10**9)

    assert await store.size(KEY) is None
    assert files_in(tmp_path) == []


async def test_a_cancelled_upload_leaves_no_file(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    has_started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * (3 * MEBIBYTE)
        has_started.set()
        await asyncio.Event().wait()

    upload = asyncio.create_task(store.put(KEY, endless(), max_bytes=10**9))
    await has_started.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload

    assert files_in(tmp_path) == []


@pytest.mark.parametrize(("size", "is_allowed"), [(99, True), (100, True), (101, False), (3 * MEBIBYTE, False)])
async def test_an_object_over_the_limit_is_not_stored(store: ObjectStore, size: int, is_allowed: bool) -> None:
    if is_allowed:
        await store.put(KEY, pieces(b"x" * size), max_bytes=100)
    else:
        with pytest.raises(TooLarge, match="at most 100"):
            await store.put(KEY, pieces(b"x" * size), max_bytes=100)

    assert await store.size(KEY) == (size if is_allowed else None)


async def test_bytes_with_another_md5_are_not_stored(store: ObjectStore) -> None:
    with pytest.raises(AppError, match="Content-MD5"):
        await store.put(KEY, pieces(b"received"), max_bytes=100, expected_md5=md5_of(b"sent"))
    assert await store.size(KEY) is None

    await store.put(KEY, pieces(b"sent"), max_bytes=100, expected_md5=md5_of(b"sent"))
    assert await get(store, KEY) == b"sent"


async def test_a_large_object_does_not_fill_the_memory(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    piece = b"x" * (64 * 1024)

    async def many() -> AsyncIterator[bytes]:
        for _ in range(50 * 16):
            yield piece

    tracemalloc.start()
    try:
        stored = await store.put(KEY, many(), max_bytes=10**9)
        read = 0
        async for chunk in await store.get_range(KEY, 0, stored.size):
            read += len(chunk)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert read == stored.size == 50 * MEBIBYTE
    assert peak_bytes < 4 * MEBIBYTE


async def test_a_missing_object_is_none_and_cannot_be_opened(store: ObjectStore) -> None:
    await put(store, "runs/here/1", b"x")

    for key in ("runs/nowhere", "runs", "runs/here"):
        assert await store.describe(key) is None
        assert await store.size(key) is None
        with pytest.raises(NotFound):
            await store.get_range(key, 0, 1)


async def test_deleting_twice_is_deleting_once(store: ObjectStore) -> None:
    await put(store, KEY, b"x")

    await store.delete(KEY)
    await store.delete(KEY)

    assert await store.size(KEY) is None


async def test_objects_that_are_not_there_keep_no_other_from_being_deleted(store: ObjectStore) -> None:
    for key in ("runs/a/1", "runs/a/3", "runs/b/1"):
        await put(store, key, b"x")

    await store.delete("runs/a/1", "runs/a/2", "runs/a/3")
    await store.delete()

    assert [None, None, 1] == [await store.size(key) for key in ("runs/a/1", "runs/a/3", "runs/b/1")]


@pytest.mark.parametrize(
    "key",
    ["", "/a", "a/", "a//b", "../a", "a/../b", ".", "a.txt", "A", "ä", "a b", "a\n", "a\\b", "a%2fb", "a\0", "a" * 513],
)
async def test_a_key_of_other_signs_is_refused_everywhere(store: ObjectStore, key: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.put(key, pieces(b"x"), max_bytes=1),
        lambda: store.describe(key),
        lambda: store.get_range(key, 0, 1),
        lambda: store.delete(key),
        lambda: store.delete("a", key),
        lambda: anext(store.pages(key)),
        lambda: store.delete_unfinished(key, datetime.now(UTC)),
    ]

    for call in calls:
        with pytest.raises(ValueError, match="is not an object key"):
            await call()  # type: ignore[misc]


async def test_a_store_that_cannot_be_written_is_unavailable_and_keeps_its_place_secret(tmp_path: Path) -> None:
    store = open_store(tmp_path / "secret-place")
    (tmp_path / "secret-place" / "runs").write_bytes(b"a file where a directory should be")

    with pytest.raises(Unavailable) as raised:
        await put(store, KEY, b"x")

    assert "secret-place" not in raised.value.message


async def test_the_directory_is_made_and_closed_to_other_users(tmp_path: Path) -> None:
    open_store(tmp_path / "data" / "objects")

    assert (tmp_path / "data" / "objects").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("place", ["http://example.org/x", "ftp://x/y", "s3://", "://"])
async def test_what_is_no_store_is_refused(place: str) -> None:
    with pytest.raises(SettingsError, match="store for files"):
        open_store(place)


async def test_a_file_cannot_be_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(SettingsError, match="cannot be a directory"):
        open_store(tmp_path / "file")
