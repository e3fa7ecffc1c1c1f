"""Rows of history: batches of the tail and chunks, as readers fetch them. Called by history/; see history.sql.

Each statement is there twice: for the rows that a run has itself, and for those that a view has of a run, with the view
as a last argument. See counted.py.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile

HOLDER_KIND: Final = -1
"""Of a row that is no piece: its writer is the id of a run that has rows which count in this one."""


class StoredRow(msgspec.Struct, frozen=True):
    """A chunk of a segment, or, where `key` is None, a batch of the tail; a piece is either, with all its rows."""

    writer: str
    epoch: int
    piece: int  # first line of the segment or batch
    key: str | None
    line0: int
    n: int
    kind: int
    lines: bytes
    data: bytes  # of a chunk; or the body of the batch
    next_step: float | None  # see select_stored_rows
    counts_to: float  # rows with a greater step do not count
    past_line: int  # nor do those of lines from here on


class RunStoredRow(StoredRow, frozen=True):
    """A piece of one of many runs; see select_stored_rows_of_runs."""

    run_id: UUID
    next_place: int | None


_QUERIES: Final = QueryFile("history/history.sql")

SELECT_STORED_ROWS: Final = _QUERIES.counted("select_stored_rows", StoredRow)
SELECT_STORED_ROWS_OF_RUNS: Final = _QUERIES.counted("select_stored_rows_of_runs", RunStoredRow)
SELECT_STORED_ROWS_OF_LINES: Final = _QUERIES.counted("select_stored_rows_of_lines", StoredRow)
