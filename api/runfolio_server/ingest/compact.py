"""Tail to chunks: the lines of a stream, encoded by key and swapped for the batches they came in.

Called by the worker, in its own process: in the API's loop it would multiply the wait of requests. Killed anywhere, it
leaves the tail or the chunks, never both: nothing is held while it encodes, and the swap is one short transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from runfolio_server.history.chunk import POINTS_MAXIMUM, Chunk, encode_segment
from runfolio_server.history.pieces import pieces_of
from runfolio_server.history.tail import parse_lines, unpack_lines
from runfolio_server.sql.history import (
    DELETE_SEGMENTS,
    DELETE_TAIL,
    INSERT_CHUNKS,
    RELEASE_LEASE,
    SELECT_LAST_SEGMENTS,
    SELECT_SEGMENT_CHUNKS,
    SELECT_STREAMS_TO_COMPACT,
    SELECT_TAIL,
    TAKE_LEASE,
    SegmentRow,
    TailedStreamRow,
    TailRow,
)
from runfolio_server.sql.pool import Connection, Database

LEASE_S = 120.0
SEGMENT_BYTES_MAXIMUM = 8 * 1024 * 1024
"""Of lines before compression: what is parsed, and decoded again by a reader, at once."""
TAIL_BYTES_MAXIMUM = 2 * 1024 * 1024
"""Of batches after compression, read at once; one batch may be more."""

CHUNKS_PER_STATEMENT = 10_000

MERGED_SEGMENTS = 8
MERGED_BELOW_ROWS = (1024, 8192)
"""So many neighbours smaller than one of these sizes become one, so that a long run has few segments."""
MERGED_BYTES_MAXIMUM = 1024 * 1024
MERGED_VALUES_MAXIMUM = 1_000_000
"""Of chunks that are read again to be merged."""

Row = dict[str, Any] | None


class _SomebodyElseWon(Exception):
    """What was encoded is not what the database holds any more."""


@dataclass(frozen=True, slots=True)
class _Merged:
    """Segments that go into the next one: their lines, first and past last, and how many chunks they have."""

    first: int
    past: int
    rows: list[Row]
    chunk_count: int


async def streams_to_compact(connection: Connection, limit: int) -> list[TailedStreamRow]:
    """Streams with a tail worth compacting, or whose run is over or has been silent for minutes; the largest first."""
    return await connection.rows(SELECT_STREAMS_TO_COMPACT, limit)


async def compact_stream(database: Database, run_id: UUID, stream: str, writer: str, epoch: int) -> int:
    """Compact the first lines of the tail; how many, 0 when there was nothing to do or somebody else does it.

    Bounded in time and memory: call it again until it answers 0. Late lines of a gap get a segment of their own.
    """
    of_stream = (run_id, stream, writer, epoch)
    async with database.connection() as connection:
        lease = await connection.row(TAKE_LEASE, *of_stream, LEASE_S)
        if lease is None:
            return 0
        tail = await connection.rows(SELECT_TAIL, *of_stream, POINTS_MAXIMUM, TAIL_BYTES_MAXIMUM)
        merged = await _segments_to_merge(connection, of_stream, lease.gapless_from, tail[0].line0) if tail else None

    chunks = [chunk for first_line, rows in _segments(tail, merged) for chunk in encode_segment(first_line, rows)]
    try:
        async with database.transaction() as connection:
            await _swap(connection, of_stream, lease.lease, tail, merged, chunks)
    except _SomebodyElseWon:
        return 0
    return sum(batch.n for batch in tail)


async def _segments_to_merge(
    connection: Connection, of_stream: tuple[UUID, str, str, int], gapless_from: int, first_line: int
) -> _Merged | None:
    """The small segments right before the tail, when they are many enough.

    From `gapless_from` on no line was missing, and none before `first_line` is in the tail: they are neighbours, and
    stay so while nobody else takes the lease.
    """
    if gapless_from >= first_line:
        return None
    bounds = (gapless_from, first_line, 4 * MERGED_SEGMENTS)
    first = _first_to_merge(await connection.rows(SELECT_LAST_SEGMENTS, *of_stream, *bounds))
    if first is None:
        return None
    found = await connection.rows(
        SELECT_SEGMENT_CHUNKS, *of_stream, first, first_line, MERGED_BYTES_MAXIMUM, MERGED_VALUES_MAXIMUM
    )
    if not found:
        return None
    rows: list[Row] = [None] * (first_line - first)
    for piece in pieces_of(found):
        for line, row in zip(piece.lines.tolist(), piece.rows(np.arange(len(piece.lines))), strict=True):
            rows[line - first] = row
    return _Merged(first, first_line, rows, len(found))


def _first_to_merge(newest_first: Sequence[SegmentRow]) -> int | None:
    """The first line of the oldest segment to merge; None when the newest ones are large or few."""
    first = None
    for limit in MERGED_BELOW_ROWS:
        small = []
        for segment in newest_first:
            # Half of the lines are left for the tail.
            if segment.n >= limit or newest_first[0].line1 - segment.segment >= POINTS_MAXIMUM // 2:
                break
            small.append(segment)
        if len(small) >= MERGED_SEGMENTS:
            first = small[-1].segment
    return first


def _segments(tail: Sequence[TailRow], merged: _Merged | None) -> Iterator[tuple[int, list[Row]]]:
    """Ranges of lines without gaps, within the bounds of a segment: the first line and the rows of each."""
    first, rows = (0, []) if merged is None else (merged.first, list(merged.rows))
    size = 0
    for batch in tail:
        if rows and batch.line0 != first + len(rows):
            yield first, rows
            rows, size = [], 0
        lines = unpack_lines(batch.body)
        for number, (line, row) in enumerate(zip(lines, parse_lines(lines), strict=True), batch.line0):
            if rows and (len(rows) == POINTS_MAXIMUM or size + len(line) > SEGMENT_BYTES_MAXIMUM):
                yield first, rows
                rows, size = [], 0
            if not rows:
                first = number
            rows.append(row)
            size += len(line)
    if rows:
        yield first, rows


async def _swap(
    connection: Connection,
    of_stream: tuple[UUID, str, str, int],
    lease: datetime,
    tail: Sequence[TailRow],
    merged: _Merged | None,
    chunks: Sequence[Chunk],
) -> None:
    """Put the chunks in the place of what they were made of. Raises _SomebodyElseWon when it is not there any more."""
    # The stream's row first, as ingest does: who holds it changes the tail.
    released = await connection.execute(
        RELEASE_LEASE,
        *of_stream,
        lease,
        max((batch.line0 + batch.n for batch in tail), default=0),
        sum(batch.n for batch in tail),
        sum(len(batch.body) for batch in tail),
    )
    if released != 1:
        raise _SomebodyElseWon
    if await connection.execute(DELETE_TAIL, *of_stream, [batch.line0 for batch in tail]) != len(tail):
        raise _SomebodyElseWon
    if merged is not None:
        deleted = await connection.execute(DELETE_SEGMENTS, *of_stream, merged.first, merged.past)
        if deleted != merged.chunk_count:
            raise _SomebodyElseWon
    # So that a line with very many keys costs many short statements and no one that is too long.
    for first in range(0, len(chunks), CHUNKS_PER_STATEMENT):
        await _insert(connection, of_stream, chunks[first : first + CHUNKS_PER_STATEMENT])


async def _insert(connection: Connection, of_stream: tuple[UUID, str, str, int], chunks: Sequence[Chunk]) -> None:
    await connection.execute(
        INSERT_CHUNKS,
        *of_stream,
        [chunk.key for chunk in chunks],
        [chunk.line0 for chunk in chunks],
        [chunk.line1 for chunk in chunks],
        [chunk.segment for chunk in chunks],
        [chunk.n for chunk in chunks],
        [chunk.kind for chunk in chunks],
        [chunk.step_low for chunk in chunks],
        [chunk.step_high for chunk in chunks],
        [chunk.low for chunk in chunks],
        [chunk.high for chunk in chunks],
        [chunk.first for chunk in chunks],
        [chunk.last for chunk in chunks],
        [chunk.lines for chunk in chunks],
        [chunk.data for chunk in chunks],
    )
