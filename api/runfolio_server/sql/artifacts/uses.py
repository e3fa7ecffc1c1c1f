"""Edges of lineage: which run logged or used which artifact. Called by loaders and actions; see uses.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class UseRow(msgspec.Struct, frozen=True):
    """A run logged (`output`) or used (`input`) an artifact, first at this time; used_as None: nothing told."""

    run_id: UUID
    artifact_id: int
    direction: str
    used_as: str | None
    at: datetime


_FILE = QueryFile("artifacts/uses.sql")

INSERT_USE: Final = _FILE.command("insert_use")
INSERT_USES_OF_SAME: Final = _FILE.command("insert_uses_of_same")
SELECT_ARTIFACT_USERS_PAGE: Final = _FILE.query("select_artifact_users_page", UseRow)
COUNT_ARTIFACT_USERS: Final = _FILE.query("count_artifact_users", CountRow)
SELECT_USES_OF_RUN: Final = _FILE.query("select_uses_of_run", UseRow)
SELECT_USES_OF_RUNS: Final = _FILE.query("select_uses_of_runs", UseRow)
SELECT_USES_OF_ARTIFACTS: Final = _FILE.query("select_uses_of_artifacts", UseRow)
