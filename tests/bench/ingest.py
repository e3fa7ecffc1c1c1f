"""Rows W1, W2, W6: logging one long run, many runs, and from many clients at once, against COPY and an echo; bytes.

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
from functools import partial
from pathlib import Path
from typing import TypeAlias

import asyncpg
import httpx
import numpy as np

import runfolio
from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.sql.migrate import migrate
from tests.bench.processor_time import processor_time
from tests.bench.stored_bytes import tell_bytes
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

Pairs: TypeAlias = list[tuple[float, float]]

APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"


def main() -> None:
    """Print the rows."""
    with running_server() as (base_url, key, database_url), runfolio.Api(base_url, key) as api:
        rng = random.Random(1)
        api.viewer  # noqa: B018 - connects
        by_rows, by_columns = long_run(api, database_url, rng)
        tell("W1", "100,000 steps × 5 floats, run.log_columns", by_columns)
        tell("W1", "the same, run.log row by row", by_rows)
        pairs, used = many_runs(api, database_url, rng)
        tell("W2", "200 runs × 200 steps × 10 floats", pairs)
        print(f"    processor time of its last round: {used}")
        acknowledged, echoed = asyncio.run(concurrently(base_url, key, api))
        print(
            f"W6  20 clients × 500 points a call: {acknowledged:,.0f} points/s, echo {echoed:,.0f},"
            f" ratio {echoed / acknowledged:.1f}"
        )
    # In a database of its own: rows that are gone leave room that others would fill.
    with running_server() as (base_url, key, database_url), runfolio.Api(base_url, key) as api:
        tell_bytes(api, database_url)


def tell(name: str, what: str, pairs: Pairs) -> None:
    """Print the least of each, in seconds, and their ratio."""
    floor, ours = (min(times) for times in zip(*pairs, strict=True))
    print(f"{name}  {what}: {ours:.2f} s, COPY {floor:.3f} s, ratio {ours / floor:.1f}")


def long_run(api: runfolio.Api, database_url: str, rng: random.Random) -> tuple[Pairs, Pairs]:
    """W1 row by row and in columns: seconds of the floor and ours, for each round."""
    rows = [{f"metric_{key}": rng.random() for key in range(LONG_KEYS)} for _ in range(LONG_STEPS)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    records = [(step, float(step), *row.values()) for step, row in enumerate(rows)]

    def by_rows(run: runfolio.Run) -> None:
        for row in rows:
            run.log(row)

    def by_columns(run: runfolio.Run) -> None:
        run.log_columns(columns)

    def log(into: Callable[[runfolio.Run], None]) -> None:
        with api.create_run("ada/long") as run:
            into(run)
        assert LONG_STEPS - 1 == run.last_step
        (last,) = run.scan_history(min_step=LONG_STEPS - 1)
        assert rows[-1].items() <= last.items()

    pairs: tuple[Pairs, Pairs] = ([], [])
    for _ in range(ROUNDS):
        for way, found in zip((by_rows, by_columns), pairs, strict=True):
            floor = asyncio.run(copy(database_url, LONG_KEYS, [records]))
            found.append((floor, timed(partial(log, way))))
    return pairs


def many_runs(api: runfolio.Api, database_url: str, rng: random.Random) -> tuple[Pairs, str]:
    """W2: likewise, and the processor time of the last round."""
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
    pairs: Pairs = []
    used = ""
    for _ in range(ROUNDS):
        floor = asyncio.run(copy(database_url, KEYS, records))
        before = processor_time()
        pairs.append((floor, timed(log)))
        used = processor_time().since(before)
    return pairs, used


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
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
                while time.monotonic() < end:
                    change = {"runId": storage_id, "offset": offset, "jsonLines": "\n".join(lines)}
                    body = json.dumps({"query": APPEND, "variables": {"input": change}}).encode()
                    response = await client.post(path, content=body, headers=headers)
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
