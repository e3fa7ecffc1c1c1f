"""Rows of history: batches of the tail and chunks, as readers fetch them. Called by history/; see history.sql."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


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


class RunStoredRow(StoredRow, frozen=True):
    """A piece of one of many runs; see select_stored_rows_of_runs."""

    run_id: UUID
    next_place: int | None


class LastStepRow(msgspec.Struct, frozen=True):
    """The greatest step of a run's rows; None when it has none."""

    step: float | None


class StepRangeRow(msgspec.Struct, frozen=True):
    """The least and the greatest step; None without rows."""

    low: float | None
    high: float | None


class KeyRow(msgspec.Struct, frozen=True):
    """A stored key of a run, of its chunks alone; or, where `key` is None, a batch of the tail."""

    run_id: UUID
    key: str | None
    count: int
    number_count: int
    step_low: float | None
    step_high: float | None
    low: float | None  # finite
    high: float | None
    old_ranges: int  # chunks that these two leave out: see OldRangeRow
    epoch: int  # of the newest value, as the next two; or of the batch
    writer: str
    line: int  # or the batch's first
    last: str | None  # JSON; None: too long to be kept beside the data
    body: bytes | None


class KeyLinesRow(msgspec.Struct, frozen=True):
    """The lines of a chunk: see history/storage/axis.py."""

    run_id: UUID
    key: str
    writer: str
    epoch: int
    segment: int
    line0: int
    n: int
    lines: bytes


class OldRangeRow(msgspec.Struct, frozen=True):
    """A chunk that an older release stored with an infinity as an end of its range."""

    run_id: UUID
    key: str
    writer: str
    epoch: int
    line0: int
    kind: int
    n: int
    data: bytes


_QUERIES: Final = QueryFile("history/history.sql")

SELECT_STORED_ROWS: Final = _QUERIES.query("select_stored_rows", StoredRow)
SELECT_STORED_ROWS_OF_RUNS: Final = _QUERIES.query("select_stored_rows_of_runs", RunStoredRow)
SELECT_STORED_ROWS_OF_LINES: Final = _QUERIES.query("select_stored_rows_of_lines", StoredRow)
SELECT_LAST_STEP: Final = _QUERIES.query("select_last_step", LastStepRow)
SELECT_STEP_RANGE: Final = _QUERIES.query("select_step_range", StepRangeRow)
SELECT_KEYS: Final = _QUERIES.query("select_keys", KeyRow)
SELECT_OLD_RANGES: Final = _QUERIES.query("select_old_ranges", OldRangeRow)
SELECT_LINES_OF_KEYS: Final = _QUERIES.query("select_lines_of_keys", KeyLinesRow)
