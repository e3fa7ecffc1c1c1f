"""What goes when versions and collections are deleted. Called by actions/artifacts/; see deleting.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.artifacts.collections import CollectionRow
from runfolio_server.sql.artifacts.making import ArtifactIdRow
from runfolio_server.sql.named import QueryFile


class PlaceRow(msgspec.Struct, frozen=True):
    """A membership, once for each of its aliases; alias None: it has none."""

    membership_id: int
    collection_id: int
    artifact_id: int
    alias: str | None


_FILE = QueryFile("artifacts/deleting.sql")

SELECT_ARTIFACTS_OF_COLLECTION: Final = _FILE.query("select_artifacts_of_collection", ArtifactIdRow)
SELECT_PLACES: Final = _FILE.query("select_places", PlaceRow)
DELETE_MEMBERSHIPS: Final = _FILE.command("delete_memberships")
DELETE_MEMBERSHIPS_OF_COLLECTION: Final = _FILE.command("delete_memberships_of_collection")
MOVE_LATEST: Final = _FILE.command("move_latest")
SET_DELETED: Final = _FILE.command("set_deleted")
SET_COLLECTION_DELETED: Final = _FILE.command("set_collection_deleted")
SELECT_DELETED_ARTIFACT: Final = _FILE.query("select_deleted_artifact", ArtifactIdRow)
SELECT_DELETED_COLLECTION: Final = _FILE.query("select_deleted_collection", CollectionRow)
