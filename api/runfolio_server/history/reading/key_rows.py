"""What the keys of runs are told from: chunks by what is kept beside their data, batches, and chunks that are cut.

Called by keys.py. A run in which rows of other runs count is asked of each of them, as in pieces.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from runfolio_server.heavy_threads import in_thread_if
from runfolio_server.history.reading.old_ranges import with_whole_ranges
from runfolio_server.history.storage.stored_rows import StoredRows, is_heavy, stored_rows_of
from runfolio_server.sql.history.keys import (
    SELECT_CUT_CHUNKS,
    SELECT_KEYS,
    SELECT_LINES_OF_KEYS,
    KeyLinesRow,
    KeyRow,
)
from runfolio_server.sql.pool import Database


@dataclass(frozen=True, slots=True)
class _Shared:
    """What counts in a run of the rows of another one."""

    run_id: UUID
    rows: list[KeyRow]


CutPieces = list[tuple[UUID, list[StoredRows]]]
"""By run, what is cut."""


async def rows_of_keys(database: Database, run_ids: Sequence[UUID], stream: str) -> tuple[Sequence[KeyRow], CutPieces]:
    """What is kept beside the data, and the pieces that are to be read because only some of their rows count."""
    while True:
        async with database.connection() as connection:
            rows = await connection.rows(SELECT_KEYS.own, list(run_ids), stream)
        cut: CutPieces = []
        shared: list[_Shared] = []
        if any(row.is_cut or row.holder is not None for row in rows):
            rows, shared, cut = await _rows_and_cut(database, run_ids, stream)
        # What is merged meanwhile is not read again: every turn has fewer of what it has to wait for.
        found = [await with_whole_ranges(database, rows, stream)]
        for part in shared:
            whole = await with_whole_ranges(database, part.rows, stream, part.run_id)
            found.append(whole and [msgspec.structs.replace(row, run_id=part.run_id) for row in whole])
        if None not in found:
            return [row for part_found in found for row in part_found or ()], cut


async def lines_of_keys(
    database: Database, keys: Sequence[tuple[UUID, str]], stream: str, rows: Sequence[KeyRow]
) -> list[KeyLinesRow]:
    """The lines of these stored keys of runs; `rows` are those of rows_of_keys."""
    async with database.connection() as connection:
        found = await connection.rows(
            SELECT_LINES_OF_KEYS.own, [run_id for run_id, _ in keys], stream, [key for _, key in keys]
        )
        for run_id, holder in [(row.run_id, row.holder) for row in rows if row.holder is not None]:
            of_run = [key for other, key in keys if other == run_id]
            shared = await connection.rows(SELECT_LINES_OF_KEYS.of_view, [holder] * len(of_run), stream, of_run, run_id)
            found += [msgspec.structs.replace(row, run_id=run_id) for row in shared]
    return found


async def _rows_and_cut(
    database: Database, run_ids: Sequence[UUID], stream: str
) -> tuple[list[KeyRow], list[_Shared], CutPieces]:
    """Everything in one snapshot, so that nothing is counted twice that compaction moves meanwhile."""
    shared, cut = [], []
    async with database.connection() as connection, connection.snapshot():
        rows = await connection.rows(SELECT_KEYS.own, list(run_ids), stream)
        for run_id in dict.fromkeys(row.run_id for row in rows if row.is_cut):
            cut.append((run_id, await connection.rows(SELECT_CUT_CHUNKS.own, run_id, stream)))
        for run_id, holder in [(row.run_id, row.holder) for row in rows if row.holder is not None]:
            found = await connection.rows(SELECT_KEYS.of_view, [holder], stream, run_id)
            shared.append(_Shared(run_id, [row for row in found if not row.is_cut]))
            if any(row.is_cut for row in found):
                cut.append((run_id, await connection.rows(SELECT_CUT_CHUNKS.of_view, holder, stream, run_id)))
    pieces = [(run_id, await in_thread_if(is_heavy(found), stored_rows_of, found)) for run_id, found in cut]
    return [row for row in rows if not row.is_cut], shared, pieces
