"""What waits for the worker and what it has done. Called by endpoints/metrics.py and the worker; see counters.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class CompactionStatusRow(msgspec.Struct, frozen=True):
    """The tail of all runs, and the lines compacted since the database was made."""

    tail_streams: int
    tail_lines: int
    tail_bytes: int
    oldest_tail_s: float  # age of the oldest line that waits; 0: none does
    compacted_lines: int


_FILE = QueryFile("history/counters.sql")

SELECT_COMPACTION_STATUS: Final = _FILE.query("select_compaction_status", CompactionStatusRow)
ADD_COMPACTED_LINES: Final = _FILE.command("add_compacted_lines")
