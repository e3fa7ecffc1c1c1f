"""Row "memory": the most that a whole server takes while it does W1 to W6: its processes, PostgreSQL's too.

Proportional set size (PSS), looked at ten times a second, summed over `runfolio serve`, its worker and PostgreSQL.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import httpx
import numpy as np
import pyarrow as pa
import pyarrow.ipc

import runfolio
from runfolio import Config, Summary
from tests.bench.run_seeds import copy_runs
from tests.bench.whole_server import MemoryWatch, WholeServer, whole_server

LONG_STEPS = 100_000
LONG_KEYS = [f"metric_{number}" for number in range(5)]
RUNS = 200
CHART_RUNS = 100
STEPS = 200
KEYS = [f"metric_{number}" for number in range(10)]
THREADS = 8
LISTED_RUNS = 5000
PAGES = 50
PAGE_RUNS = 50
CLIENTS = 20
POINTS_PER_CALL = 500
CONCURRENT_S = 20.0
ROUNDS = 3
TARGET_MB = 400
DRAIN_PAUSE_S = 0.5

APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
# Runs that go on keep less.
LEFT = "SELECT count(*) FROM run_stream WHERE tail_lines >= 200"


def main() -> None:
    """Print the peak of each row, and of everything."""
    with whole_server() as server, MemoryWatch(server.pid) as watch, runfolio.Api(server.base_url, server.key) as api:
        rng = random.Random(1)
        work: list[tuple[str, Callable[[], object]]] = [
            ("idle", lambda: api.viewer),
            ("W1 row by row", lambda: log_long_by_rows(api, rng)),
            ("W1 by columns", lambda: log_long_by_columns(api)),
            ("W2", lambda: log_many(api, rng)),
            ("compaction", lambda: asyncio.run(drain(server))),
            ("W3 page", lambda: read_pages(api)),
            ("W3 all", lambda: [api.runs("ada/listed").to_pandas() for _ in range(ROUNDS)]),
            ("W4 one", lambda: read_table(server, "long/columns", LONG_KEYS[:1])),
            ("W4 all", lambda: read_table(server, "long/columns", LONG_KEYS)),
            ("W5", lambda: read_table(server, "many", KEYS[:1], [f"run{run}" for run in range(CHART_RUNS)])),
            ("W6", lambda: asyncio.run(log_concurrently(server, api))),
            ("compaction again", lambda: asyncio.run(drain(server))),
        ]
        asyncio.run(make_listed_runs(server))
        for name, do in work:
            with watch.stretch() as peak:
                begin = time.perf_counter()
                do()
                seconds = time.perf_counter() - begin
            print(f"{name:18} {seconds:6.1f} s  {peak}", flush=True)
        print(f"peak of all: {watch.peak}  (at most {TARGET_MB} MB)")


def log_long_by_rows(api: runfolio.Api, rng: random.Random) -> None:
    """One long run, row by row."""
    rows = [{key: rng.random() for key in LONG_KEYS} for _ in range(LONG_STEPS)]
    for number in range(ROUNDS):
        with api.create_run("ada/long", id=f"rows{number}") as run:
            for row in rows:
                run.log(row)


def log_long_by_columns(api: runfolio.Api) -> None:
    """The same, all at once."""
    draw = np.random.default_rng(1)
    with api.create_run("ada/long", id="columns") as run:
        run.log_columns({key: draw.random(LONG_STEPS) for key in LONG_KEYS})


def log_many(api: runfolio.Api, rng: random.Random) -> None:
    """Many short runs, eight at once."""
    config = {f"parameter_{key}": rng.random() for key in range(20)}
    rows = [{key: rng.random() for key in KEYS} for _ in range(STEPS)]

    def log_one(number: int) -> None:
        group = f"group {number % 10}"
        with api.create_run("ada/many", id=f"run{number}", config=config, tags=["bench"], group=group) as run:
            for row in rows:
                run.log(row)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(log_one, range(RUNS)))


async def make_listed_runs(server: WholeServer) -> None:
    """A project of runs with config and summary, past the server."""
    connection = await asyncpg.connect(server.database_url)
    user = await connection.fetchrow("SELECT user_id, entity_id FROM users")
    assert user is not None
    project = await connection.fetchval(
        "INSERT INTO projects (entity_id, name, created_by) VALUES ($1, 'listed', $2) RETURNING project_id",
        user["entity_id"],
        user["user_id"],
    )
    await copy_runs(connection, project, user["user_id"], range(LISTED_RUNS))
    await connection.execute("VACUUM ANALYZE runs")
    await connection.close()


def read_pages(api: runfolio.Api) -> None:
    """Pages by filter and order, each by another one."""
    for number in range(PAGES):
        chosen = (Config("lr") < 0.002 * (number + 1)) & (Summary("loss") <= 2 - number / PAGES)
        runs = api.runs("ada/listed", chosen, order="-summary.acc", per_page=PAGE_RUNS)
        list(zip(range(PAGE_RUNS), runs, strict=False))


def read_table(server: WholeServer, path: str, keys: list[str], runs: Sequence[str] = ()) -> None:
    """Some keys, and these runs of a project, as a DataFrame."""
    for _ in range(ROUNDS):
        response = httpx.get(
            f"{server.base_url}/export/ada/{path}/history.arrow",
            params={"keys": keys, "ids": runs} if runs else {"keys": keys},
            headers={"Authorization": f"Bearer {server.key}"},
            timeout=60,
        )
        pa.ipc.open_stream(response.raise_for_status().content).read_pandas()


async def log_concurrently(server: WholeServer, api: runfolio.Api) -> None:
    """Twenty clients, each with a run of its own."""
    lines = [json.dumps({"_step": step, **dict.fromkeys(LONG_KEYS, step / 7)}) for step in range(100)]
    assert len(lines) * len(LONG_KEYS) == POINTS_PER_CALL
    storage_ids = [api.create_run("ada/many-clients").storage_id for _ in range(CLIENTS)]
    end = time.monotonic() + CONCURRENT_S

    async def log(storage_id: str) -> None:
        headers = {"Authorization": f"Bearer {server.key}"}
        async with httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=60) as client:
            offset = 0
            while time.monotonic() < end:
                change = {"runId": storage_id, "offset": offset, "jsonLines": "\n".join(lines)}
                response = await client.post("/graphql", json={"query": APPEND, "variables": {"input": change}})
                assert 200 == response.status_code, response.text
                offset += len(lines)

    await asyncio.gather(*map(log, storage_ids))


async def drain(server: WholeServer) -> None:
    """Return when every tail is compacted that is worth it."""
    connection = await asyncpg.connect(server.database_url)
    while await connection.fetchval(LEFT):  # noqa: ASYNC110 - the worker is another process
        await asyncio.sleep(DRAIN_PAUSE_S)
    await connection.close()


if __name__ == "__main__":
    main()
