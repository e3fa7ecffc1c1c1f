"""A run in the database and what was logged to it, for tests of history that go round the API."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from runfolio_server.answer_budget import AnswerBudget
from runfolio_server.history.reading.sample import sample
from runfolio_server.history.reading.scan import Position, scan
from runfolio_server.history.storage.steps import step_of
from runfolio_server.ingest.append import append_batch
from runfolio_server.ingest.batch import Batch, LineBlock
from runfolio_server.ingest.compact import compact_stream
from runfolio_server.sql.named import NoRow, Query
from runfolio_server.sql.pool import Database

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
        batch = Batch(writer=writer, blocks=[LineBlock.received("history", first_line, lines, list(rows), ())])
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
            page = await scan(self.database, self.run_id, "history", after=after, limit=limit, **arguments)
            found += map(json.loads, page.rows)
            assert len(page.rows) == limit or not page.has_next
            if not page.has_next:
                return found
            after = page.end

    async def sample(self, budget: AnswerBudget | None = None, **arguments: Any) -> list[dict[str, Any]]:
        with (budget or AnswerBudget()).reading("rows") as reading:
            texts = await sample(self.database, self.run_id, "history", reading=reading, **arguments)
        return [json.loads(text) for text in texts]

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
