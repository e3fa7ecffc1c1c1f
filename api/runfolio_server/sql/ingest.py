"""The one database call of an ingest request. Called by ingest/append.py; see ingest.sql and tables.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class IngestedRow(msgspec.Struct, frozen=True):
    """The run after the batch."""

    stop_requested: bool
    state: str


INGEST_BATCH: Final = QueryFile("ingest.sql").query("ingest_batch", IngestedRow)
