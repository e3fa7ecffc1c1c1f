"""What is known of history beside its data: keys, and between which steps there are rows. Called by history/reading/.

See keys.sql. Each statement is there twice, as in history.py.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.history.history import StoredRow
from runfolio_server.sql.named import QueryFile


class LastStepRow(msgspec.Struct, frozen=True):
    """The greatest step of a run's rows; None when it has none. See select_last_step."""

    step: float | None
    is_exact: bool | None
    holder: UUID | None  # a run whose rows count too; the others are None then


class StepRangeRow(msgspec.Struct, frozen=True):
    """The least and the greatest step; None without rows."""

    low: float | None
    high: float | None
    run_id: UUID | None  # a run, and another one whose rows count in it; the others are None then
    holder: UUID | None


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
    counts_to: float  # of a batch: rows with a greater step do not count
    past_line: int  # nor do those of lines from here on
    is_cut: bool  # chunks of which some rows count
    holder: UUID | None  # a run whose rows count too


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


_QUERIES: Final = QueryFile("history/keys.sql")

SELECT_LAST_STEP: Final = _QUERIES.counted("select_last_step", LastStepRow)
SELECT_STEP_RANGE: Final = _QUERIES.counted("select_step_range", StepRangeRow)
SELECT_KEYS: Final = _QUERIES.counted("select_keys", KeyRow)
SELECT_CUT_CHUNKS: Final = _QUERIES.counted("select_cut_chunks", StoredRow)
SELECT_OLD_RANGES: Final = _QUERIES.counted("select_old_ranges", OldRangeRow)
SELECT_LINES_OF_KEYS: Final = _QUERIES.counted("select_lines_of_keys", KeyLinesRow)
