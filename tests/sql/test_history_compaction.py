"""Compaction of history: it changes nothing that is read, whoever reads, writes or compacts meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from runfolio_server.history.reading.scan import scan
from runfolio_server.history.storage.chunk import POINTS_MAXIMUM
from runfolio_server.ingest.compact import compact_stream, streams_to_compact
from runfolio_server.sql.pool import Connection, Database
from tests.sql.logged_run import (
    END_LEASES,
    FINISH_RUN,
    LoggedRun,
    run,
    steps,
)

__all__ = ["run"]

pytestmark = pytest.mark.anyio


async def test_compaction_may_run_between_any_two_pages(run: LoggedRun) -> None:
    found: list[int] = []
    after = None
    for batch in range(20):
        await run.log(steps(10, batch * 10), first_line=batch * 10)
    while True:
        page = await scan(run.database, run.run_id, "history", after=after, limit=7)
        found += [json.loads(row)["_step"] for row in page.rows]
        if not page.has_next:
            break
        after = page.end
        await run.compact()
        await run.log(steps(1, 200 + len(found)), first_line=200 + len(found) // 7 - 1)

    assert found == sorted(set(found))
    assert set(range(200)) <= set(found)


async def test_readers_see_every_line_once_while_compaction_works(run: LoggedRun) -> None:
    for batch in range(40):
        await run.log(steps(5, batch * 5), first_line=batch * 5)

    async def compact_and_log() -> None:
        for batch in range(40, 80):
            await run.compact()
            await run.log(steps(5, batch * 5), first_line=batch * 5)

    writing = asyncio.create_task(compact_and_log())
    while not writing.done():
        found = [row["_step"] for row in await run.scan()]
        assert found == list(range(len(found)))
        assert len(found) >= 200
    await writing

    assert await run.scan() == steps(400)


async def test_of_two_compactions_one_does_the_work(run: LoggedRun) -> None:
    await run.log(steps(300))

    counts = await asyncio.gather(*(run.compact() for _ in range(3)))

    assert sorted(counts) == [0, 0, 300]
    assert await run.chunk_keys() == [("\\#", 0, 300), ("_step", 0, 300), ("loss", 0, 300)]


async def test_a_compaction_whose_lease_ran_out_changes_nothing_after_another_did_the_work(run: LoggedRun) -> None:
    await run.log(steps(10))

    class SlowDatabase(Database):
        """Between reading and swapping the lease runs out, and another worker comes."""

        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[Connection]:
            async with run.database.connection() as connection:
                await connection.execute(END_LEASES, run.run_id)
            assert await run.compact() == 10
            async with run.database.transaction() as connection:
                yield connection

    slow = SlowDatabase(run.database._pool, run.database._turns, run.database._deadlines)

    assert await compact_stream(slow, run.run_id, "history", "", 0) == 0
    assert await run.scan() == steps(10)
    assert len(await run.chunk_keys()) == 3


async def test_batches_without_any_row_leave_no_chunk_and_keep_the_numbers(run: LoggedRun) -> None:
    await run.log([None, None])
    await run.log(steps(2, 2), first_line=2)

    assert await run.compact() == 4
    assert [key for key in await run.chunk_keys() if key[0] == "loss"] == [("loss", 2, 2)]
    assert await run.compact() == 0


async def test_small_segments_are_merged_into_few(run: LoggedRun) -> None:
    for batch in range(60):
        await run.log(steps(20, batch * 20), first_line=batch * 20)
        assert await run.compact() == 20

    segments = [key for key in await run.chunk_keys() if key[0] == "\\#"]
    assert len(segments) < 16
    assert sum(count for _, _, count in segments) == 1200
    assert await run.scan() == steps(1200)


async def test_a_segment_never_has_more_lines_than_allowed(run: LoggedRun) -> None:
    await run.log([{"a": 1}] * (POINTS_MAXIMUM + 10))

    assert await run.compact() == POINTS_MAXIMUM + 10
    assert await run.chunk_keys() == [
        ("\\#", 0, POINTS_MAXIMUM),
        ("\\#", POINTS_MAXIMUM, 10),
        ("a", 0, POINTS_MAXIMUM),
        ("a", POINTS_MAXIMUM, 10),
    ]


async def test_a_tail_is_worth_compacting_when_it_is_long_or_its_run_is_over(run: LoggedRun) -> None:
    async def found() -> list[str]:
        async with run.database.connection() as connection:
            rows = await streams_to_compact(connection, 1000)
        return [row.stream for row in rows if row.run_id == run.run_id]

    await run.log(steps(199))
    assert await found() == []
    await run.log(steps(1, 199), first_line=199)
    assert await found() == ["history"]
    await run.compact()
    assert await found() == []
    await run.log(steps(1, 200), first_line=200)
    assert await found() == []
    async with run.database.connection() as connection:
        await connection.execute(FINISH_RUN, run.run_id)
    assert await found() == ["history"]
