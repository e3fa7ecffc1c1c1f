"""Manifests as readers see them. Called by loaders and actions; see manifests.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class ManifestRow(msgspec.Struct, frozen=True):
    """The list of all files of a committed artifact: `digest` is the file's MD5 in base64, `size` in bytes."""

    manifest_id: int
    artifact_id: int
    name: str
    type: str
    digest: str
    object_key: str
    size: int
    created_at: datetime


_FILE = QueryFile("artifacts/manifests.sql")

SELECT_CURRENT_MANIFESTS: Final = _FILE.query("select_current_manifests", ManifestRow)
