"""Config and summary of a run that several write. Called by ingest/append.py and actions/runs/; see documents.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class SharedDocumentRow(msgspec.Struct, frozen=True):
    """The document that is there, whether others write it too, and what the writer last sent (None: nothing)."""

    stored_text: str
    is_shared: bool
    previous_text: str | None

    @property
    def size(self) -> int:
        """Characters of both."""
        return len(self.stored_text) + len(self.previous_text or "")


class SentDocumentRow(msgspec.Struct, frozen=True):
    """A document as its writer last sent it."""

    text: str


_FILE = QueryFile("runs/documents.sql")

SHARE_DOCUMENT: Final = _FILE.query("share_document", SharedDocumentRow)
SELECT_SENT_DOCUMENT: Final = _FILE.query("select_sent_document", SentDocumentRow)
REMEMBER_DOCUMENT: Final = _FILE.command("remember_document")
COUNT_LEFT_OUT: Final = _FILE.command("count_left_out")
