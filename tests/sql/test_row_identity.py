"""A row of equal step, timestamp and values is stored once, whoever sends it again and wherever it lies meanwhile."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from runfolio_server.domain.history_line import parse_line
from runfolio_server.ingest.append import append_batch
from runfolio_server.ingest.batch import Batch, LineBlock, LineStream
from runfolio_server.sql.named import Query
from tests.sql.logged_run import STRANGE, LoggedRun, run

__all__ = ["run"]

pytestmark = pytest.mark.anyio

Rows = list[dict[str, Any]]


class StreamRow(msgspec.Struct, frozen=True):
    """Where a stream stands."""

    writer: str
    epoch: int
    next_line: int
    rejected: int
    repeated: int


SELECT_STREAMS = Query(
    "select_streams_of_run",
    "SELECT writer, epoch, next_line, rejected, repeated FROM run_stream WHERE run_id = $1 ORDER BY writer, epoch",
    StreamRow,
)


def timed(count: int, start: int = 0, time: float = 1.5e9) -> Rows:
    return [
        {"_step": step, "_timestamp": time + step / 7, "loss": 1 / (step + 1)} for step in range(start, start + count)
    ]


def turned(rows: Rows) -> Rows:
    """The same rows with their keys in another order."""
    return [dict(reversed(row.items())) for row in rows]


async def streams(run: LoggedRun) -> list[tuple[str, int, int, int, int]]:
    async with run.database.connection() as connection:
        return [msgspec.structs.astuple(row) for row in await connection.rows(SELECT_STREAMS, run.run_id)]


async def send(
    run: LoggedRun,
    rows: Sequence[dict[str, Any] | None],
    first_line: int = 0,
    writer: str = "",
    stream: LineStream = "history",
) -> None:
    """What a request brings: texts of lines, parsed as they are from there."""
    lines = [b"" if row is None else json.dumps(row).encode() for row in rows]
    block = LineBlock.received(stream, first_line, lines, [parse_line(line) if line else None for line in lines])
    assert await append_batch(run.database, run.run_id, Batch(writer=writer, blocks=[block])) is not None


@pytest.mark.parametrize("is_compacted", [False, True])
@pytest.mark.parametrize("first_line", [0, 300], ids=["from line 0", "from the count that was told"])
async def test_rows_sent_again_are_stored_once(run: LoggedRun, first_line: int, is_compacted: bool) -> None:
    rows = timed(300)
    await send(run, rows)
    if is_compacted:
        assert 300 == await run.compact()

    await send(run, turned(rows), first_line)

    assert rows == await run.scan()
    # Where it began at line 0, the lines that follow must find the place where it stands.
    assert (("", 0, 300, 0, 0) if first_line else ("", 1, 300, 0, 300)) == (await streams(run))[-1]


async def test_a_run_goes_on_after_rows_that_were_sent_again(run: LoggedRun) -> None:
    await send(run, timed(300))
    await run.compact()
    await send(run, turned(timed(300)), 300)
    await run.compact()

    await send(run, timed(50, 300, time=1.6e9), 300)
    await send(run, turned(timed(60, 300, time=1.6e9)), 350)
    while await run.compact():
        pass
    await send(run, timed(10, 360, time=1.7e9), 410)

    assert [*timed(300), *timed(60, 300, time=1.6e9), *timed(10, 360, time=1.7e9)] == await run.scan()
    assert [("", 0, 420, 0, 50)] == await streams(run)


async def test_of_rows_sent_again_those_that_are_missing_are_stored(run: LoggedRun) -> None:
    await send(run, timed(20))

    await send(run, turned(timed(31)), 20)

    assert timed(31) == await run.scan()
    assert [("", 0, 51, 0, 20)] == await streams(run)


async def test_many_requests_may_send_a_run_again(run: LoggedRun) -> None:
    await send(run, timed(1000))
    await run.compact()
    await send(run, timed(1000, 1000), 1000)

    for first in range(0, 2000, 300):
        await send(run, turned(timed(2000))[first : first + 300], 2000 + first)

    assert timed(2000) == await run.scan()


async def test_another_writer_that_sends_a_row_again_adds_nothing(run: LoggedRun) -> None:
    await send(run, timed(40), writer="one")

    for first in range(0, 60, 20):
        await send(run, turned(timed(60))[first : first + 20], first, writer="two")

    assert timed(60) == await run.scan()
    assert [("one", 0, 40, 0, 0), ("two", 0, 60, 0, 40)] == await streams(run)


async def test_the_same_request_again_changes_nothing(run: LoggedRun) -> None:
    await send(run, timed(20))
    for _ in range(3):
        await send(run, turned(timed(25)), 0)

    assert timed(25) == await run.scan()
    assert [("", 0, 20, 0, 0), ("", 1, 25, 0, 20)] == await streams(run)


async def test_an_overlap_with_rows_sent_again_is_trimmed(run: LoggedRun) -> None:
    await send(run, timed(20))
    await send(run, turned(timed(10)), 20)

    await send(run, turned(timed(25)), 20)

    assert timed(25) == await run.scan()
    assert [("", 0, 45, 0, 20)] == await streams(run)


async def test_late_lines_of_a_gap_are_stored_once(run: LoggedRun) -> None:
    await send(run, timed(10))
    await send(run, timed(10, 20), 20)
    await send(run, turned(timed(5, 10)), 30)

    await send(run, timed(10, 10), 10)

    assert timed(30) == await run.scan()
    assert [("", 0, 35, 0, 5)] == await streams(run)


async def test_rows_without_a_timestamp_are_never_merged(run: LoggedRun) -> None:
    rows: Rows = [{"_step": step, "loss": 1, "_timestamp": time} for step, time in enumerate([None, "1", True])]
    rows += [{"_step": 3, "loss": 1}]
    await send(run, rows)

    await send(run, turned(rows), 4)

    assert 8 == len(await run.scan())


async def test_a_step_logged_again_with_another_value_or_time_stays(run: LoggedRun) -> None:
    first = timed(10)
    await send(run, first)
    other_value = [{**row, "loss": row["loss"] + 1} for row in first]
    other_time = [{**row, "_timestamp": row["_timestamp"] + 1} for row in first]
    more = [{**row, "accuracy": 1} for row in first]

    for number, rows in enumerate([other_value, other_time, more], 1):
        await send(run, rows, 10 * number)

    assert 40 == len(await run.scan())
    assert [("", 0, 40, 0, 0)] == await streams(run)


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_every_kind_of_value_is_recognised(run: LoggedRun, is_compacted: bool) -> None:
    rows = [{**row, "_timestamp": 1.5e9 + number} for number, row in enumerate(STRANGE) if row is not None]
    rows.append({"_step": 5, "_timestamp": 3, "float": 1.0, "huge": 1e300, "exact": 2**53 + 1, "very": 10**300})
    await send(run, rows)
    if is_compacted:
        await run.compact()

    await send(run, [dict(reversed(row.items())) for row in rows], 0)

    assert len(rows) == len(await run.scan())
    assert (0, len(rows)) == (await streams(run))[-1][3:]


async def test_refused_lines_are_counted_apart_from_repeats(run: LoggedRun) -> None:
    await send(run, timed(5))

    await send(run, [None, *turned(timed(5)), None, *timed(1, 5)], 5)

    assert timed(6) == await run.scan()
    assert [("", 0, 13, 2, 5)] == await streams(run)


async def test_system_metrics_sent_again_from_line_0_are_stored_once(run: LoggedRun) -> None:
    rows: Rows = [{"_timestamp": 1.5e9 + number, "_runtime": number, "system.cpu": 0.5} for number in range(60)]
    await send(run, rows[:40], stream="events")
    await send(run, rows[40:], 40, stream="events")

    # What the second process wrote, sent again by itself: from its own line 0.
    await send(run, turned(rows[40:]), stream="events")
    await send(run, turned(rows), stream="events")

    assert [("", 0, 60, 0, 0), ("", 1, 20, 0, 20), ("", 2, 60, 0, 60)] == await streams(run)


async def test_two_that_send_the_same_rows_at_once_store_them_once(run: LoggedRun) -> None:
    rows = timed(200)
    await send(run, rows[:50])
    generator = random.Random(3)

    async def sync(writer: str) -> None:
        order = [dict(generator.sample(list(row.items()), len(row))) for row in rows]
        for first in range(0, 200, 20):
            await send(run, order[first : first + 20], first, writer=writer)

    async def compact() -> None:
        for _ in range(20):
            await run.compact()
            await asyncio.sleep(0.002)

    await asyncio.gather(sync("one"), sync("two"), sync("three"), compact())

    assert rows == await run.scan()
