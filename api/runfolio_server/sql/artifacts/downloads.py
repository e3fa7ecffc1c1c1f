"""Bytes of artifacts' files by what they are. Called by actions; see downloads.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class ReadableBytesRow(msgspec.Struct, frozen=True):
    """Where bytes lie, and a file of an artifact that has them."""

    object_key: str
    path: str
    artifact_id: int


_FILE = QueryFile("artifacts/downloads.sql")

SELECT_READABLE_BYTES: Final = _FILE.query("select_readable_bytes", ReadableBytesRow)
