"""The one database call of an ingest request. Called by ingest/append.py; see ingest.sql and its functions."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class IngestedRow(msgspec.Struct, frozen=True):
    """The run after the batch."""

    stop_requested: bool
    state: str


class NextLineRow(msgspec.Struct, frozen=True):
    """Where a writer goes on: one past its highest line in its newest epoch."""

    next_line: int


class RejectedCountRow(msgspec.Struct, frozen=True):
    """How many lines of a run were kept out."""

    run_id: UUID
    count: int


class EpochRow(msgspec.Struct, frozen=True):
    """An epoch of a stream."""

    epoch: int


_FILE = QueryFile("history/ingest.sql")

INGEST_BATCH: Final = _FILE.query("ingest_batch", IngestedRow)
INGEST_VISIBLE_BATCH: Final = _FILE.query("ingest_visible_batch", IngestedRow)
INGEST_VISIBLE_COLUMNS: Final = _FILE.query("ingest_visible_columns", IngestedRow)
SELECT_EPOCHS: Final = _FILE.query("select_epochs", EpochRow)
SELECT_NEXT_LINE: Final = _FILE.query("select_next_line", NextLineRow)
COUNT_REJECTED_LINES: Final = _FILE.query("count_rejected_lines", RejectedCountRow)
