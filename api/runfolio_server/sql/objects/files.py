"""Rows of run files. Called by loaders and actions; see files.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class FileRow(msgspec.Struct, frozen=True):
    """A file of a run; `size` in bytes, `md5` in base64."""

    run_id: UUID
    file_id: UUID
    name: str
    object_key: str
    size: int
    md5: str
    mimetype: str | None
    uploaded_at: datetime


class ReplacedRow(msgspec.Struct, frozen=True):
    """The object that the name led to before (None: none), and whether the new one took its place.

    `is_swept`: it cannot, because it was taken for a leftover and is being deleted. `is_deleted`: because the run is.
    """

    old_object_key: str | None
    is_stored: bool
    is_swept: bool
    is_deleted: bool


class DeletedFileRow(msgspec.Struct, frozen=True):
    """The object of a file that is no longer listed."""

    object_key: str


_FILE = QueryFile("objects/files.sql")

STORE_RUN_FILE: Final = _FILE.query("store_run_file", ReplacedRow)
SELECT_RUN_FILES_PAGE: Final = _FILE.query("select_run_files_page", FileRow)
COUNT_RUN_FILES: Final = _FILE.query("count_run_files", CountRow)
DELETE_RUN_FILES: Final = _FILE.query("delete_run_files", DeletedFileRow)
