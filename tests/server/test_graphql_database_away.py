"""While PostgreSQL is away every request is told to come back, the process stays healthy, and all of it recovers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.errors import RETRY_AFTER_S
from runfolio_server.sql.migrate import migrate
from tests.server.reachable_dir import reachable_dir
from tests.service import Service, open_service

RECOVERY_TRIES = 100


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Service, EmbeddedPostgres]]:
    """A service with a PostgreSQL of its own, which tests may stop."""
    async with AsyncExitStack() as stack:
        postgres = EmbeddedPostgres(stack.enter_context(reachable_dir()))
        stack.callback(postgres.stop)
        url = await asyncio.to_thread(postgres.start)
        await migrate(url)
        yield await stack.enter_async_context(open_service(url, tmp_path_factory.mktemp("data"), ("eve",))), postgres


async def test_while_the_database_is_away_requests_are_503_and_then_all_is_as_before(
    own: tuple[Service, EmbeddedPostgres],
) -> None:
    service, postgres = own
    await service.start_run("r")
    await service.log("ada/p/r", 0, ['{"_step":0}'])
    upload = await service.graphql(
        'mutation { createRunFiles(input: {entityName: "ada", projectName: "p", runName: "r", files: ["a"]})'
        " { files { uploadUrl } } }"
    )
    url = upload.data["createRunFiles"]["files"][0]["uploadUrl"]
    query = {"query": '{ project(name: "p") { run(name: "r") { state } } }'}
    beside = {"query": '{ serverInfo { version } project(name: "p") { id } }'}
    batch = {"files": {"wandb-history.jsonl": {"offset": 1, "content": ['{"_step":1}']}}}
    ada = service.headers("ada")

    await asyncio.to_thread(postgres.stop)
    # Nobody remembers that key, so nobody can say whether it is valid.
    away = {
        "graphql": await service.http.post("/graphql", json=query, headers=ada),
        "sign in": await service.http.post("/graphql", json=query, headers={"Authorization": "Bearer " + "1" * 40}),
        "file_stream": await service.http.post("/files/ada/p/r/file_stream", json=batch, headers=ada),
        "upload": await service.http.put(url, content=b"x"),
        "readyz": await service.http.get("/readyz"),
    }
    partial = await service.http.post("/graphql", json=beside, headers=ada)
    alive = await service.http.get("/healthz")
    await asyncio.to_thread(postgres.start)
    for _ in range(RECOVERY_TRIES):
        if (await service.http.get("/readyz")).status_code == 200:
            break
        await asyncio.sleep(0.05)
    again = await service.http.post("/files/ada/p/r/file_stream", json=batch, headers=ada)
    uploaded = await service.http.put(url, content=b"x")

    for name, answer in away.items():
        assert (name, 503, str(RETRY_AFTER_S)) == (name, answer.status_code, answer.headers.get("Retry-After"))
        assert "UNAVAILABLE" == answer.json()["errors"][0]["extensions"]["code"], name
        assert not any(word in answer.text for word in ("socket", "asyncpg", "postgres@", "/tmp"))
    assert (200, {"status": "alive"}) == (alive.status_code, alive.json())
    assert 503 == partial.status_code, "what may pass later is never 200"
    assert (200, 200) == (again.status_code, uploaded.status_code)
    assert ['{"_step":0}', '{"_step":1}'] == await service.rows("p", "r")
