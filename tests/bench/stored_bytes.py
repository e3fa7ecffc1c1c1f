"""Rows "bytes a point": what a database grows by on disk through our client, table by table. Used by ingest.py.

Compaction is drained and VACUUM has run before each measurement; the WAL is not counted.

Values of two kinds. *Curves* are made as training makes them, key by key in turn: a loss (a float32 that decays, with
noise), an accuracy (right answers of 2,048), a learning rate (a float64 schedule), the norm of a gradient (a float32
with noise), an epoch (an integer); and a run has the config of a sweep: 20 numbers, of which 4 are its own. *Random*
numbers have 53 random bits, the worst case, which nothing can compress; so has the config, and all 20 are a run's own.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import asyncpg
import numpy as np

import runfolio
from runfolio_server.sql.pool import open_database
from runfolio_server.worker.compaction import compact_once

Rows: TypeAlias = Callable[[int, int, int], Iterator[dict[str, float]]]
"""Steps, keys and a seed → history rows."""

LONG_STEPS = 100_000
LONG_KEYS = 5
RUNS = 200
STEPS = 200
KEYS = 10
CONFIG_KEYS = 20
SWEPT_KEYS = 4
THREADS = 8
TOLD_FROM = 0.02
"""Tables of less than so many bytes a point are told together."""

SIZES = """
SELECT relname, pg_total_relation_size(oid), pg_indexes_size(oid)
FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'wide'
"""


def tell_bytes(api: runfolio.Api, database_url: str) -> None:
    """Print the rows."""
    kinds: dict[str, tuple[Rows, int]] = {"curves": (curves, SWEPT_KEYS), "random numbers": (noise, CONFIG_KEYS)}
    for name, (rows, own_keys) in kinds.items():
        before = asyncio.run(sizes(database_url))
        log_long(api, rows)
        between = asyncio.run(sizes(database_url))
        print(f"bytes a point W1, {name} (at most 5): {growth(before, between, LONG_STEPS * LONG_KEYS)}")
        log_many(api, rows, own_keys)
        after = asyncio.run(sizes(database_url))
        print(f"bytes a point W2, {name} (at most 8): {growth(between, after, RUNS * STEPS * KEYS)}")


def log_long(api: runfolio.Api, rows: Rows) -> None:
    """One long run."""
    with api.create_run("ada/stored-long") as run:
        for row in rows(LONG_STEPS, LONG_KEYS, 1):
            run.log(row)


def log_many(api: runfolio.Api, rows: Rows, own_keys: int) -> None:
    """Many short runs, from several threads. So many values of config are another run's otherwise."""
    project = f"ada/stored-{own_keys}"

    def log_one(number: int) -> None:
        alike, own = random.Random(own_keys), random.Random(number)
        config = {f"parameter_{key}": (own if key < own_keys else alike).random() for key in range(CONFIG_KEYS)}
        group = f"g{number % 10}"
        with api.create_run(project, config=config, tags=["bench"], group=group, job_type="train") as run:
            for row in rows(STEPS, KEYS, number):
                run.log(row)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(log_one, range(RUNS)))


def curves(steps: int, keys: int, seed: int) -> Iterator[dict[str, float]]:
    """Rows as training logs them; see the top of this file."""
    draw = np.random.default_rng(seed)
    decay = np.exp(-np.linspace(0, 3, steps))
    columns: list[list[float]] = []
    for key in range(keys):
        spread = 0.05 * draw.standard_normal(steps)
        loss = (decay + spread).astype(np.float32).astype(np.float64)
        accuracy = np.round(2048 * np.clip(1 - decay + spread, 0, 1)) / 2048
        norm = np.abs(1 + 4 * spread).astype(np.float32).astype(np.float64)
        rate = [0.001 * math.cos(1.5 * step / steps) for step in range(steps)]
        epoch = [step // 50 for step in range(steps)]
        columns.append([loss.tolist(), accuracy.tolist(), rate, norm.tolist(), epoch][key % 5])
    for values in zip(*columns, strict=True):
        yield {f"metric_{key}": value for key, value in enumerate(values)}


def noise(steps: int, keys: int, seed: int) -> Iterator[dict[str, float]]:
    """Rows of random numbers."""
    draw = random.Random(seed)
    for _ in range(steps):
        yield {f"metric_{key}": draw.random() for key in range(keys)}


async def sizes(database_url: str) -> dict[str, tuple[int, int]]:
    """Bytes of each table, and of its indexes alone, after compaction and VACUUM."""
    database = await open_database(database_url, size=2, wait_s=10, statement_timeout_s=60)
    while await compact_once(database, {}):
        pass
    await database.close()
    connection = await asyncpg.connect(database_url)
    await connection.execute("VACUUM ANALYZE")
    rows = await connection.fetch(SIZES)
    await connection.close()
    return {table: (total, indexes) for table, total, indexes in rows}


def growth(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]], points: int) -> str:
    """Bytes a point, and which table takes how many of them."""
    grown = {
        table: [(now - then) / points for now, then in zip(after[table], before[table], strict=True)] for table in after
    }
    total = sum(size for size, _ in grown.values())
    told = {table: both for table, both in sorted(grown.items()) if abs(both[0]) >= TOLD_FROM}
    tables = [f"{table} {size:.2f} (indexes {indexes:.2f})" for table, (size, indexes) in told.items()]
    return f"{total:.2f} = {', '.join(tables)}, others {total - sum(size for size, _ in told.values()):.2f}"
