"""Rows W1, W2 and W6: logging one long run, many runs, and from many clients at once, against COPY and an echo.

Each until everything is stored and readable. Rounds of floor and work alternate; the least of each is told.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx

import runfolio
from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.sql.migrate import migrate
from tests.service import make_first_user

ROUNDS = 3
LONG_STEPS = 100_000
LONG_KEYS = 5
RUNS = 200
STEPS = 200
KEYS = 10
THREADS = 8
CONFIG_KEYS = 20
CLIENTS = 20
POINTS_PER_CALL = 500
CONCURRENT_S = 10.0
START_TIMEOUT_S = 60

APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"


def main() -> None:
    """Print the three rows."""
    with running_server() as (base_url, key, database_url), runfolio.Api(base_url, key) as api:
        rng = random.Random(1)
        api.viewer  # noqa: B018 - connects
        tell("W1", "100,000 steps × 5 floats", long_run(api, database_url, rng))
        tell("W2", "200 runs × 200 steps × 10 floats", many_runs(api, database_url, rng))
        acknowledged, echoed = asyncio.run(concurrently(base_url, key, api))
        print(
            f"W6  20 clients × 500 points a call: {acknowledged:,.0f} points/s, echo {echoed:,.0f},"
            f" ratio {echoed / acknowledged:.1f}"
        )


def tell(name: str, what: str, pairs: list[tuple[float, float]]) -> None:
    """Print the least of each, in seconds, and their ratio."""
    floor, ours = (min(times) for times in zip(*pairs, strict=True))
    print(f"{name}  {what}: {ours:.2f} s, COPY {floor:.3f} s, ratio {ours / floor:.1f}")


def long_run(api: runfolio.Api, database_url: str, rng: random.Random) -> list[tuple[float, float]]:
    """W1: seconds of the floor and ours, for each round."""
    rows = [{f"metric_{key}": rng.random() for key in range(LONG_KEYS)} for _ in range(LONG_STEPS)]

    def log() -> None:
        with api.create_run("ada/long") as run:
            for row in rows:
                run.log(row)
        assert LONG_STEPS - 1 == run.last_step
        assert 1 == len(list(run.scan_history(min_step=LONG_STEPS - 1)))

    records = [(step, float(step), *row.values()) for step, row in enumerate(rows)]
    return [(asyncio.run(copy(database_url, LONG_KEYS, [records])), timed(log)) for _ in range(ROUNDS)]


def many_runs(api: runfolio.Api, database_url: str, rng: random.Random) -> list[tuple[float, float]]:
    """W2: likewise."""
    config = {f"parameter_{key}": rng.random() for key in range(CONFIG_KEYS)}
    rows = [{f"metric_{key}": rng.random() for key in range(KEYS)} for _ in range(STEPS)]

    def log_one(number: int) -> None:
        run = api.create_run("ada/many", config=config, tags=["bench"], group=f"g{number % 10}", job_type="train")
        with run:
            for row in rows:
                run.log(row)
        assert "finished" == run.state

    def log() -> None:
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(log_one, range(RUNS)))

    records = [[(step, float(step), *row.values()) for step, row in enumerate(rows)]] * RUNS
    return [(asyncio.run(copy(database_url, KEYS, records)), timed(log)) for _ in range(ROUNDS)]


async def concurrently(base_url: str, key: str, api: runfolio.Api) -> tuple[float, float]:
    """W6: points a second acknowledged, and echoed by the same server software."""
    lines = [json.dumps({"_step": step, **{f"metric_{key}": step / 7 for key in range(5)}}) for step in range(100)]
    storage_ids = [api.create_run("ada/many-clients").storage_id for _ in range(CLIENTS)]
    counts = {}
    for kind, path in (("echo", "/echo"), ("ours", "/graphql")):
        calls = 0
        end = time.monotonic() + CONCURRENT_S

        async def log(storage_id: str, path: str = path, end: float = end) -> None:
            nonlocal calls
            offset = 0
            async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
                while time.monotonic() < end:
                    change = {"runId": storage_id, "offset": offset, "jsonLines": "\n".join(lines)}
                    body = json.dumps({"query": APPEND, "variables": {"input": change}}).encode()
                    response = await client.post(path, content=body, headers={"Authorization": f"Bearer {key}"})
                    assert 200 == response.status_code, response.text
                    offset += len(lines)
                    calls += 1

        begin = time.monotonic()
        await asyncio.gather(*map(log, storage_ids))
        counts[kind] = calls * POINTS_PER_CALL / (time.monotonic() - begin)
    return counts["ours"], counts["echo"]


async def copy(database_url: str, keys: int, batches: list[list[tuple[float, ...]]]) -> float:
    """Seconds to COPY records into a wide table, one command for each batch."""
    connection = await asyncpg.connect(database_url)
    columns = ", ".join(f"metric_{key} float8" for key in range(keys))
    await connection.execute(f"DROP TABLE IF EXISTS wide; CREATE TABLE wide (step bigint, time float8, {columns})")
    begin = time.perf_counter()
    for records in batches:
        await connection.copy_records_to_table("wide", records=records)
    seconds = time.perf_counter() - begin
    await connection.close()
    return seconds


def timed(work: Callable[[], None]) -> float:
    """How long it takes, in seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@contextmanager
def running_server() -> Iterator[tuple[str, str, str]]:
    """A server in a process of its own, with an echo: its base URL, a key and its database."""
    directory = Path(tempfile.mkdtemp(prefix="runfolio-bench-"))
    directory.chmod(0o711)
    postgres = EmbeddedPostgres(directory)
    try:
        database_url = postgres.start()
        asyncio.run(migrate(database_url))
        key = asyncio.run(make_first_user(database_url))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            descriptor = listening.fileno()
            arguments = [database_url, str(directory / "files"), str(descriptor)]
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.ingest_server", *arguments], pass_fds=[descriptor]
            )
            base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            httpx.get(f"{base_url}/healthz", timeout=START_TIMEOUT_S).raise_for_status()
            yield base_url, key, database_url
        finally:
            process.terminate()
            process.wait()
    finally:
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)
