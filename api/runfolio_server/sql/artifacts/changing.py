"""What users change of versions and collections by hand. Called by actions/artifacts/; see changing.sql."""

from __future__ import annotations

from typing import Final

from runfolio_server.sql.named import QueryFile

_FILE = QueryFile("artifacts/changing.sql")

UPDATE_ARTIFACT: Final = _FILE.command("update_artifact")
DELETE_ALIASES: Final = _FILE.command("delete_aliases")
UPDATE_COLLECTION: Final = _FILE.command("update_collection")
