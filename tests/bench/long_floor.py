"""The floors of long_history.py: COPY into, and binary SELECT out of, tables of the same numbers. Seconds each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import Any

import asyncpg
import numpy as np

from tests.bench.long_rows import LONG_KEYS, SPARSE_KEY, WIDE_STEPS, long_columns, sparse_steps, wide_columns

ROWS_AT_ONCE = 100_000
LONG_COLUMNS = ", ".join(f"{key} float8" for key in [*LONG_KEYS, SPARSE_KEY])
LONG_TABLE = f"CREATE TABLE floor.long (step bigint PRIMARY KEY, {LONG_COLUMNS})"
# A table has at most 1,600 columns.
WIDE_TABLE = "CREATE TABLE floor.wide (step bigint PRIMARY KEY, values float8[])"


def copy_long(url: str) -> float:
    """COPY of the long run."""
    return asyncio.run(_copy(url, "long", LONG_TABLE, _long_records()))


def copy_wide(url: str) -> float:
    """COPY of the wide run, a row an array."""
    records = (list(enumerate(columns.tolist(), first)) for first, columns in wide_columns())
    return asyncio.run(_copy(url, "wide", WIDE_TABLE, records))


def select_long(url: str) -> float:
    """One metric of the long run into arrays."""
    return asyncio.run(_select(url, f"SELECT step, {LONG_KEYS[0]} FROM floor.long ORDER BY step"))


def select_long_rows(url: str) -> float:
    """The sparse key of the long run."""
    return asyncio.run(
        _select(url, f"SELECT step, {SPARSE_KEY} FROM floor.long WHERE {SPARSE_KEY} IS NOT NULL ORDER BY step")
    )


def select_wide(url: str) -> float:
    """One metric of the wide run."""
    return asyncio.run(_select(url, "SELECT step, values[8] FROM floor.wide ORDER BY step"))


def select_wide_rows(url: str) -> float:
    """A hundred rows from the middle of the wide run, each with all its numbers."""
    middle = WIDE_STEPS // 2
    query = f"SELECT step, values FROM floor.wide WHERE step >= {middle} AND step < {middle + 100} ORDER BY step"
    return asyncio.run(_fetch(url, query))


def _long_records() -> Iterator[list[tuple[Any, ...]]]:
    sparse = set(sparse_steps())
    for first, columns in long_columns():
        yield [
            (step, *values, float(step) if step in sparse else None)
            for step, values in enumerate(zip(*columns.tolist(), strict=True), first)
        ]


async def _copy(url: str, name: str, table: str, batches: Iterable[list[Any]]) -> float:
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS floor; {table}")
    seconds = 0.0
    for records in batches:
        begin = time.perf_counter()
        await connection.copy_records_to_table(name, schema_name="floor", records=records)
        seconds += time.perf_counter() - begin
    await connection.close()
    return seconds


async def _select(url: str, query: str) -> float:
    """Page by page, so that the rows as Python objects are not all held."""
    connection = await asyncpg.connect(url)
    begin = time.perf_counter()
    steps, values = [], []
    async with connection.transaction():
        cursor = await connection.cursor(query)
        while rows := await cursor.fetch(ROWS_AT_ONCE):
            steps.append(np.fromiter((row[0] for row in rows), np.int64, len(rows)))
            values.append(np.fromiter((row[1] for row in rows), np.float64, len(rows)))
    np.concatenate(steps), np.concatenate(values)
    seconds = time.perf_counter() - begin
    await connection.close()
    return seconds


async def _fetch(url: str, query: str) -> float:
    connection = await asyncpg.connect(url)
    begin = time.perf_counter()
    await connection.fetch(query)
    seconds = time.perf_counter() - begin
    await connection.close()
    return seconds
