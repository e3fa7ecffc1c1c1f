"""Row "W3 all": a project of 5,000 runs with 20 config and 10 summary values as a DataFrame, through the client.

The floor reads the same documents from the same table by asyncpg, parses them with orjson and builds the DataFrame from
rows, in the process that wants it: no server, no HTTP. Rounds of all kinds alternate. The server runs in a process of
its own; its memory is the most that was ever resident, from which what it held before the first export is told apart.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import orjson
import pandas as pd

from runfolio import Api
from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.sql.migrate import migrate
from tests.bench.run_seeds import copy_runs
from tests.service import make_first_user

RUNS = 5000
LARGE_RUNS = 50_000
ROUNDS = 15
START_TIMEOUT_S = 60
DATABASE = "runfolio_bench_whole"

FLOOR = """
SELECT name, display_name, state, tags, group_name, job_type, created_at, config_text, summary_text
FROM runs
WHERE project_id = $1 AND deleted_at IS NULL
ORDER BY created_at, run_id
"""
COLUMNS = ("name", "display_name", "state", "tags", "group_name", "job_type", "created_at")


def main() -> None:
    """Measure and print."""
    with _postgres() as url, tempfile.TemporaryDirectory() as data_dir:
        database_url, key, project = asyncio.run(_fill(url))
        with _server(database_url, data_dir) as (base_url, pid), Api(base_url, key) as api, asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(database_url))
            runs = api.runs("ada/p")
            kinds: dict[str, Callable[[], object]] = {
                "asyncpg + orjson + DataFrame": lambda: runner.run(_floor(connection, project)),
                "to_pandas": runs.to_pandas,
                "to_polars": runs.to_polars,
                "to_arrow": runs.to_arrow,
                "to_pandas, 3 columns": lambda: runs.to_pandas(["id", "config.lr", "summary.loss"]),
                "to_pandas, by a value": api.runs("ada/p", order="-summary.loss").to_pandas,
            }
            _check(runs.to_pandas(), runner.run(_floor(connection, project)))
            seconds: dict[str, list[float]] = {name: [] for name in kinds}
            idle_mb = _resident_mb(pid)
            for _ in range(ROUNDS):
                for name, make in kinds.items():
                    start = time.perf_counter()
                    make()
                    seconds[name].append(time.perf_counter() - start)
            small_mb = _peak_mb(pid)
            asyncio.run(_grow(database_url, project))
            frame = runs.to_pandas()
            assert LARGE_RUNS == len(frame)
            runner.run(connection.close())
            peak_mb = _peak_mb(pid)
    floor = min(seconds["asyncpg + orjson + DataFrame"])
    print(f"{RUNS} runs × (20 config + 10 summary values) as a table; wall time, least of {ROUNDS} rounds")
    for name, found in seconds.items():
        print(f"{name:30} {1000 * min(found):8.1f} ms   {min(found) / floor:5.2f} × the floor")
    print(f"server process: {idle_mb:.0f} MB after the first export; at most {small_mb:.0f} MB after all of these,")
    print(f"{peak_mb:.0f} MB after an export of {LARGE_RUNS} runs")


async def _floor(connection: asyncpg.Connection[asyncpg.Record], project: int) -> pd.DataFrame:
    rows = []
    for record in await connection.fetch(FLOOR, project):
        row: dict[str, object] = {name: record[name] for name in COLUMNS}
        for key, entry in orjson.loads(record["config_text"]).items():
            row[f"config.{key}"] = entry["value"]
        for key, value in orjson.loads(record["summary_text"]).items():
            row[f"summary.{key}"] = value
        rows.append(row)
    return pd.DataFrame(rows)


def _check(ours: pd.DataFrame, floor: pd.DataFrame) -> None:
    """Both hold the same."""
    assert RUNS == len(ours) == len(floor)
    assert ours["id"].tolist() == floor["name"].tolist()
    names = [name for name in floor.columns if name.startswith(("config.", "summary."))]
    assert 30 <= len(names) <= 31, "some runs lack one value and have another"
    for name in names:
        pd.testing.assert_series_equal(ours[name], floor[name], check_dtype=False, obj=name)


async def _fill(url: str) -> tuple[str, str, int]:
    """A migrated database with a project of runs: its URL, a key, and the project's number."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    database_url = re.sub(r"(?<!:)(?<!/)/[^/?]*(?=\?|$)", f"/{DATABASE}", url, count=1)
    await migrate(database_url)
    key = await make_first_user(database_url)
    connection = await asyncpg.connect(database_url)
    project: int = await connection.fetchval(
        "INSERT INTO projects (entity_id, name, created_by)"
        " SELECT entity_id, 'p', user_id FROM users RETURNING project_id"
    )
    await _insert(connection, project, range(RUNS))
    await connection.close()
    return database_url, key, project


async def _grow(database_url: str, project: int) -> None:
    connection = await asyncpg.connect(database_url)
    await _insert(connection, project, range(RUNS, LARGE_RUNS))
    await connection.close()


async def _insert(connection: asyncpg.Connection[asyncpg.Record], project: int, numbers: range) -> None:
    user: int = await connection.fetchval("SELECT user_id FROM users")
    await copy_runs(connection, project, user, numbers)
    await connection.execute("VACUUM ANALYZE runs")


def _resident_mb(pid: int) -> float:
    return _status_mb(pid, "VmRSS")


def _peak_mb(pid: int) -> float:
    return _status_mb(pid, "VmHWM")


def _status_mb(pid: int, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1000


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
def _server(database_url: str, data_dir: str) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.list_server", database_url, data_dir, str(listening.fileno())],
            pass_fds=[listening.fileno()],
        )
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        httpx.get(f"{base_url}/cpu", timeout=START_TIMEOUT_S)
        yield base_url, process.pid
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
