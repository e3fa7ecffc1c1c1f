"""Whether lines whose numbers are stored are the rows that are stored, or other ones. Used by append.py.

Two processes of an SDK that take up one run at once are told the same number for their next line. What the second one
sends would be taken for a repeat of what the first one did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import numpy as np

from runfolio_server.errors import KnownLines
from runfolio_server.heavy_threads import in_thread
from runfolio_server.history.reading.pieces import select_pieces
from runfolio_server.history.storage.key_path import EVERY_KEY
from runfolio_server.history.storage.stored_rows import stored_rows_of
from runfolio_server.ingest.batch import ColumnBlock, LineBlock
from runfolio_server.ingest.repeats import without_repeats
from runfolio_server.ingest.row_identity import identity_of
from runfolio_server.ingest.stored_block import StoredBlock, stored_block_of
from runfolio_server.sql.history.history import SELECT_STORED_ROWS_OF_LINES, StoredRow
from runfolio_server.sql.history.ingest import SELECT_EPOCHS
from runfolio_server.sql.pool import Database

SAME_LINES: Final = -2
OTHER_LINES: Final = -3
"""Told to ingest_lines as what came of comparing."""


async def told_apart(
    database: Database, run_id: UUID, writer: str, pieces: Sequence[StoredBlock], known: KnownLines
) -> list[StoredBlock]:
    """The pieces, of the one that was found it is known whether its lines are those that are stored.

    Where they are others, rows that the run has under other numbers are left out; with nothing else they are known.
    """
    piece = pieces[known.piece]
    told = [replace(piece, compared=SAME_LINES)]
    if not await _has_same_lines(database, run_id, writer, piece.block):
        first, *more = [await stored_block_of(block) for block in await without_repeats(database, run_id, piece.block)]
        if more or first.repeated < first.block.count:
            told = [replace(first, compared=OTHER_LINES), *more]
    return [*pieces[: known.piece], *told, *pieces[known.piece + 1 :]]


async def _has_same_lines(database: Database, run_id: UUID, writer: str, block: LineBlock | ColumnBlock) -> bool:
    """Whether some epoch of the writer has these rows, as far as it has lines of these numbers."""
    async with database.connection() as connection:
        epochs = [row.epoch for row in await connection.rows(SELECT_EPOCHS, run_id, block.stream, writer)]
    lines = list(range(block.first_line, block.first_line + block.count))
    has_any = False
    for epoch in epochs:
        rows = await select_pieces(
            database,
            SELECT_STORED_ROWS_OF_LINES,
            run_id,
            block.stream,
            [writer] * len(lines),
            [epoch] * len(lines),
            lines,
            [EVERY_KEY.low],
            [EVERY_KEY.high],
        )
        found = await in_thread(_are_same, rows, block)
        if found:
            return True
        has_any = has_any or found is not None
    return not has_any


def _are_same(rows: Sequence[StoredRow], block: LineBlock | ColumnBlock) -> bool | None:
    """Whether every line that is stored has the row of the block; None: no such line has a row."""
    sent = dict(enumerate(block.rows() if isinstance(block, ColumnBlock) else block.rows, block.first_line))
    has_any = False
    for piece in stored_rows_of(rows):
        indices = np.flatnonzero(np.isin(piece.lines, list(sent)))
        for line, row in zip(piece.lines[indices].tolist(), piece.rows(indices), strict=True):
            given = sent[line]
            if given is None:
                continue
            if identity_of(given) != identity_of(row):
                return False
            has_any = True
    return True if has_any else None
