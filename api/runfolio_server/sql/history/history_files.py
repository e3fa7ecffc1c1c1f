"""Rows of files that hold the history of ended runs. Called by actions/runs/history_files.py; see history_files.sql."""

from __future__ import annotations

from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile


class HistoryExportRow(msgspec.Struct, frozen=True):
    """A run's history and what is known of its files; `rows` are those that it has now."""

    state: str
    was_rewound: bool
    rows: int
    rows_seen: int | None  # when files were last made or refused; null: never
    refusal: str | None
    next_number: int  # of the next file
    file_rows: int  # in all files
    step_high: int | None  # the greatest step in a file; null: no file


class HistoryFileRow(msgspec.Struct, frozen=True):
    """A file of rows; `size` in bytes."""

    number: int
    object_key: str
    size: int


_FILE = QueryFile("history/history_files.sql")

SELECT_EXPORT: Final = _FILE.query("select_export", HistoryExportRow)
SELECT_HISTORY_FILES: Final = _FILE.query("select_history_files", HistoryFileRow)
INSERT_HISTORY_FILE: Final = _FILE.command("insert_history_file")
UPSERT_EXPORT: Final = _FILE.command("upsert_export")
