"""Which stored objects of runs are in use. Called by worker/run_objects.py and actions; see run_objects.sql."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.objects.unused_objects import OwnerIdRow, UsedKeyRow


class DeletedRunRow(msgspec.Struct, frozen=True):
    """A deleted run that still has files of its history."""

    run_id: UUID


class ReadableObjectRow(msgspec.Struct, frozen=True):
    """Whose an object of a run is, how far its project is open, and whether it is a file, not history."""

    entity_id: int
    visibility: str
    created_by: int
    is_file: bool


_FILE = QueryFile("objects/run_objects.sql")

SELECT_KNOWN_RUNS: Final = _FILE.query("select_known_runs", OwnerIdRow)
SELECT_USED_RUN_OBJECTS: Final = _FILE.query("select_used_run_objects", UsedKeyRow)
SELECT_RUN_THAT_TAKES_FILES: Final = _FILE.query("select_run_that_takes_files", OwnerIdRow)
SELECT_READABLE_RUN_OBJECT: Final = _FILE.query("select_readable_run_object", ReadableObjectRow)
SELECT_RUNS_WITH_OBSOLETE_FILES: Final = _FILE.query("select_runs_with_obsolete_files", DeletedRunRow)
DELETE_HISTORY_FILES: Final = _FILE.command("delete_history_files")
DELETE_HISTORY_EXPORTS: Final = _FILE.command("delete_history_exports")
