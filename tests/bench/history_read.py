"""Rows W4, W5, their growth and "bytes a point": history over HTTP as DataFrames, against asyncpg's binary SELECT.

The floor selects the same numbers from a table with one column per key, in this process; ours asks the export endpoint
of a server in another. Wall time, least of the rounds, which alternate. Every table is compared with the floor's once.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import asyncpg
import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc

from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.pool import open_database
from tests.bench.list_page import _postgres, _server
from tests.history_service import compact_some
from tests.service import make_first_user

RawConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

ROUNDS = 15
LONG_STEPS = 100_000
LONG_KEYS = [f"m{number}" for number in range(5)]
RUNS = 200
CHART_RUNS = 100
STEPS = 200
KEYS = [f"m{number}" for number in range(10)]
LINES_AT_ONCE = 1000
COPIES = 19
"""Of every short run, for the growth."""
DATABASE = "runfolio_bench_history"

SIZE = """
SELECT sum(pg_total_relation_size(oid))::bigint
FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
SIZES = """
SELECT relname, pg_total_relation_size(oid), pg_relation_size(oid), pg_indexes_size(oid)
FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 100000
ORDER BY 2 DESC
"""
COPY_RUNS = """
WITH copied AS (
  INSERT INTO runs (run_id, project_id, name, display_name, state, created_by)
  SELECT md5(r.run_id::text || g.copy)::uuid, project_id, name || '-' || g.copy, name, state, created_by
  FROM runs AS r, generate_series(1, $1) AS g (copy)
  WHERE name LIKE 'run%'
), streams AS (
  INSERT INTO run_stream (run_id, stream, writer, epoch, next_line, done)
  SELECT md5(s.run_id::text || g.copy)::uuid, stream, writer, epoch, next_line, done
  FROM run_stream AS s JOIN runs AS r USING (run_id), generate_series(1, $1) AS g (copy)
  WHERE r.name LIKE 'run%'
)
INSERT INTO history_chunk (run_id, stream, writer, epoch, key, line0, line1, segment, n, kind, step_low, step_high,
  low, high, first, last, lines, data)
SELECT md5(c.run_id::text || g.copy)::uuid, stream, writer, epoch, key, line0, line1, segment, n, kind, step_low,
  step_high, low, high, first, last, lines, data
FROM history_chunk AS c JOIN runs AS r USING (run_id), generate_series(1, $1) AS g (copy)
WHERE r.name LIKE 'run%'
"""


@dataclass
class Kind:
    """One kind of question, and the seconds of each round."""

    name: str
    target: float
    ours: Callable[[], Awaitable[pd.DataFrame]]
    floor: Callable[[], Awaitable[pd.DataFrame]]
    our_times: list[float] = field(default_factory=list)
    floor_times: list[float] = field(default_factory=list)

    async def round(self) -> None:
        """Ask both once."""
        for ask, times in ((self.floor, self.floor_times), (self.ours, self.our_times)):
            start = time.perf_counter()
            await ask()
            times.append(time.perf_counter() - start)

    async def check(self) -> None:
        """Raise AssertionError unless both answer the same table; a sample is part of the floor's."""
        ours, floor = await self.ours(), await self.floor()
        if "sample" in self.name:
            floor = floor[floor["_step"].isin(ours["_step"])]
        assert list(ours.columns) == list(floor.columns), ours.columns
        for name in floor.columns:
            assert (ours[name].to_numpy() == floor[name].to_numpy()).all(), name

    def report(self) -> str:
        """One line."""
        ours, floor = min(self.our_times), min(self.floor_times)
        return (
            f"{self.name:34} {1000 * ours:8.1f} ms   floor {1000 * floor:8.1f} ms   {ours / floor:5.2f} ×"
            f"  (at most {self.target})"
        )


def main() -> None:
    """Measure and print."""
    with _postgres() as url, tempfile.TemporaryDirectory() as data_dir:
        database_url = re.sub(r"(?<!:)(?<!/)/[^/?]*(?=\?|$)", f"/{DATABASE}", url, count=1)
        key = asyncio.run(_make(url, database_url))
        with _server(database_url, data_dir) as base_url:
            asyncio.run(_measure(database_url, base_url, key))


async def _measure(database_url: str, base_url: str, key: str) -> None:
    connection = await asyncpg.connect(database_url)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=base_url, timeout=120, headers=headers) as http:
        await _fill_long(http, connection, database_url)
        await _fill_short(http, connection, database_url)
        kinds = _kinds(http, connection)
        for kind in kinds:
            await kind.check()
        for _ in range(ROUNDS):
            for kind in kinds:
                await kind.round()
        print(f"history as DataFrames; wall time, least of {ROUNDS} rounds")
        for kind in kinds:
            print(kind.report())
        before = min(kinds[-1].our_times)
        await connection.execute(COPY_RUNS, COPIES)
        await connection.execute("VACUUM ANALYZE")
        again = _kinds(http, connection)[-1]
        for _ in range(ROUNDS):
            await again.round()
        after = min(again.our_times)
        print(f"{'W5 with 20× the runs':34} {1000 * after:8.1f} ms   {after / before:5.2f} × W5  (at most 1.3)")
    await connection.close()


