"""Rows of collections as readers see them. Called by loaders and actions; see collections.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class CollectionRow(msgspec.Struct, frozen=True):
    """A sequence or a portfolio, which `kind` says; description None: none given, which is not ''."""

    collection_id: int
    project_id: int
    type_id: int
    type_name: str
    kind: str
    name: str
    description: str | None
    tags: list[str]
    created_by: int
    created_at: datetime
    updated_at: datetime


_FILE = QueryFile("artifacts/collections.sql")

SELECT_COLLECTION_BY_NAME: Final = _FILE.query("select_collection_by_name", CollectionRow)
SELECT_VISIBLE_COLLECTION: Final = _FILE.queries("select_visible_collection", CollectionRow)
SELECT_VISIBLE_COLLECTIONS: Final = _FILE.query("select_visible_collections", CollectionRow)
