"""Artifacts whose time is over. Called by worker/artifact_upkeep.py; see upkeep.sql."""

from __future__ import annotations

from typing import Final

from runfolio_server.sql.artifacts.making import ArtifactIdRow
from runfolio_server.sql.named import QueryFile

_FILE = QueryFile("artifacts/upkeep.sql")

SELECT_EXPIRED_ARTIFACTS: Final = _FILE.query("select_expired_artifacts", ArtifactIdRow)
SELECT_ABANDONED_ARTIFACTS: Final = _FILE.query("select_abandoned_artifacts", ArtifactIdRow)
SELECT_LOGGED_ARTIFACTS: Final = _FILE.query("select_logged_artifacts", ArtifactIdRow)
SELECT_ARTIFACTS_OF_PURGED_PROJECTS: Final = _FILE.query("select_artifacts_of_purged_projects", ArtifactIdRow)
SELECT_ARTIFACTS_TO_EMPTY: Final = _FILE.query("select_artifacts_to_empty", ArtifactIdRow)
SET_EMPTIED: Final = _FILE.command("set_emptied")
