"""Rows of artifacts, the versions of sequences. Called by loaders and actions; see artifacts.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class ArtifactRow(msgspec.Struct, frozen=True):
    """An artifact; the collection is its sequence, whatever link led here, and the project and entity are of that.

    `version_index` and `manifest_id` are None before the commit; `size` in bytes and `file_count` count references too;
    `ttl_seconds` None: not told, 0: kept always; `logged_by` is the run that first logged it.
    """

    artifact_id: int
    collection_id: int
    project_id: int
    entity_id: int
    collection_name: str
    type_id: int
    type_name: str
    state: str
    version_index: int | None
    digest: str
    description: str | None
    metadata_text: str | None
    tags: list[str]
    ttl_seconds: int | None
    history_step: int | None
    storage_region: str | None
    manifest_id: int | None
    size: int
    file_count: int
    created_by: int
    logged_by: UUID | None
    created_at: datetime
    updated_at: datetime


class ClientIdRow(msgspec.Struct, frozen=True):
    """What an id that a client has invented stands for; artifact_id None: for the sequence."""

    client_id: str
    collection_id: int
    artifact_id: int | None


_FILE = QueryFile("artifacts/artifacts.sql")

SELECT_VISIBLE_ARTIFACT: Final = _FILE.queries("select_visible_artifact", ArtifactRow)
SELECT_VISIBLE_ARTIFACTS: Final = _FILE.query("select_visible_artifacts", ArtifactRow)
COUNT_VISIBLE_ARTIFACTS: Final = _FILE.query("count_visible_artifacts", CountRow)
SELECT_WRITTEN_ARTIFACT: Final = _FILE.queries("select_written_artifact", ArtifactRow)
SELECT_CLIENT_ID: Final = _FILE.query("select_client_id", ClientIdRow)
