"""Tail to chunks: the lines of a stream, encoded by key and swapped for the batches they came in.

Called by the worker, in its own process: in the API's loop it would multiply the wait of requests. Killed anywhere, it
leaves the tail or the chunks, never both: nothing is held while it encodes, and the swap is one short transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from runfolio_server.history.storage.chunk import POINTS_MAXIMUM, Chunk
from runfolio_server.history.storage.segment_builder import SegmentBuilder
from runfolio_server.history.storage.tail import parse_lines, unpack_lines
from runfolio_server.sql.history.compaction import (
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
from runfolio_server.sql.history.history import StoredRow
from runfolio_server.sql.pool import Connection, Database

LEASE_S = 120.0
SEGMENT_BYTES_MAXIMUM = 16 * 1024 * 1024
"""About what a segment takes in memory while it is put together, and when a reader wants all of it."""
TAIL_BYTES_AT_ONCE = 2 * 1024 * 1024
"""Of batches after compression, read by one statement; one batch may be more."""
TEXT_BYTES_AT_ONCE = 4 * 1024 * 1024
"""Of lines that stand as parsed rows."""

CHUNKS_PER_STATEMENT = 2_000

MERGED_SEGMENTS = 8
MERGED_BELOW_ROWS = (1024, 8192)
"""So many neighbours smaller than one of these sizes become one, so that a long run has few segments."""
MERGED_BYTES_MAXIMUM = 8 * 1024 * 1024
MERGED_VALUES_MAXIMUM = 1_500_000
"""Of chunks that are read again to be merged."""

OfStream: TypeAlias = tuple[UUID, str, str, int]


class _SomebodyElseWon(Exception):
    """What was encoded is not what the database holds any more."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A batch that was read from the tail."""

    line0: int
    n: int
    size: int


@dataclass(frozen=True, slots=True)
class _Merged:
    """Segments that go into the next one: their first line, the line past them, and their chunks."""

    first: int
    past: int
    chunks: list[StoredRow]


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
        tail = await _tail_from(connection, of_stream, 0)
        merged = await _segments_to_merge(connection, of_stream, lease.gapless_from, tail[0]) if tail else None

    # First line, past the last line, and how many chunks there are of what was read again.
    replaced = None if merged is None else (merged.first, merged.past, len(merged.chunks))
    segments = _Segments(merged)
    del merged
    taken: list[_Taken] = []
    while tail:
        for batch in tail:
            if taken and segments.would_split(batch):
                break
            segments.add(batch)
            taken.append(_Taken(batch.line0, batch.n, len(batch.body)))
        else:
            if not segments.is_enough:
                async with database.connection() as connection:
                    tail = await _tail_from(connection, of_stream, tail[-1].line0 + 1)
                continue
        break

    chunks = segments.chunks()
    try:
        async with database.transaction() as connection:
            await _swap(connection, of_stream, lease.lease, taken, replaced, chunks)
    except _SomebodyElseWon:
        return 0
    return sum(batch.n for batch in taken)


class _Segments:
    """Ranges of lines without gaps, within the bounds of a segment, put together batch by batch."""

    def __init__(self, merged: _Merged | None) -> None:
        self._open: SegmentBuilder | None = None
        self._chunks: list[Chunk] = []
        if merged is not None:
            self._open = SegmentBuilder(merged.first)
            self._open.add_chunks(merged.chunks, merged.past)

    @property
    def is_enough(self) -> bool:
        """Whether a segment is full: what comes next can wait for the next time."""
        return bool(self._chunks) or (self._open is not None and self._is_full(self._open))

    def would_split(self, batch: TailRow) -> bool:
        """Whether the batch would end a segment that is large enough as it is, and begin one that may stay small."""
        found = self._open
        return found is not None and found.room < batch.n and found.room <= POINTS_MAXIMUM // 2

    def add(self, batch: TailRow) -> None:
        """The next batch, a part at a time."""
        if self._open is not None and self._open.past != batch.line0:
            self._close()
        lines = unpack_lines(batch.body)
        first = 0
        while first < len(lines):
            found = self._open = self._open or SegmentBuilder(batch.line0 + first)
            past, size = first, 0
            while past < len(lines) and past - first < found.room and size < TEXT_BYTES_AT_ONCE:
                size += len(lines[past])
                past += 1
            found.add_rows(parse_lines(lines[first:past]), size)
            first = past
            if self._is_full(found):
                self._close()

    def chunks(self) -> list[Chunk]:
        """Those of every segment."""
        self._close()
        return self._chunks

    @staticmethod
    def _is_full(segment: SegmentBuilder) -> bool:
        return segment.room == 0 or segment.size >= SEGMENT_BYTES_MAXIMUM

    def _close(self) -> None:
        if self._open is not None:
            self._chunks += self._open.chunks()
            self._open = None


