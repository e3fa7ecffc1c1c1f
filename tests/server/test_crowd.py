"""Two hundred clients on ten connections: all are answered or told when to come back, and nothing stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.whole_server import WholeServer
from tests.load.crowd import USERS, crowd
from tests.server.running_serve import RunningServe
from tests.service import make_first_user

pytestmark = pytest.mark.anyio

CLIENTS, POOL = 200, 10
SECONDS = 2.0


async def test_two_hundred_clients_share_ten_connections_and_are_told_when_there_is_none(
    database_url: str, tmp_path: Path
) -> None:
    key = await make_first_user(database_url)
    serve = RunningServe(
        tmp_path / "data",
        tmp_path / "serve",
        *("--database-url", database_url, "--processes", "1"),
        environment={"RUNFOLIO_POOL_SIZE": str(POOL), "RUNFOLIO_POOL_WAIT_S": "1"},
    )
    try:
        serve.wait_until_ready()
        server = WholeServer(serve.url, key, database_url, serve.data_dir, serve.process.pid)
        found = await crowd(server, CLIENTS, POOL, SECONDS, runs=3)
    finally:
        serve.interrupt()

    assert [] == found.wrong, found.text()
    # Fair: who asks as often as others gets about as much.
    assert len(found.busy.by_user) == USERS
    assert 3 * min(found.busy.by_user.values()) >= max(found.busy.by_user.values()), found.text()
    # Whoever could not be served was told so, and when to come back; none waited for those who held everything.
    assert CLIENTS == found.beyond.answers
    assert CLIENTS - POOL <= found.beyond.refusals < CLIENTS, found.text()
    assert found.beyond.health_s
    assert CLIENTS == found.again.by_user.total()
    # Two of the worker, and of the process one that listens and one for `/readyz`.
    assert found.connections[1] <= POOL + 4, found.text()