def _kinds(http: httpx.AsyncClient, connection: RawConnection) -> list[Kind]:
    async def ours(path: str, **query: object) -> pd.DataFrame:
        response = await http.get(f"/export/ada/{path}/history.arrow", params=query)  # type: ignore[arg-type]
        found: pd.DataFrame = pa.ipc.open_stream(response.raise_for_status().content).read_pandas()
        return found

    async def floor(query: str, names: list[str], *arguments: object) -> pd.DataFrame:
        rows = await connection.fetch(query, *arguments)
        return pd.DataFrame(dict(zip(names, zip(*rows, strict=True), strict=True)))

    chosen = [f"run{number}" for number in range(CHART_RUNS)]
    all_keys = ", ".join(LONG_KEYS)
    return [
        Kind(
            "W4 one metric, 100,000 steps",
            0.3,
            lambda: ours("long/run", keys="m0"),
            lambda: floor("SELECT step, m0 FROM floor.long ORDER BY step", ["_step", "m0"]),
        ),
        Kind(
            "W4 all five",
            0.5,
            lambda: ours("long/run", keys=LONG_KEYS),
            lambda: floor(f"SELECT step, {all_keys} FROM floor.long ORDER BY step", ["_step", *LONG_KEYS]),
        ),
        Kind(
            "W4 all five, sample of 1,000",
            0.5,
            lambda: ours("long/run", keys=LONG_KEYS, samples=1000),
            lambda: floor(f"SELECT step, {all_keys} FROM floor.long ORDER BY step", ["_step", *LONG_KEYS]),
        ),
        Kind(
            "W5 one metric, 100 runs × 200",
            1.5,
            lambda: ours("short", keys="m0", ids=chosen),
            lambda: floor(
                "SELECT run, step, m0 FROM floor.short JOIN unnest($1::text[]) WITH ORDINALITY AS w (run, place)"
                " USING (run) ORDER BY place, step",
                ["run_id", "_step", "m0"],
                chosen,
            ),
        ),
    ]


async def _make(url: str, database_url: str) -> str:
    """An empty migrated database with the floors' tables; the key of its user."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    await migrate(database_url)
    connection = await asyncpg.connect(database_url)
    await connection.execute("CREATE SCHEMA floor")
    for name, first, keys, key in (("long", "", LONG_KEYS, "step"), ("short", "run text, ", KEYS, "run, step")):
        columns = ", ".join(f"{one} float8" for one in keys)
        await connection.execute(f"CREATE TABLE floor.{name} ({first}step bigint, {columns}, PRIMARY KEY ({key}))")
    await connection.close()
    return await make_first_user(database_url)


async def _fill_long(http: httpx.AsyncClient, connection: RawConnection, database_url: str) -> None:
    before = await _size(connection)
    rows = list(_rows(LONG_STEPS, LONG_KEYS, seed=0))
    await connection.copy_records_to_table("long", schema_name="floor", records=rows)
    await _log(http, "long", "run", LONG_KEYS, rows)
    await _report_size(connection, database_url, before, "W1 100,000 × 5", LONG_STEPS * len(LONG_KEYS), 5)


async def _fill_short(http: httpx.AsyncClient, connection: RawConnection, database_url: str) -> None:
    before = await _size(connection)
    for number in range(RUNS):
        rows = list(_rows(STEPS, KEYS, seed=number + 1))
        records = [(f"run{number}", *row) for row in rows]
        await connection.copy_records_to_table("short", schema_name="floor", records=records)
        await _log(http, "short", f"run{number}", KEYS, rows)
    await _report_size(connection, database_url, before, "W2 200 × 200 × 10", RUNS * STEPS * len(KEYS), 8)


def _rows(count: int, keys: list[str], seed: int) -> Iterator[tuple[float, ...]]:
    """Curves as training logs them: float32 with noise, one smooth float64 schedule among each five."""
    draw = np.random.default_rng(seed)
    columns = [
        1e-3 * np.cos(np.linspace(0, 1.5, count))
        if number % 5 == 3
        else (np.exp(-np.linspace(0, 3, count)) + 0.05 * draw.standard_normal(count)).astype(np.float32)
        for number in range(len(keys))
    ]
    yield from zip(range(count), *(column.astype(np.float64).tolist() for column in columns), strict=True)


async def _log(http: httpx.AsyncClient, project: str, run: str, keys: list[str], rows: list[tuple[float, ...]]) -> None:
    draw = random.Random(run)
    config = {f"parameter_{number:02}": {"value": draw.random()} for number in range(20)}
    document = "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }"
    more = {"config": json.dumps(config), "tags": ["a", "b"], "groupName": "group", "jobType": "train"}
    variables = {"input": {"name": run, "modelName": project, **more}}
    (await http.post("/graphql", json={"query": document, "variables": variables})).raise_for_status()
    start = 1.7e9
    for first in range(0, len(rows), LINES_AT_ONCE):
        lines = [
            json.dumps(
                {
                    **dict(zip(keys, values, strict=True)),
                    "_timestamp": start + step * 0.25 + draw.random() / 10,
                    "_runtime": step * 0.25,
                    "_step": step,
                }
            )
            for step, *values in rows[first : first + LINES_AT_ONCE]
        ]
        body = {"files": {"wandb-history.jsonl": {"offset": first, "content": lines}}, "complete": False}
        (await http.post(f"/files/ada/{project}/{run}/file_stream", json=body)).raise_for_status()


async def _report_size(
    connection: RawConnection, database_url: str, before: int, name: str, points: int, target: int
) -> None:
    database = await open_database(database_url, size=2, wait_s=10, statement_timeout_s=60)
    await compact_some(database)
    await database.close()
    await connection.execute("VACUUM ANALYZE")
    grown = await _size(connection) - before
    print(
        f"{name:34} {grown / points:8.2f} bytes a point, {grown / 1e6:.2f} MB  (at most {target}); all tables by now:"
    )
    for table, size, heap, index in await connection.fetch(SIZES):
        print(f"    {table:32} {size / 1e6:8.2f} MB: heap {heap / 1e6:.2f}, keys {index / 1e6:.2f}")


async def _size(connection: RawConnection) -> int:
    found: int = await connection.fetchval(SIZE)
    return found


if __name__ == "__main__":
    main()
