"""Rows "list" and "nested list": pages of 1,000 runs over HTTP, against floors in the same process (list_server.py).

Processor time of the server for each request, least of the rounds, and wall time likewise. The rounds of all kinds
alternate, so that what else runs on the machine hits all alike.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.sql.migrate import migrate
from tests.service import make_first_user

RUNS = 1000
ROUNDS = 25
REQUESTS_PER_ROUND = 4
START_TIMEOUT_S = 60
DATABASE = "runfolio_bench_list"

PAGE = '{ project(name: "p", entityName: "ada") { runs(first: 1000) { edges { node { %s } } } } }'
FLAT = PAGE % (
    "id name displayName state tags group jobType notes config summaryMetrics sweepName host createdAt heartbeatAt"
    " stopRequested"
)
NESTED = PAGE % "name sweepName user { username } project { name entity { name } }"
# What `wandb.Api().runs()` asks for each run of a page, in our words.
LAZY_RUN = PAGE % (
    "projectId id tags name displayName sweepName state group jobType commit readOnly createdAt heartbeatAt description"
    " notes historyLineCount user { name username }"
)

# Config of about 700 bytes and summary of about 500, as the SDK sends them.
CONFIG = json.dumps({f"parameter_{number:02}": {"value": number / 7} for number in range(14)})
SUMMARY = json.dumps({f"metric_{number:02}": number / 7 for number in range(15)})

INSERT_RUNS = """
INSERT INTO runs (run_id, project_id, name, display_name, state, tags, group_name, job_type, notes, sweep_name, host,
  created_by, created_at, config_text, summary_text)
SELECT gen_random_uuid(), $1, 'run' || n, 'earnest-sunset-' || n, 'finished', '{baseline,v2}', 'fold', 'train',
  'a few words about it', 'sweep' || n % 10, 'node-' || n % 50, $2, now() - n * interval '1 minute', $3, $4
FROM generate_series(1, $5) AS n
"""


@dataclass
class Kind:
    """One kind of request, and what each round of it took, in seconds per request."""

    name: str
    floor: str | None
    document: str | None = None
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    size_bytes: int = 0


KINDS = (
    Kind("floor/list", None),
    Kind("list", "floor/list", FLAT),
    Kind("floor/nested", None),
    Kind("nested list", "floor/nested", NESTED),
    Kind("the SDK's lazy runs", "floor/list", LAZY_RUN),
)


def main() -> None:
    """Measure and print."""
    with _postgres() as url, tempfile.TemporaryDirectory() as data_dir:
        database_url, key, project = asyncio.run(_fill(url))
        with _server(database_url, data_dir) as base_url, httpx.Client(base_url=base_url, timeout=60) as http:
            http.headers["Authorization"] = f"Bearer {key}"
            for number in range(ROUNDS + 1):
                for kind in KINDS:
                    _round(http, kind, project, is_warm_up=number == 0)
    by_name = {kind.name: kind for kind in KINDS}
    print(f"{RUNS} runs a page; server processor time and wall time per request, least of {ROUNDS} rounds")
    for kind in KINDS:
        line = f"{kind.name:20} {1000 * min(kind.cpu):7.2f} ms cpu {1000 * min(kind.wall):7.2f} ms wall"
        line += f" {kind.size_bytes / 1000:8.0f} kB"
        if kind.floor is not None:
            line += f"   {min(kind.cpu) / min(by_name[kind.floor].cpu):5.2f} × {kind.floor} in cpu"
            line += f", {min(kind.wall) / min(by_name[kind.floor].wall):5.2f} × in wall"
        print(line)


def _round(http: httpx.Client, kind: Kind, project: int, *, is_warm_up: bool) -> None:
    before = float(http.get("/cpu").text)
    start = time.perf_counter()
    responses = [_request(http, kind, project) for _ in range(REQUESTS_PER_ROUND)]
    wall = time.perf_counter() - start
    response = responses[0]
    kind.size_bytes = len(response.content)
    if is_warm_up:
        content = response.json()
        found = content if kind.document is None else content["data"]["project"]["runs"]["edges"]
        assert RUNS == len(found), response.text[:1000]
        return
    kind.wall.append(wall / REQUESTS_PER_ROUND)
    kind.cpu.append((float(http.get("/cpu").text) - before) / REQUESTS_PER_ROUND)


def _request(http: httpx.Client, kind: Kind, project: int) -> httpx.Response:
    if kind.document is None:
        response = http.get(f"/{kind.name}", params={"project": project})
    else:
        response = http.post("/graphql", json={"query": kind.document})
    return response.raise_for_status()


async def _fill(url: str) -> tuple[str, str, int]:
    """A migrated database with a page of runs: its URL, a key, and the project's number."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    database_url = re.sub(r"(?<!:)(?<!/)/[^/?]*(?=\?|$)", f"/{DATABASE}", url, count=1)
    await migrate(database_url)
    key = await make_first_user(database_url)
    connection = await asyncpg.connect(database_url)
    user = await connection.fetchrow("SELECT user_id, entity_id FROM users")
    assert user is not None
    project: int = await connection.fetchval(
        "INSERT INTO projects (entity_id, name, created_by) VALUES ($1, 'p', $2) RETURNING project_id",
        user["entity_id"],
        user["user_id"],
    )
    await connection.execute(INSERT_RUNS, project, user["user_id"], CONFIG, SUMMARY, RUNS)
    await connection.execute("ANALYZE")
    await connection.close()
    return database_url, key, project


@contextmanager
def _postgres() -> Iterator[str]:
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


@contextmanager
def _server(database_url: str, data_dir: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = str(listening.fileno())
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.list_server", database_url, data_dir, descriptor],
            pass_fds=[listening.fileno()],
        )
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        httpx.get(f"{base_url}/cpu", timeout=START_TIMEOUT_S)
        yield base_url
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
