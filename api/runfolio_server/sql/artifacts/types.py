"""Rows of artifact types. Called by loaders and actions; see types.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class ArtifactTypeRow(msgspec.Struct, frozen=True):
    """A type of artifacts; description None: none given."""

    type_id: int
    project_id: int
    name: str
    description: str | None
    created_at: datetime


_FILE = QueryFile("artifacts/types.sql")

SELECT_ARTIFACT_TYPE_BY_NAME: Final = _FILE.query("select_artifact_type_by_name", ArtifactTypeRow)
SELECT_VISIBLE_ARTIFACT_TYPES: Final = _FILE.query("select_visible_artifact_types", ArtifactTypeRow)
SELECT_ARTIFACT_TYPES_PAGE: Final = _FILE.query("select_artifact_types_page", ArtifactTypeRow)
COUNT_ARTIFACT_TYPES: Final = _FILE.query("count_artifact_types", CountRow)
INSERT_ARTIFACT_TYPE: Final = _FILE.command("insert_artifact_type")
