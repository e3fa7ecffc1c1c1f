"""History in the database: tail and chunks read alike, whatever compaction does meanwhile."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from runfolio_server.history.chunk import POINTS_MAXIMUM
from runfolio_server.history.key_path import find, has
from runfolio_server.history.keys import last_row, list_keys
from runfolio_server.history.sample import sample
from runfolio_server.history.scan import Position, scan
from runfolio_server.history.steps import step_of
from runfolio_server.ingest.append import append_batch
from runfolio_server.ingest.batch import Batch, LineBlock
from runfolio_server.ingest.compact import compact_stream, streams_to_compact
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Connection, Database
from tests.unit.history_rows import seen

pytestmark = pytest.mark.anyio

Row = dict[str, Any] | None

INSERT_RUN = Query(
    "insert_run",
    """
    WITH entity AS (INSERT INTO entities (name) VALUES ('e' || $1) RETURNING entity_id),
    person AS (INSERT INTO users (entity_id) SELECT entity_id FROM entity RETURNING user_id),
    project AS (
      INSERT INTO projects (entity_id, name, created_by) SELECT entity_id, 'p', user_id FROM entity, person
      RETURNING project_id, created_by
    )
    INSERT INTO runs (run_id, project_id, name, display_name, state, created_by)
    SELECT $1::text::uuid, project_id, 'r', 'r', 'running', created_by FROM project
    """,
    NoRow,
)
END_LEASES = Query("end_leases", "UPDATE run_stream SET lease = now() - interval '1 second' WHERE run_id = $1", NoRow)
FINISH_RUN = Query("finish_run", "UPDATE runs SET state = 'finished' WHERE run_id = $1", NoRow)


class ChunkRow(msgspec.Struct, frozen=True):
    """A chunk without its data."""

    key: str
    line0: int
    n: int


SELECT_CHUNKS = Query(
    "select_chunks", "SELECT key, line0, n FROM history_chunk WHERE run_id = $1 ORDER BY key, line0", ChunkRow
)


@dataclass(slots=True)
class LoggedRun:
    """A run in the database, and what was logged to it."""

    database: Database
    run_id: UUID
    logged: list[tuple[Position, dict[str, Any]]] = field(default_factory=list)

    async def log(self, rows: Sequence[Row], *, first_line: int = 0, writer: str = "", epoch: int = 0) -> None:
        lines = [b"" if row is None else json.dumps(row).encode() for row in rows]
        batch = Batch(writer=writer, blocks=[LineBlock.received("history", first_line, lines, list(rows))])
        await append_batch(self.database, self.run_id, batch)
        self.logged += [
            (Position(step_of(row, line), epoch, writer, line), row)
            for line, row in enumerate(rows, first_line)
            if row is not None
        ]

    async def compact(self, *, writer: str = "", epoch: int = 0) -> int:
        return await compact_stream(self.database, self.run_id, "history", writer, epoch)

    async def scan(self, limit: int = 1000, **arguments: Any) -> list[dict[str, Any]]:
        """Every row, page by page."""
        found: list[dict[str, Any]] = []
        after = None
        while True:
            async with self.database.connection() as connection:
                page = await scan(connection, self.run_id, "history", after=after, limit=limit, **arguments)
            found += map(json.loads, page.rows)
            assert len(page.rows) == limit or not page.has_next
            if not page.has_next:
                return found
            after = page.end

    async def sample(self, **arguments: Any) -> list[dict[str, Any]]:
        async with self.database.connection() as connection:
            return [json.loads(text) for text in await sample(connection, self.run_id, "history", **arguments)]

    async def chunk_keys(self) -> list[tuple[str, int, int]]:
        """Key, first line and number of values of every chunk."""
        async with self.database.connection() as connection:
            return [(row.key, row.line0, row.n) for row in await connection.rows(SELECT_CHUNKS, self.run_id)]

    def expected(self) -> list[dict[str, Any]]:
        return [row for _, row in sorted(self.logged, key=lambda pair: pair[0])]


@pytest.fixture
async def run(database: Database) -> LoggedRun:
    run_id = uuid4()
    async with database.connection() as connection:
        await connection.execute(INSERT_RUN, str(run_id))
    return LoggedRun(database, run_id)


def steps(count: int, start: int = 0) -> list[Row]:
    return [{"_step": step, "loss": 1 / (step + 1)} for step in range(start, start + count)]


STRANGE: list[Row] = [
    {"_step": 0, "a": 1, "nested": {"key": 2}, "nested.key": 3},
    {"_step": 1, "a": 1.0, "b": float("nan"), "": None},
    None,
    {"_step": 1, "a": -0.0, "b": float("-inf"), "text": "\0\ud800", "list": []},
    {"_step": 7.5, "a": 2**62 + 1, "empty": {}},
    {},
    {"a": 2**70 + 1, "_step": "seven"},
    {"_step": 3, "a": "text", "media": {"_type": "histogram", "values": [1, 2.0]}},
    {"_step": 2**62, "a": True, "nested": {"key": {"deep": None}}},
    {"_step": -4, "a": None, "val.acc": 0.5, "train/loss": 0.25},
]


def shuffled_rows(generator: random.Random, count: int) -> list[Row]:
    return [
        None
        if generator.random() < 0.05
        else {**generator.choice([row or {} for row in STRANGE]), "_step": generator.randrange(30)}
        for _ in range(count)
    ]


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_rows_come_back_as_they_were_logged(run: LoggedRun, is_compacted: bool) -> None:
    await run.log(STRANGE)
    if is_compacted:
        assert await run.compact() == len(STRANGE)

    assert [seen(row) for row in await run.scan()] == [seen(row) for row in run.expected()]
    assert [seen(row) for row in await run.scan(limit=2)] == [seen(row) for row in run.expected()]


@pytest.mark.parametrize("seed", range(8))
async def test_a_scan_is_the_same_wherever_compaction_stands(run: LoggedRun, seed: int) -> None:
    generator = random.Random(seed)
    next_line = {"": 0, "other": 0}
    for _ in range(30):
        writer = generator.choice(["", "other"])
        if generator.random() < 0.4:
            await run.compact(writer=writer)
            continue
        rows = shuffled_rows(generator, generator.randrange(1, 20))
        await run.log(rows, first_line=next_line[writer], writer=writer)
        next_line[writer] += len(rows)
    expected = run.expected()

    for limit in (1000, 7):
        assert [seen(row) for row in await run.scan(limit=limit)] == [seen(row) for row in expected]
    assert [seen(row) for row in await run.scan(limit=5, min_step=3, max_step=17)] == [
        seen(row) for row in expected if 3 <= row["_step"] < 17
    ]
    for keys in (["a"], ["nested.key"], ["nested"], ["a", "val.acc"], ["missing"], ["_step", "b"]):
        wanted = [
            {"_step": row["_step"], **{key: find(row, key) for key in keys}}
            for row in expected
            if all(has(row, key) for key in keys)
        ]
        assert [seen(row) for row in await run.scan(limit=6, keys=keys)] == [seen(row) for row in wanted]
        assert [seen(row) for row in await run.sample(keys=keys, samples=1000)] == [seen(row) for row in wanted]
    assert [seen(row) for row in await run.sample(samples=1000)] == [seen(row) for row in expected]


async def test_compaction_may_run_between_any_two_pages(run: LoggedRun) -> None:
    found: list[int] = []
    after = None
    for batch in range(20):
        await run.log(steps(10, batch * 10), first_line=batch * 10)
    while True:
        async with run.database.connection() as connection:
            page = await scan(connection, run.run_id, "history", after=after, limit=7)
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

    slow = SlowDatabase(run.database._pool, wait_s=5)

    assert await compact_stream(slow, run.run_id, "history", "", 0) == 0
    assert await run.scan() == steps(10)
    assert len(await run.chunk_keys()) == 3


async def test_late_lines_of_a_gap_are_read_in_their_place(run: LoggedRun) -> None:
    await run.log(steps(10))
    await run.log(steps(10, 20), first_line=20)
    assert await run.compact() == 20
    await run.log(steps(10, 10), first_line=10)

    assert await run.scan() == steps(30)
    assert await run.compact() == 10
    assert await run.scan() == steps(30)
    assert [row["_step"] for row in await run.sample(samples=3)] == [0, 14, 29]


async def test_a_new_epoch_follows_at_equal_steps(run: LoggedRun) -> None:
    await run.log(steps(5))
    await run.compact()
    await run.log([{"_step": step, "again": True} for step in range(5)], epoch=1)

    assert await run.scan(limit=3) == run.expected()
    await run.compact(epoch=1)
    assert await run.scan(limit=3) == run.expected()


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


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_a_sample_keeps_the_extremes_and_the_ends(run: LoggedRun, is_compacted: bool) -> None:
    generator = random.Random(3)
    rows: list[Row] = [{"_step": step, "loss": generator.random(), "acc": generator.random()} for step in range(5000)]
    rows[1234] = {"_step": 1234, "loss": 9.0, "acc": 0.5}
    rows[4321] = {"_step": 4321, "loss": 0.5, "acc": -9}
    rows[77] = {"_step": 77, "loss": float("nan"), "acc": 0.5}
    await run.log(rows)
    if is_compacted:
        await run.compact()

    found = await run.sample(keys=["loss", "acc"], samples=100)

    assert 80 <= len(found) <= 100
    assert found == [row for row in rows if row in found]
    assert {0, 1234, 4321, 4999} <= {row["_step"] for row in found}
    assert found == await run.sample(keys=["loss", "acc"], samples=100)


async def test_a_sample_of_whole_rows_is_evenly_spaced(run: LoggedRun) -> None:
    for batch in range(10):
        await run.log(steps(100, batch * 100), first_line=batch * 100)
        if batch % 2:
            await run.compact()

    found = await run.sample(samples=5)

    assert [row["_step"] for row in found] == [0, 250, 500, 749, 999]
    assert all("loss" in row for row in found)


async def test_a_sample_can_be_drawn_over_another_axis(run: LoggedRun) -> None:
    await run.log(
        [
            {"_step": step, "loss": step, "time": step * 2.0} if step % 2 else {"_step": step, "loss": 1}
            for step in range(10)
        ]
    )

    assert await run.sample(keys=["loss"], x_axis="time", samples=500) == [
        {"_step": step, "time": step * 2.0, "loss": step} for step in range(1, 10, 2)
    ]


@pytest.mark.parametrize("is_compacted", [False, True])
async def test_keys_are_listed_with_counts_and_last_values(run: LoggedRun, is_compacted: bool) -> None:
    await run.log([{"_step": 5, "loss": 2, "note": "a"}, {"_step": 7, "loss": float("nan"), "nested": {"key": 1}}])
    if is_compacted:
        await run.compact()
    await run.log([{"_step": 9, "loss": "bad", "nested.key": 0.5}], first_line=2)
    other = uuid4()

    async with run.database.connection() as connection:
        found = await list_keys(connection, [run.run_id, other], "history")

    assert found[other] == []
    assert [
        (key.name, key.count, key.number_count, key.first_step, key.last_step, key.last) for key in found[run.run_id]
    ] == [
        ("_step", 3, 3, 5, 9, "9"),
        ("loss", 3, 2, 5, 9, '"bad"'),
        ("nested.key", 2, 2, 7, 9, "0.5"),
        ("note", 1, 0, 5, 5, '"a"'),
    ]
    assert [(key.low, key.high) for key in found[run.run_id]] == [(5, 9), (2, 2), (0.5, 1), (None, None)]


async def test_the_last_row_is_the_last_in_order_of_step(run: LoggedRun) -> None:
    async with run.database.connection() as connection:
        assert await last_row(connection, run.run_id, "history") is None
    await run.log([{"_step": 1}, {"_step": 9, "a": 1}, {"_step": 9, "a": 2}, {"_step": 3}])

    async with run.database.connection() as connection:
        assert await last_row(connection, run.run_id, "history") == '{"_step":9,"a":2}'
    await run.compact()
    async with run.database.connection() as connection:
        assert await last_row(connection, run.run_id, "history") == '{"_step":9,"a":2}'


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


async def test_steps_at_the_ends_of_float64_do_not_break_a_scan(run: LoggedRun) -> None:
    rows: list[Row] = [{"_step": step} for step in (-1.7e308, 5e-324, 1e-300, 0, 1.7e308, 2**1000)]
    await run.log(rows[:3])
    await run.compact()
    await run.log(rows[3:], first_line=3)

    assert [seen(row) for row in await run.scan(limit=1)] == [seen(row) for row in run.expected()]
    assert await run.scan(limit=1, min_step=5e-324, max_step=1e300) == [{"_step": 5e-324}, {"_step": 1e-300}]
