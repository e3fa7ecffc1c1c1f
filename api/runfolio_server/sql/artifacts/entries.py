"""Entries of artifacts' manifests. Called by loaders and actions; see entries.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class EntryRow(msgspec.Struct, frozen=True):
    """One file of an artifact: `digest` is its MD5 in base64, of a reference whatever tells its content.

    `size` in bytes, None for a reference that does not tell it. `ref` is the URL of content elsewhere; where it is None
    the other three are set: the object with the bytes, the artifact that first brought them, and when.
    """

    artifact_id: int
    path: str
    digest: str
    size: int | None
    ref: str | None
    object_key: str | None
    birth_artifact_id: int | None
    stored_at: datetime | None


_FILE = QueryFile("artifacts/entries.sql")

SELECT_ENTRIES_PAGE: Final = _FILE.query("select_entries_page", EntryRow)
COUNT_ENTRIES: Final = _FILE.query("count_entries", CountRow)
