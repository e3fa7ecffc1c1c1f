"""Runs that are logged to in columns: what is sent, and how it lies in the database. For tests of server/."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from runfolio_server.sql.named import Query
from tests.sent_columns import columns_input
from tests.server.test_append_history import append
from tests.service import Answer, Service
from tests.unit.history_rows import seen

Row = dict[str, Any]


class SegmentRow(msgspec.Struct, frozen=True):
    """A segment: its first line and rows."""

    line0: int
    n: int


SELECT_SEGMENTS = Query(
    "select_segments",
    r"SELECT segment, n FROM history_chunk WHERE key = '\#' ORDER BY run_id, epoch, line0",
    SegmentRow,
)
SELECT_TAIL = Query("select_tail", "SELECT line0, n FROM history_tail ORDER BY line0", SegmentRow)


def row(number: int) -> Row:
    """A row of every kind of value."""
    found: Row = {"_step": number, "loss": 1 / (number + 1), "count": number * 2**40, "text": f"ж {number}"}
    if number % 3 == 0:
        found |= {"sparse": -0.0 if number % 2 else math.inf, "mixed": number if number % 2 else number + 0.5}
    if number % 1000 == 7:
        found |= {"nested": {"key": number, "list": [1, 2.0, None]}, "huge": 2**70, "nothing": None, "sure": True}
    return found


def rows(first: int, past: int) -> list[Row]:
    """The rows of these numbers."""
    return [row(number) for number in range(first, past)]


async def send(service: Service, run: Row, offset: int, sent: Sequence[Row], **fields: object) -> Answer:
    """Append rows as columns, as the writer `w`."""
    return await append(service, run, offset, [], columns=columns_input(sent), **fields)


async def segments(service: Service) -> list[tuple[int, int]]:
    """First line and rows of every segment in the database."""
    async with service.database.connection() as connection:
        return [(found.line0, found.n) for found in await connection.rows(SELECT_SEGMENTS)]


async def tail(service: Service) -> list[tuple[int, int]]:
    """First line and rows of every batch of the tail in the database."""
    async with service.database.connection() as connection:
        return [(found.line0, found.n) for found in await connection.rows(SELECT_TAIL)]


def same(wanted: Sequence[Row], found: Sequence[Row]) -> bool:
    """Whether these are the same rows, type for type and bit for bit."""
    return [seen(one) for one in wanted] == [seen(one) for one in found]


async def told(service: Service, run: Row, fields: str) -> Row:
    """These fields of the run."""
    query = f'query($r: String!) {{ project(name: "p") {{ run(name: $r) {{ {fields} }} }} }}'
    found: Row = (await service.graphql(query, r=run["name"])).data["project"]["run"]
    return found


async def truncate(service: Service) -> None:
    """Forget the history of all runs."""
    async with service.database.connection() as connection:
        await connection.script("TRUNCATE history_tail, history_chunk, run_stream")
