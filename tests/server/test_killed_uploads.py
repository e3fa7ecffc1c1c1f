"""The server is killed within an upload: a retry completes it, nothing half is seen, and the sweep clears up."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from runfolio_server.embedded.sockets import database_url
from runfolio_server.objects.open_store import open_store
from runfolio_server.sql.pool import open_database
from runfolio_server.worker.object_sweep import sweep_objects_once
from tests.bucket import in_a_directory
from tests.server.running_serve import RunningServe, Start, wait_until

pytestmark = in_a_directory

CONTENT = bytes(range(256)) * 4096 * 3
START_RUN = 'mutation { upsertBucket(input: {name: "killed", modelName: "p"}) { bucket { id } } }'
ALLOW = (
    'mutation { createRunFiles(input: {entityName: "ann", projectName: "p", runName: "killed", files: ["model.bin"]})'
    " { files { uploadUrl } } }"
)
FILES = '{ project(name: "p") { run(name: "killed") { files { edges { node { name directUrl sizeBytes } } } } } }'
DAY_S = 24 * 3600
STEPS_OF_A_SWEEP = (
    "UPDATE object_sweep SET due_at = now()",
    "UPDATE unused_object SET found_at = now() - interval '1 day'",
)


def _graphql(server: RunningServe, query: str) -> dict[str, Any]:
    answer = httpx.post(f"{server.url}/graphql", json={"query": query}, auth=("api", server.key), timeout=30)
    data: dict[str, Any] = answer.json()["data"]
    return data


def _files(server: RunningServe) -> list[dict[str, Any]]:
    return [edge["node"] for edge in _graphql(server, FILES)["project"]["run"]["files"]["edges"]]


def _on_disk(server: RunningServe) -> list[Path]:
    return [path for path in (server.data_dir / "objects" / "run").rglob("*") if path.is_file()]


def _kill_api(server: RunningServe) -> None:
    (pid,) = server.api_pids
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.api_pids not in ([], [pid]) and server.answers(), "another process answers")


@pytest.fixture
def server(start: Start) -> RunningServe:
    """One process of the API, and a run that may bring a file."""
    running = start("--processes", "1", "--username", "ann")
    running.wait_until_ready()
    _graphql(running, START_RUN)
    return running


async def _swept(server: RunningServe) -> int:
    """As if two days had passed, with the worker's sweeps in them; how many objects went."""
    database = await open_database(database_url(server.data_dir / "pg"), size=2, wait_s=10, statement_timeout_s=30)
    store = open_store(server.data_dir / "objects")
    try:
        for path in _on_disk(server):
            os.utime(path, (time.time() - 2 * DAY_S,) * 2)
        deleted = 0
        for change in STEPS_OF_A_SWEEP:
            async with database.connection() as connection:
                await connection.script(change)
            deleted += await sweep_objects_once(database, store)
    finally:
        await database.close()
    return deleted


def test_an_upload_that_is_cut_in_its_body_leaves_nothing_to_see_and_its_retry_completes(server: RunningServe) -> None:
    url = _graphql(server, ALLOW)["createRunFiles"]["files"][0]["uploadUrl"]
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port)) as sender:
        head = f"PUT {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
        sender.sendall(head.encode() + CONTENT[: len(CONTENT) // 2])
        wait_until(lambda: bool(_on_disk(server)), "the body is being written")
        _kill_api(server)

    assert [] == _files(server)
    assert all("#" in path.name for path in _on_disk(server)), "nothing has the name of an object"
    assert 200 == httpx.put(url, content=CONTENT, timeout=60).status_code
    (file,) = _files(server)
    assert httpx.get(file["directUrl"], timeout=60).content == CONTENT

    asyncio.run(_swept(server))

    (kept,) = _on_disk(server)
    assert kept.read_bytes() == CONTENT


def test_bytes_that_were_stored_and_not_listed_are_not_seen_and_swept_when_the_retry_has_come(
    server: RunningServe,
) -> None:
    url = _graphql(server, ALLOW)["createRunFiles"]["files"][0]["uploadUrl"]
    upload = threading.Thread(target=_put_until_it_breaks, args=(url,))

    async def cut_before_the_row() -> None:
        connection = await asyncpg.connect(database_url(server.data_dir / "pg"))
        async with connection.transaction():
            await connection.execute("LOCK TABLE run_files IN EXCLUSIVE MODE")
            upload.start()
            await asyncio.to_thread(wait_until, lambda: _is_whole(server), "the bytes are stored")
            (pid,) = server.api_pids
            os.kill(pid, signal.SIGKILL)
            # What the statement of a killed process would still do when it gets the lock.
            await connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks"
                " WHERE relation = 'run_files'::regclass AND NOT granted"
            )
        await connection.close()

    asyncio.run(cut_before_the_row())
    upload.join()
    wait_until(server.answers, "another process answers")

    (orphan,) = _on_disk(server)
    assert orphan.read_bytes() == CONTENT
    assert [] == _files(server)
    assert 200 == httpx.put(url, content=CONTENT, timeout=60).status_code
    (file,) = _files(server)

    deleted = asyncio.run(_swept(server))

    assert (1, False) == (deleted, orphan.exists())
    assert httpx.get(file["directUrl"], timeout=60).content == CONTENT


def _put_until_it_breaks(url: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.put(url, content=CONTENT, timeout=60)


def _is_whole(server: RunningServe) -> bool:
    found = _on_disk(server)
    return len(found) == 1 and "#" not in found[0].name
