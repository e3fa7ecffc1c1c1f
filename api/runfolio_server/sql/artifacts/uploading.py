"""Rows of what a pending artifact brings: manifests and bytes. Called by actions/artifacts/; see uploading.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.artifacts.objects import EntityObjectRow
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class ManifestIdRow(msgspec.Struct, frozen=True):
    """A manifest; digest '': not told yet."""

    manifest_id: int
    artifact_id: int
    digest: str


class HeldArtifactRow(msgspec.Struct, frozen=True):
    """An artifact that is held until the transaction ends; manifest_id None: no commit has begun."""

    artifact_id: int
    collection_id: int
    state: str
    manifest_id: int | None
    wanted_aliases: list[str]
    created_by: int


_FILE = QueryFile("artifacts/uploading.sql")

UPSERT_MANIFEST: Final = _FILE.query("upsert_manifest", ManifestIdRow)
SELECT_PATCH: Final = _FILE.query("select_patch", ManifestIdRow)
INSERT_PATCH: Final = _FILE.query("insert_patch", ManifestIdRow)
COUNT_MANIFESTS: Final = _FILE.query("count_manifests", CountRow)
SELECT_WRITTEN_MANIFEST: Final = _FILE.query("select_written_manifest", ManifestIdRow)
UPDATE_MANIFEST: Final = _FILE.query("update_manifest", ManifestIdRow)
HOLD_PENDING_ARTIFACT: Final = _FILE.query("hold_pending_artifact", HeldArtifactRow)
INSERT_UPLOADS: Final = _FILE.command("insert_uploads")
HOLD_ENTITY_OBJECTS: Final = _FILE.query("hold_entity_objects", EntityObjectRow)
