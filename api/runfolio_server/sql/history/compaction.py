"""The tail and what becomes of it. Called by ingest/compact.py; see compaction.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.history.history import StoredRow
from runfolio_server.sql.named import QueryFile


class TailedStreamRow(msgspec.Struct, frozen=True):
    """The key of a stream that has a tail."""

    run_id: UUID
    stream: str
    writer: str
    epoch: int


class LeaseRow(msgspec.Struct, frozen=True):
    """A stream that may be compacted; every line from `gapless_from` on has come, up to the newest."""

    lease: datetime
    gapless_from: int


class TailRow(msgspec.Struct, frozen=True):
    """A batch of the tail."""

    line0: int
    n: int
    body: bytes


class SegmentRow(msgspec.Struct, frozen=True):
    """A segment: its first line, its rows and the line of its last row."""

    segment: int
    n: int
    line1: int


_QUERIES: Final = QueryFile("history/compaction.sql")

SELECT_STREAMS_TO_COMPACT: Final = _QUERIES.query("select_streams_to_compact", TailedStreamRow)
TAKE_LEASE: Final = _QUERIES.query("take_lease", LeaseRow)
SELECT_TAIL: Final = _QUERIES.query("select_tail", TailRow)
SELECT_LAST_SEGMENTS: Final = _QUERIES.query("select_last_segments", SegmentRow)
SELECT_SEGMENT_CHUNKS: Final = _QUERIES.query("select_segment_chunks", StoredRow)
DELETE_TAIL: Final = _QUERIES.command("delete_tail")
DELETE_SEGMENTS: Final = _QUERIES.command("delete_segments")
INSERT_CHUNKS: Final = _QUERIES.command("insert_chunks")
RELEASE_LEASE: Final = _QUERIES.command("release_lease")
