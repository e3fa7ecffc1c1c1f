"""The finite range of numbers of chunks that an older release stored with an infinity for an end. Called by keys.py.

It is computed each time: compaction stores it when it merges such a chunk, and no newer release writes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.heavy_threads import in_thread
from runfolio_server.history.storage.cells import cells_of
from runfolio_server.history.storage.chunk import decode_values, finite_range
from runfolio_server.sql.history.keys import SELECT_OLD_RANGES, KeyRow, OldRangeRow
from runfolio_server.sql.pool import Database

CHUNKS_PER_STATEMENT: Final = 32
"""Of at most 65,536 values each."""

Ends = dict[tuple[UUID, str], list[float]]
"""By run and stored key, the ends of the ranges of its chunks."""


async def with_whole_ranges(
    database: Database, rows: Sequence[KeyRow], stream: str, view: UUID | None = None
) -> Sequence[KeyRow] | None:
    """The rows, their ranges with those of all chunks; None: a chunk was merged meanwhile, so read the rows again.

    With a view they are the rows that it has of their runs.
    """
    old = {(row.run_id, row.key): row.old_ranges for row in rows if row.key is not None and row.old_ranges}
    if not old:
        return rows
    waiting = sum(old.values())
    ends: Ends = {}
    behind: tuple[object, ...] = (None, None, None, None, None)
    while waiting:
        async with database.connection() as connection:
            chunks = await connection.rows(
                SELECT_OLD_RANGES.own if view is None else SELECT_OLD_RANGES.of_view,
                [run_id for run_id, _ in old],
                stream,
                [key for _, key in old],
                CHUNKS_PER_STATEMENT,
                *behind,
                *([] if view is None else [view]),
            )
        if not chunks:
            return None
        await in_thread(_add_ends, ends, chunks)
        waiting -= len(chunks)
        newest = chunks[-1]
        behind = newest.run_id, newest.key, newest.writer, newest.epoch, newest.line0
    return [_joined(row, ends.get((row.run_id, row.key), [])) if row.key is not None else row for row in rows]


def _add_ends(ends: Ends, chunks: Sequence[OldRangeRow]) -> None:
    for chunk in chunks:
        values = decode_values(chunk.kind, chunk.n, chunk.data)
        numbers = values.floats()
        found = finite_range(cells_of(values.objects or []).numbers if numbers is None else numbers)
        ends.setdefault((chunk.run_id, chunk.key), []).extend(end for end in found if end is not None)


def _joined(row: KeyRow, ends: Sequence[float]) -> KeyRow:
    known = [end for end in (row.low, row.high, *ends) if end is not None]
    return msgspec.structs.replace(row, low=min(known, default=None), high=max(known, default=None))