async def _tail_from(connection: Connection, of_stream: OfStream, first_line: int) -> list[TailRow]:
    return await connection.rows(SELECT_TAIL, *of_stream, first_line, POINTS_MAXIMUM, TAIL_BYTES_AT_ONCE)


async def _segments_to_merge(
    connection: Connection, of_stream: OfStream, gapless_from: int, batch: TailRow
) -> _Merged | None:
    """The small segments right before the tail, when they are many enough; `batch` is the first of the tail.

    From `gapless_from` on no line was missing, and none before the batch is in the tail: they are neighbours, and stay
    so while nobody else takes the lease.
    """
    if gapless_from >= batch.line0:
        return None
    bounds = (gapless_from, batch.line0, 4 * MERGED_SEGMENTS)
    rows_maximum = min(POINTS_MAXIMUM // 2, MERGED_VALUES_MAXIMUM // _width_of(batch))
    first = _first_to_merge(await connection.rows(SELECT_LAST_SEGMENTS, *of_stream, *bounds), rows_maximum)
    if first is None:
        return None
    found = await connection.rows(
        SELECT_SEGMENT_CHUNKS, *of_stream, first, batch.line0, MERGED_BYTES_MAXIMUM, MERGED_VALUES_MAXIMUM
    )
    return _Merged(first, batch.line0, found) if found else None


def _width_of(batch: TailRow) -> int:
    """About how many values a row has: those of the last line."""
    row = parse_lines(unpack_lines(batch.body)[-1:])[0]
    return 1 + len(row or ())


def _first_to_merge(newest_first: Sequence[SegmentRow], rows_maximum: int) -> int | None:
    """The first line of the oldest segment to merge; None when the newest ones are large or few."""
    first = None
    for limit in MERGED_BELOW_ROWS:
        small = []
        for segment in newest_first:
            # What is half as large as can be stays as it is, and there must be room for the tail.
            is_small = segment.n < min(limit, rows_maximum // 2)
            if not is_small or newest_first[0].line1 - segment.segment >= rows_maximum:
                break
            small.append(segment)
        if len(small) >= MERGED_SEGMENTS:
            first = small[-1].segment
    return first


async def _swap(
    connection: Connection,
    of_stream: OfStream,
    lease: datetime,
    taken: Sequence[_Taken],
    replaced: tuple[int, int, int] | None,
    chunks: Sequence[Chunk],
) -> None:
    """Put the chunks in the place of what they were made of. Raises _SomebodyElseWon when it is not there any more."""
    # The stream's row first, as ingest does: who holds it changes the tail.
    released = await connection.execute(
        RELEASE_LEASE,
        *of_stream,
        lease,
        max((batch.line0 + batch.n for batch in taken), default=0),
        sum(batch.n for batch in taken),
        sum(batch.size for batch in taken),
    )
    if released != 1:
        raise _SomebodyElseWon
    if await connection.execute(DELETE_TAIL, *of_stream, [batch.line0 for batch in taken]) != len(taken):
        raise _SomebodyElseWon
    if replaced is not None:
        first, past, count = replaced
        if await connection.execute(DELETE_SEGMENTS, *of_stream, first, past) != count:
            raise _SomebodyElseWon
    # So that a line with very many keys costs many short statements and no one that is too long.
    for first in range(0, len(chunks), CHUNKS_PER_STATEMENT):
        await _insert(connection, of_stream, chunks[first : first + CHUNKS_PER_STATEMENT])


async def _insert(connection: Connection, of_stream: OfStream, chunks: Sequence[Chunk]) -> None:
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
