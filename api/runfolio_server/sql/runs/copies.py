"""Runs that are copied or moved: the steps that are not alike for all tables. Called by actions/runs/copying.py."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class RunCopyRow(msgspec.Struct, frozen=True):
    """A copy that is under way or, with `done_at`, was made."""

    target_id: UUID
    source_id: UUID
    is_move: bool
    asked_by: int
    done_at: datetime | None


class CopyLeaseRow(msgspec.Struct, frozen=True):
    """The right to go on with a copy, until then."""

    lease: datetime | None


class CopiedStateRow(msgspec.Struct, frozen=True):
    """What of a run's row changes with whatever is written to it."""

    state: str
    updated_at: datetime
    heartbeat_at: datetime


class CopiedStreamsRow(msgspec.Struct, frozen=True):
    """Sums that change when lines come, and when they are compacted."""

    streams: int
    next_lines: int
    done: int
    tail_lines: int


class CopiedFilesRow(msgspec.Struct, frozen=True):
    """Sums that change when files come and go."""

    files: int
    bytes: int
    newest: datetime | None


class CopyPlaceRow(msgspec.Struct, frozen=True):
    """Whose the target is."""

    entity_id: int
    project_id: int


class FileToCopyRow(msgspec.Struct, frozen=True):
    """A file whose bytes are to be copied too."""

    name: str
    object_key: str
    size: int
    md5: str
    mimetype: str | None
    issued_at: datetime
    uploaded_at: datetime


_FILE = QueryFile("runs/copies.sql")

INSERT_COPY_TARGET: Final = _FILE.command("insert_copy_target")
INSERT_RUN_COPY: Final = _FILE.command("insert_run_copy")
SELECT_RUN_COPY: Final = _FILE.query("select_run_copy", RunCopyRow)
SELECT_LEFT_COPIES: Final = _FILE.query("select_left_copies", RunCopyRow)
TAKE_COPY: Final = _FILE.query("take_copy", CopyLeaseRow)
KEEP_COPY: Final = _FILE.query("keep_copy", CopyLeaseRow)
FINISH_RUN_COPY: Final = _FILE.command("finish_run_copy")
FORGET_COPIED_OUTPUTS: Final = _FILE.command("forget_copied_outputs")
MOVE_LOGGED_ARTIFACTS: Final = _FILE.command("move_logged_artifacts")
DELETE_RUN_COPY: Final = _FILE.command("delete_run_copy")
SELECT_COPIED_STATE: Final = _FILE.query("select_copied_state", CopiedStateRow)
SELECT_COPIED_STREAMS: Final = _FILE.query("select_copied_streams", CopiedStreamsRow)
SELECT_COPIED_FILES: Final = _FILE.query("select_copied_files", CopiedFilesRow)
COPY_INHERITED: Final = _FILE.command("copy_inherited")
COPY_BRANCHES: Final = _FILE.command("copy_branches")
COPY_FORK: Final = _FILE.command("copy_fork")
SELECT_COPY_PLACE: Final = _FILE.query("select_copy_place", CopyPlaceRow)
COPY_EVENTS: Final = _FILE.command("copy_events")
DELETE_TARGET_EVENTS: Final = _FILE.command("delete_target_events")
SELECT_FILES_TO_COPY: Final = _FILE.query("select_files_to_copy", FileToCopyRow)
INSERT_COPIED_FILE: Final = _FILE.command("insert_copied_file")
INSERT_MOVED_RUN: Final = _FILE.command("insert_moved_run")
DELETE_HIDDEN_RUN: Final = _FILE.command("delete_hidden_run")
