"""What the benchmarks of lists stand on: a PostgreSQL, projects of seeded runs, a server, a thin HTTP client."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson

from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.pool import open_database
from runfolio_server.worker.index_upkeep import RUNS_MIN, USES_MIN, keep_indexes_once
from tests.bench.run_seeds import copy_runs
from tests.service import make_first_user

START_TIMEOUT_S = 60
IDLE_S = 3
"""After five seconds the server closes a connection that nobody uses."""
SLOW_SEEDS_RUNS = 20_000
"""From here on the index on config is made after the runs, not with each of them."""
INDEXES = "SELECT count(*) FROM pg_class WHERE starts_with(relname::text, 'run_order_') AND relname !~ 'use'"
LARGE_PROJECTS = """
SELECT count(*) FROM projects AS p
WHERE p.name = ANY ($1) AND (SELECT count(*) FROM runs AS r WHERE r.project_id = p.project_id) >= $2
"""


@dataclass
class FilledDatabase:
    """A migrated database, the key of its user `ada`, and her projects' numbers by name."""

    url: str
    key: str
    projects: dict[str, int]


class GraphQL:
    """One kept connection to a server, which is the process `pid`."""

    def __init__(self, base_url: str, key: str, pid: int) -> None:
        self.base_url, self.key, self.pid = base_url, key, pid
        self._connection = http.client.HTTPConnection(base_url.removeprefix("http://"), timeout=60)
        self._used_at = time.monotonic()
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def execute(self, document: str, **variables: object) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = json.dumps({"query": document, "variables": variables})
        if time.monotonic() - self._used_at > IDLE_S:
            # Connects again with the next request.
            self._connection.close()
        self._connection.request("POST", "/graphql", body, self._headers)
        answer = orjson.loads(self._connection.getresponse().read())
        self._used_at = time.monotonic()
        assert "errors" not in answer, answer
        found: dict[str, Any] = answer["data"]
        return found


@contextmanager
def running_postgres() -> Iterator[str]:
    """RUNFOLIO_TEST_DATABASE_URL, or an embedded one that is gone afterwards."""
    given = os.environ.get("RUNFOLIO_TEST_DATABASE_URL")
    if given:
        yield given
        return
    directory = Path(tempfile.mkdtemp(prefix="runfolio-bench-"))
    directory.chmod(0o711)
    postgres = EmbeddedPostgres(directory)
    try:
        yield postgres.start()
    finally:
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


async def fill_database(url: str, name: str, runs: dict[str, int]) -> FilledDatabase:
    """A database of this name with projects of so many runs."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    database_url = re.sub(r"(?<!:)(?<!/)/[^/?]*(?=\?|$)", f"/{name}", url, count=1)
    await migrate(database_url)
    key = await make_first_user(database_url)
    connection = await asyncpg.connect(database_url, command_timeout=3600)
    user = await connection.fetchrow("SELECT user_id, entity_id FROM users")
    assert user is not None
    is_slow = sum(runs.values()) >= SLOW_SEEDS_RUNS
    config_index = await connection.fetchval("SELECT pg_get_indexdef('runs_config'::regclass)")
    if is_slow:
        await connection.execute("DROP INDEX runs_config")
    projects = {}
    for project, count in runs.items():
        projects[project] = await connection.fetchval(
            "INSERT INTO projects (entity_id, name, created_by) VALUES ($1, $2, $3) RETURNING project_id",
            user["entity_id"],
            project,
            user["user_id"],
        )
        await copy_runs(connection, projects[project], user["user_id"], range(count))
    if is_slow:
        await connection.execute(config_index)
    await connection.execute("VACUUM ANALYZE runs")
    await connection.close()
    return FilledDatabase(database_url, key, projects)


async def make_indexes(filled: FilledDatabase, projects: Sequence[str], field: str) -> None:
    """Do what the worker does when these projects were often listed by a field; servers look when they start."""
    connection = await asyncpg.connect(filled.url)
    indexes_before = await connection.fetchval(INDEXES)
    await connection.executemany(
        "INSERT INTO run_order_use (project_id, field, uses) VALUES ($1, $2, $3)"
        " ON CONFLICT (project_id, field) DO UPDATE SET uses = excluded.uses",
        [(filled.projects[project], field, USES_MIN) for project in projects],
    )
    database = await open_database(filled.url, size=2, wait_s=10, statement_timeout_s=60)
    await keep_indexes_once(database, filled.url, {})
    await database.close()
    made = await connection.fetchval(INDEXES) - indexes_before
    large = await connection.fetchval(LARGE_PROJECTS, projects, RUNS_MIN)
    await connection.close()
    assert large == made, f"{made} indexes were made for {large} projects"


@contextmanager
def running_server(filled: FilledDatabase) -> Iterator[GraphQL]:
    """A server in a process of its own."""
    with tempfile.TemporaryDirectory() as data_dir, socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.list_server", filled.url, data_dir, str(listening.fileno())],
            pass_fds=[listening.fileno()],
        )
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            httpx.get(f"{base_url}/cpu", timeout=START_TIMEOUT_S)
            yield GraphQL(base_url, filled.key, process.pid)
        finally:
            process.terminate()
            process.wait()


def run_filled(url: str, name: str, runs: dict[str, int]) -> FilledDatabase:
    """fill_database for a caller without an event loop."""
    return asyncio.run(fill_database(url, name, runs))
