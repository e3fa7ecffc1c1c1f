"""A block of lines as it is stored: a batch of the tail, or chunks where columns are worth them. Called by append.py.

Columns that are few rows become lines, which compaction joins with their neighbours; chunks are made only of so much
that a stream never has many of them: see `_is_worth_chunks`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import TIMESTAMP_KEY
from runfolio_server.errors import TooLarge
from runfolio_server.heavy_threads import HEAVY_BYTES, ITEMS_AT_ONCE, in_thread, in_thread_if
from runfolio_server.history.storage.chunk import POINTS_MAXIMUM, Chunk, NumberColumn, encode_columns
from runfolio_server.history.storage.key_columns import KeyColumn
from runfolio_server.history.storage.steps import step_range
from runfolio_server.history.storage.tail import pack_lines
from runfolio_server.ingest.batch import ColumnBlock, LineBlock

CHUNK_ROWS_MINIMUM = 4096
"""So many rows are chunks of their own; compaction joins what is smaller."""
FEWER_ROWS_MINIMUM = 256
"""Fewer rows are, where they have much data or begin the stream; below it they never are."""
MUCH_BYTES = 1024 * 1024
SEGMENT_BYTES_MAXIMUM = 4 * 1024 * 1024
"""Of values in a segment: what a reader decodes at once."""
CHUNKS_MAXIMUM = 10_000
"""Made at once; of very many columns rather the segments are larger."""
LINES_BYTES_MAXIMUM = 64 * 1024 * 1024
"""Of columns as lines, where each row repeats the keys."""
NUMBER_BYTES = 8
PUNCTUATION_BYTES = 4


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """What becomes of a block: `body` in the tail; or, where that is None, `chunks`.

    `has_times` tells whether any row has a timestamp; rows without are never repeats of others.
    `compared` is how many lines the stream had when the rows were compared with them, None when they have not been.
    """

    block: LineBlock | ColumnBlock
    steps: tuple[float, float] | None
    rejected: int
    body: bytes | None
    has_times: bool
    chunks: list[Chunk] = field(default_factory=list)
    repeated: int = 0
    compared: int | None = None


async def stored_block_of(block: LineBlock | ColumnBlock) -> StoredBlock:
    """Encode the block. Raises TooLarge for columns that would be too much as lines."""
    if isinstance(block, LineBlock):
        is_heavy = len(block.lines) > ITEMS_AT_ONCE or sum(map(len, block.lines)) > HEAVY_BYTES
        return await in_thread_if(is_heavy, _of_lines, block)
    return await in_thread(_of_columns, block)


def _of_lines(block: LineBlock) -> StoredBlock:
    steps, repeated = step_range(block.first_line, block.rows), len(block.repeats)
    has_times = any(row is not None and TIMESTAMP_KEY in row for row in block.rows)
    return StoredBlock(block, steps, block.rejected, pack_lines(block.lines), has_times, repeated=repeated)


def _of_columns(block: ColumnBlock) -> StoredBlock:
    size = sum(map(_bytes_of, block.columns.values()))
    if not _is_worth_chunks(block, size):
        return _of_lines(_lines_of(block, size))
    by_size = min(-(-size // SEGMENT_BYTES_MAXIMUM), CHUNKS_MAXIMUM // (1 + len(block.columns)))
    parts = max(-(-block.count // POINTS_MAXIMUM), min(by_size, block.count))
    steps = block.steps()
    chunks: list[Chunk] = []
    bounds = [block.first_line + block.count * index // parts for index in range(parts + 1)]
    for first, past in pairwise(bounds):
        part = block.part(first, past)
        numbers = {key: one for key, one in part.columns.items() if isinstance(one, NumberColumn)}
        others = {key: one for key, one in part.columns.items() if isinstance(one, KeyColumn)}
        of_part = steps[first - block.first_line : past - block.first_line]
        chunks += encode_columns(first, of_part, numbers, part.rows(others) if others else ())
    reached = (float(steps.min()), float(steps.max()))
    return StoredBlock(block, reached, len(block.incomplete), None, TIMESTAMP_KEY in block.columns, chunks)


def _is_worth_chunks(block: ColumnBlock, size: int) -> bool:
    """Whether the rows are so many, or so large, that nobody can make a swarm of such segments.

    Those that are at least as many as all lines before them are few: each doubles the stream.
    """
    if block.count >= CHUNK_ROWS_MINIMUM:
        return True
    return block.count >= FEWER_ROWS_MINIMUM and (size >= MUCH_BYTES or block.count >= block.first_line)


def _lines_of(block: ColumnBlock, size: int) -> LineBlock:
    of_keys = sum(
        (len(key.encode("utf-8", "backslashreplace")) + PUNCTUATION_BYTES) * len(one.lines)
        for key, one in block.columns.items()
    )
    if size + of_keys > LINES_BYTES_MAXIMUM:
        raise TooLarge(
            f"input.columns would be {size + of_keys} bytes of lines; allowed: {LINES_BYTES_MAXIMUM}, or at least "
            f"{CHUNK_ROWS_MINIMUM} rows at once",
            path="input.columns",
        )
    return block.as_lines()


def _bytes_of(column: NumberColumn | KeyColumn) -> int:
    if isinstance(column, KeyColumn):
        return len(json_text.dump(column.values))
    return NUMBER_BYTES * len(column.values)
