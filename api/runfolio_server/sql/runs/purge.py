"""What deleted runs have is freed, a bounded number of rows at a time. Called by worker/purge.py; see purge.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.runs.runs import RunIdRow


class DueRunRow(RunIdRow, frozen=True):
    """A run that was deleted long enough ago."""

    deleted_at: datetime


class BegunPurgeRow(msgspec.Struct, frozen=True):
    """How a run was deleted: whether its artifacts go with it, by whom, and which run it has become (None: none)."""

    with_artifacts: bool
    deleted_by: int
    moved_to: UUID | None


class FreedRow(msgspec.Struct, frozen=True):
    """A row that is gone, and how many bytes of data it had."""

    size: int


class FreedObjectRow(FreedRow, frozen=True):
    """A row that is gone and led to an object of this size."""

    object_key: str


class PurgedRunRow(msgspec.Struct, frozen=True):
    """A run of which nothing is left; the bytes of all that was freed."""

    freed_bytes: int


class HeldHistoryRow(msgspec.Struct, frozen=True):
    """Whether others read rows of a run."""

    is_held: bool


class PurgeStatusRow(msgspec.Struct, frozen=True):
    """How many deleted runs have something left, and how many were purged so far, with the bytes of these."""

    deleted_runs: int
    purged_runs: int
    purged_bytes: int


_FILE = QueryFile("runs/purge.sql")

SELECT_RUNS_TO_PURGE: Final = _FILE.query("select_runs_to_purge", DueRunRow)
BACKDATE_DELETIONS: Final = _FILE.command("backdate_deletions")
BEGIN_PURGE: Final = _FILE.command("begin_purge")
SELECT_BEGUN_PURGE: Final = _FILE.query("select_begun_purge", BegunPurgeRow)
SELECT_IS_HELD: Final = _FILE.query("select_is_held", HeldHistoryRow)
SELECT_HELD_RUNS: Final = _FILE.query("select_held_runs", RunIdRow)
LET_GO_OF_SHARED: Final = _FILE.command("let_go_of_shared")
PURGE_ROWS: Final = tuple(
    _FILE.query(name, FreedRow)
    for name in (
        "purge_console",
        "purge_documents",
        "purge_untold_start",
        "purge_history_export",
        "purge_alerts",
        "purge_artifact_uses",
    )
)
PURGE_HISTORY: Final = tuple(
    _FILE.query(name, FreedRow)
    for name in ("purge_streams", "purge_tail", "purge_chunks", "purge_branches", "purge_fork")
)
"""In this order: see purge_streams."""
PURGE_OBJECTS: Final = tuple(_FILE.query(name, FreedObjectRow) for name in ("purge_files", "purge_history_files"))
PURGE_RUN: Final = _FILE.query("purge_run", FreedRow)
ADD_FREED_BYTES: Final = _FILE.command("add_freed_bytes")
FINISH_PURGE: Final = _FILE.query("finish_purge", PurgedRunRow)
ADD_PURGED_RUNS: Final = _FILE.command("add_purged_runs")
SELECT_PURGE_STATUS: Final = _FILE.query("select_purge_status", PurgeStatusRow)
