"""Rows that announce artifacts, and locks of their collections. Called by actions/artifacts/; see making.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.artifacts.artifacts import ClientIdRow
from runfolio_server.sql.named import QueryFile


class LockedCollectionRow(msgspec.Struct, frozen=True):
    """A collection that is held until the transaction ends."""

    collection_id: int
    project_id: int
    kind: str
    type_id: int
    type_name: str
    is_deleted: bool


class ArtifactIdRow(msgspec.Struct, frozen=True):
    """Which artifact it is."""

    artifact_id: int


_FILE = QueryFile("artifacts/making.sql")

INSERT_COLLECTION: Final = _FILE.command("insert_collection")
LOCK_COLLECTION_OF_NAME: Final = _FILE.query("lock_collection_of_name", LockedCollectionRow)
LOCK_COLLECTIONS: Final = _FILE.query("lock_collections", LockedCollectionRow)
SELECT_ARTIFACT_OF_CLIENT_ID: Final = _FILE.query("select_artifact_of_client_id", ClientIdRow)
INSERT_CLIENT_ID: Final = _FILE.command("insert_client_id")
SELECT_SAME_CONTENT: Final = _FILE.query("select_same_content", ArtifactIdRow)
SELECT_DISTRIBUTED_ARTIFACT: Final = _FILE.query("select_distributed_artifact", ArtifactIdRow)
INSERT_ARTIFACT: Final = _FILE.query("insert_artifact", ArtifactIdRow)
ADD_TO_DISTRIBUTED_ARTIFACT: Final = _FILE.command("add_to_distributed_artifact")
