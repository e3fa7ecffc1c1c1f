"""Rows of deleted runs: what is to become of them. Called by actions/runs/deletion.py; see deletions.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.runs.runs import RunIdRow


class RunDeletionRow(msgspec.Struct, frozen=True):
    """A deleted run. It can be undeleted while `purge_began_at` and `moved_to` are None; `freed_bytes`: so far."""

    run_id: UUID
    project_id: int
    project_name: str
    name: str
    display_name: str
    state: str
    deleted_at: datetime
    deleted_by: int
    with_artifacts: bool
    moved_to: UUID | None
    purge_began_at: datetime | None
    purged_at: datetime | None
    freed_bytes: int


class RunPathRow(msgspec.Struct, frozen=True):
    """Where a run is."""

    run_id: UUID
    entity_name: str
    project_name: str
    name: str

    def __str__(self) -> str:
        return f"{self.entity_name}/{self.project_name}/{self.name}"


class UndeletedRunRow(msgspec.Struct, frozen=True):
    """A run that has come back."""

    run_id: UUID
    name: str


_FILE = QueryFile("runs/deletions.sql")

DELETE_RUNS: Final = _FILE.query("delete_runs", RunIdRow)
INSERT_RUN_DELETIONS: Final = _FILE.command("insert_run_deletions")
TAKE_RUN_DELETIONS: Final = _FILE.query("take_run_deletions", RunIdRow)
UNDELETE_RUNS: Final = _FILE.query("undelete_runs", UndeletedRunRow)
SELECT_DELETED_RUN: Final = _FILE.queries("select_deleted_run", RunDeletionRow)
SELECT_DELETED_RUNS: Final = _FILE.query("select_deleted_runs", RunDeletionRow)
SELECT_RUN_PATHS: Final = _FILE.query("select_run_paths", RunPathRow)
SELECT_DELETED_RUNS_PAGE: Final = _FILE.query("select_deleted_runs_page", RunDeletionRow)
COUNT_DELETED_RUNS: Final = _FILE.query("count_deleted_runs", CountRow)
