"""Lists of stored objects: every one, in an order that a later list can go on in; and what broken-off uploads left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runfolio_server.objects.open_store import open_store
from runfolio_server.objects.store import BATCH, ObjectStore

MEBIBYTE = 1024 * 1024

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["directory", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return open_store(tmp_path / "objects" if request.param == "directory" else "memory:///")


async def put(store: ObjectStore, key: str, content: bytes) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield content

    await store.put(key, chunks(), max_bytes=10**9)


async def keys_of(store: ObjectStore, prefix: str, after: str | None = None, size: int = BATCH) -> list[str]:
    return [found.key async for page in store.pages(prefix, after, size) for found in page]


async def test_a_list_has_every_object_under_the_prefix_in_one_order(store: ObjectStore) -> None:
    inside = [f"runs/{run}/{number}" for run in ("a", "ab", "b", "c") for number in range(3)] + ["runs/d/e/f"]
    for key in [*reversed(inside), "run/a/1", "runsb/1"]:
        await put(store, key, b"abc")

    pages = [page async for page in store.pages("runs", size=5)]

    assert [5, 5, 3] == [len(page) for page in pages]
    assert inside == [found.key for page in pages for found in page]
    assert {3} == {found.size for page in pages for found in page}
    now = datetime.now(UTC)
    assert all(now - timedelta(minutes=1) < found.written_at <= now for page in pages for found in page)
    assert [] == await keys_of(store, "nothing")


async def test_a_list_goes_on_behind_any_key_also_one_that_is_gone(store: ObjectStore) -> None:
    keys = [f"runs/{run}/{number}" for run in ("a", "b", "c") for number in range(3)]
    for key in keys:
        await put(store, key, b"x")

    for number, key in enumerate(keys):
        assert keys[number + 1 :] == await keys_of(store, "runs", key, 2)
    await store.delete("runs/b/0", "runs/b/1", "runs/b/2")
    assert ["runs/c/0", "runs/c/1", "runs/c/2"] == await keys_of(store, "runs", "runs/b/1")
    assert [] == await keys_of(store, "runs", keys[-1])


async def test_an_upload_under_way_is_in_no_list_and_is_not_taken_for_broken_off(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    listed: list[list[str]] = []

    async def slow() -> AsyncIterator[bytes]:
        yield b"x" * (3 * MEBIBYTE)
        listed.append(await keys_of(store, "runs"))
        await store.delete_unfinished("runs", datetime.now(UTC) - timedelta(hours=1))
        yield b"y"

    await store.put("runs/a/1", slow(), max_bytes=10**9)

    assert [[]] == listed
    assert ["runs/a/1"] == await keys_of(store, "runs")
