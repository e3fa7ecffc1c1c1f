"""Compaction and columns in one stream: segments appear that never were in the tail, also while a worker is at it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from runfolio_server.ingest.compact import compact_stream
from runfolio_server.sql.pool import Connection, Database
from tests.column_runs import Row, row, rows, same, segments, send, tail, truncate
from tests.history_service import SELECT_TAILED, compact_some
from tests.server.test_append_history import append, create, rows_of
from tests.service import Service


@pytest.fixture
async def run(service: Service) -> AsyncIterator[Row]:
    """A run; afterwards none in the database has history."""
    yield (await create(service))["run"]
    await truncate(service)


async def test_compaction_goes_on_around_columns(service: Service, run: Row) -> None:
    logged = 0
    for size in (100, 5000, 40, 700, 1, 9000, 300, 300):
        await send(service, run, logged, rows(logged, logged + size))
        logged += size
        await append(service, run, logged, [json.dumps(one) for one in rows(logged, logged + 30)])
        logged += 30
        if size != 700:
            await compact_some(service.database)
        assert same(rows(0, logged), await rows_of(service, run)), size

    assert [] == await tail(service)
    assert logged == sum(count for _, count in await segments(service))


async def test_a_swarm_of_small_columns_becomes_few_segments(service: Service, run: Row) -> None:
    for number in range(300):
        await send(service, run, number, rows(number, number + 1))
    assert 300 == len(await tail(service))

    await compact_some(service.database)

    assert [(0, 300)] == await segments(service)


class Interrupted(Database):
    """A database to which something happens after a worker has encoded and before it stores."""

    def __init__(self, database: Database, meanwhile: Any) -> None:
        vars(self).update(vars(database))
        self._meanwhile = meanwhile

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """See Database."""
        await self._meanwhile()
        async with super().transaction() as connection:
            yield connection


async def test_columns_may_come_while_a_worker_compacts(service: Service, run: Row) -> None:
    # Small segments that are merged with the tail, a gap behind them, and lines of the tail before and behind it.
    for first in range(0, 2400, 300):
        await append(service, run, first, [json.dumps(one) for one in rows(first, first + 300)])
        if first < 2100:
            await compact_some(service.database)
    await append(service, run, 9000, [json.dumps(one) for one in rows(9000, 9050)])

    async def columns_come() -> None:
        await send(service, run, 2400, rows(2400, 9000))
        await send(service, run, 9050, rows(9050, 15_000))
        await append(service, run, 15_000, [json.dumps(row(15_000))])

    async with service.database.connection() as connection:
        (stream,) = await connection.rows(SELECT_TAILED)
    interrupted = Interrupted(service.database, columns_come)
    compacted = await compact_stream(interrupted, stream.run_id, "history", stream.writer, stream.epoch)

    assert 350 == compacted
    assert [(15_000, 1)] == await tail(service)
    assert same(rows(0, 15_001), await rows_of(service, run))
    await compact_some(service.database)
    assert same(rows(0, 15_001), await rows_of(service, run))
