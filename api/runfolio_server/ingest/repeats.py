"""Which rows of a block the run has already, under other numbers. Called by append.py where steps do not rise.

Somebody sends them again: an offline run is synced twice, or after a crash. First only timestamps are read; of rows
that have one of the block's, then all values. Time and memory go with the block and with the pieces that its steps lie
in. A row that compaction moves meanwhile is seen, because each statement sees all rows; one that is stored meanwhile is
not, and ingest_lines notices.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import numpy as np

from runfolio_server.domain.history_line import STEP_KEY, TIMESTAMP_KEY
from runfolio_server.heavy_threads import in_thread, in_thread_if
from runfolio_server.history.reading.scan import Span, fetch_rows
from runfolio_server.history.storage.cells import Floats, Indices
from runfolio_server.history.storage.steps import step_range
from runfolio_server.history.storage.stored_rows import StoredRows, is_heavy, stored_rows_of
from runfolio_server.history.storage.tail import parse_lines
from runfolio_server.ingest.batch import ColumnBlock, LineBlock
from runfolio_server.ingest.row_identity import identity_of, time_of
from runfolio_server.sql.pool import Database

NO_REPEATS: Final = -1
"""Told to ingest_lines of rows that cannot be repeats."""
TIMES_AT_ONCE = 100_000
"""Stored rows of which a statement reads the timestamps."""
BYTES_AT_ONCE = 8 * 1024 * 1024
"""Of stored rows, told as lines, of which a statement reads everything; a segment is read whole."""
ROWS_AT_ONCE = 500
"""Rows that stand in memory."""
PARTS_MAX = 64
"""Into so many parts a block of columns is cut; one that would be cut into more becomes lines."""


async def without_repeats(
    database: Database, run_id: UUID, block: LineBlock | ColumnBlock
) -> list[LineBlock | ColumnBlock]:
    """The same lines in order, perhaps as several blocks, without the rows that are stored already."""
    times, span = await in_thread(_times_and_span, block)
    reached = await _span_of_times(database, run_id, block.stream, span, times)
    if reached is None:
        return [block]
    lines = await in_thread(_lines_by_identity, block, times)
    repeats: set[int] = set()
    rows_wanted = max(1, BYTES_AT_ONCE * block.count // _bytes_of(block))
    async for stored, of_page in _pages(database, run_id, block.stream, reached, rows_wanted):
        for piece in stored:
            found = await in_thread(_indices, piece, of_page, times)
            for first in range(0, len(found), ROWS_AT_ONCE):
                repeats |= await in_thread(_lines_like, lines, piece, found[first : first + ROWS_AT_ONCE])
    return await in_thread(_cut, block, repeats) if repeats else [block]


async def _span_of_times(database: Database, run_id: UUID, stream: str, span: Span, times: Floats) -> Span | None:
    """Between which steps there are stored rows that have one of these timestamps; None: there are none."""
    low, high = math.inf, -math.inf
    async for stored, of_page in _pages(database, run_id, stream, span, TIMES_AT_ONCE):
        for piece in stored:
            steps = piece.steps[await in_thread(_indices, piece, of_page, times)]
            if len(steps):
                low, high = min(low, float(steps.min())), max(high, float(steps.max()))
    return None if low > high else Span(None, low, math.nextafter(high, math.inf))


async def _pages(
    database: Database, run_id: UUID, stream: str, span: Span, rows_wanted: int
) -> AsyncIterator[tuple[list[StoredRows], Span]]:
    """What holds the rows of the span, and which steps of it: every row of these is there, with the span's keys."""
    low: float | None = span.low
    while low is not None:
        part = Span(span.keys, low, span.high)
        rows = await fetch_rows(database, run_id, stream, part, rows_wanted=rows_wanted)
        low = rows[0].next_step if rows else None
        stored = await in_thread_if(is_heavy(rows), stored_rows_of, rows)
        yield stored, part if low is None else Span(span.keys, part.low, min(low, span.high))


def _indices(piece: StoredRows, span: Span, times: Floats) -> Indices:
    """The rows of these steps that count and have one of these timestamps."""
    own = piece.numbers(TIMESTAMP_KEY)
    found = (piece.steps >= span.low) & (piece.steps < span.high) & np.isin(own, times)
    return np.flatnonzero(found if piece.counted is None else found & piece.counted)


def _lines_like(lines: Mapping[bytes, Sequence[int]], piece: StoredRows, indices: Indices) -> set[int]:
    return {line for row in piece.rows(indices) for line in lines.get(identity_of(row), ())}


def _times_and_span(block: LineBlock | ColumnBlock) -> tuple[Floats, Span]:
    """The timestamp of each row, NaN where it has none, and the steps that equal rows have."""
    times = np.full(block.count, math.nan)
    low, high, is_numbered = math.inf, -math.inf, False
    for first, rows in _parts(block, keys=(STEP_KEY, TIMESTAMP_KEY)):
        index = first - block.first_line
        times[index : index + len(rows)] = [math.nan if row is None else time_of(row) for row in rows]
        # Without a step a row is ordered by its number, which is another one.
        is_numbered = is_numbered or any(row is not None and STEP_KEY not in row for row in rows)
        steps = step_range(first, rows)
        if steps is not None:
            low, high = min(low, steps[0]), max(high, steps[1])
    if is_numbered:
        return times, Span((TIMESTAMP_KEY,))
    return times, Span((TIMESTAMP_KEY,), low, math.nextafter(high, math.inf))


def _lines_by_identity(block: LineBlock | ColumnBlock, times: Floats) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = defaultdict(list)
    for first, rows in _parts(block):
        for line, row in enumerate(rows, first):
            if row is not None and not math.isnan(times[line - block.first_line]):
                found[identity_of(row)].append(line)
    return found


def _parts(
    block: LineBlock | ColumnBlock, keys: Sequence[str] | None = None
) -> Iterator[tuple[int, Sequence[dict[str, Any] | None]]]:
    """The rows, some at a time, each time with the number of the first; with at least these keys, None: all."""
    past = block.first_line + block.count
    if keys is not None and isinstance(block, ColumnBlock):
        block = replace(block, columns={key: block.columns[key] for key in keys if key in block.columns})
    for first in range(block.first_line, past, ROWS_AT_ONCE):
        part = block.part(first, min(first + ROWS_AT_ONCE, past))
        if isinstance(part, LineBlock):
            yield first, parse_lines(part.lines) if keys is None else part.rows
        else:
            yield first, part.rows()


def _bytes_of(block: LineBlock | ColumnBlock) -> int:
    """About what the rows take as lines; one byte at least."""
    if isinstance(block, LineBlock):
        return 1 + sum(map(len, block.lines))
    return 1 + sum((len(key) + len(column.lines)) * 10 for key, column in block.columns.items())


def _cut(block: LineBlock | ColumnBlock, repeats: AbstractSet[int]) -> list[LineBlock | ColumnBlock]:
    if isinstance(block, LineBlock):
        return [block.without(repeats)]
    runs = [
        list(lines)
        for _, lines in groupby(range(block.first_line, block.first_line + block.count), key=repeats.__contains__)
    ]
    if len(runs) > PARTS_MAX:
        return [block.as_lines().without(repeats)]
    cut: list[LineBlock | ColumnBlock] = []
    for lines in runs:
        part = block.part(lines[0], lines[-1] + 1)
        if lines[0] in repeats:
            nothing = LineBlock(block.stream, part.first_line, [b""] * len(lines), [None] * len(lines), block.line_zero)
            cut.append(nothing.without(repeats & set(lines)))
        else:
            cut.append(part)
    return cut
