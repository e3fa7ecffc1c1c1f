"""Rows of runs and of their streams. Called by loaders, actions and the worker; see runs.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class RunRow(msgspec.Struct, frozen=True):
    """A run without its history. `config_text` and `summary_text` are as received."""

    run_id: UUID
    project_id: int
    name: str
    display_name: str
    state: str
    tags: list[str]
    group_name: str | None
    job_type: str | None
    notes: str | None
    description: str | None
    sweep_name: str | None
    host: str | None
    program: str | None
    commit_hash: str | None
    repository: str | None
    created_by: int
    created_at: datetime
    updated_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    started_at: datetime | None
    exit_code: int | None
    stop_requested: bool
    config_text: str
    summary_text: str
    system_text: str | None


class StartedRunRow(RunRow, frozen=True):
    """A run that was started, and how it was found; a deleted one was left as it was.

    `waiting` names the documents, config or summary, that are to be joined to those that are there; `puts_back` the
    columns that are to be as they were before a start that has turned out to be an older one, None: there was none.
    """

    is_new: bool
    is_deleted: bool
    waiting: list[str]
    puts_back: list[str] | None


class DocumentsRow(msgspec.Struct, frozen=True):
    """Config and summary of a run, as text."""

    config_text: str
    summary_text: str


class ConfigRow(msgspec.Struct, frozen=True):
    """The config of a run, as received."""

    config_text: str


class EnvironmentRow(msgspec.Struct, frozen=True):
    """What a run's newest process told, JSON of domain/run_environment.py, and the seconds that all say they ran."""

    run_id: UUID
    environment: str
    runtime: float | None


class RunConfigRow(ConfigRow, frozen=True):
    """The config of one of several runs."""

    run_id: UUID


class StateRow(msgspec.Struct, frozen=True):
    """The state of a run."""

    state: str


class RunIdRow(msgspec.Struct, frozen=True):
    """A run that the statement has changed."""

    run_id: UUID


class CrashedRunRow(RunIdRow, frozen=True):
    """A run that fell silent, and whether somebody had asked it to stop."""

    stop_requested: bool


class StreamRow(msgspec.Struct, frozen=True):
    """Where a stream of a run stands in its newest epoch; `next_line` is what a resuming client continues at.

    `step_high` and `unrepeated`, the most lines of an epoch that are not repeated ones, are of all epochs.
    """

    run_id: UUID
    stream: str
    writer: str
    epoch: int
    next_line: int
    step_high: float | None
    rejected: int
    repeated: int = 0
    unrepeated: int = 0


_FILE = QueryFile("runs/runs.sql")

SELECT_RUN_BY_NAME: Final = _FILE.query("select_run_by_name", RunRow)
SELECT_VISIBLE_RUN: Final = _FILE.queries("select_visible_run", RunRow)
START_RUN: Final = _FILE.query("start_run", StartedRunRow)
SELECT_DOCUMENTS: Final = _FILE.query("select_documents", DocumentsRow)
LOCK_RUN: Final = _FILE.query("lock_run", RunRow)
LOCK_DOCUMENTS: Final = _FILE.query("lock_documents", DocumentsRow)
SELECT_ENVIRONMENTS: Final = _FILE.query("select_environments", EnvironmentRow)
SELECT_CONFIGS: Final = _FILE.query("select_configs", RunConfigRow)
LOCK_CONFIG: Final = _FILE.query("lock_config", ConfigRow)
LOCK_STATE: Final = _FILE.query("lock_state", StateRow)
REQUEST_STOP: Final = _FILE.query("request_stop", RunIdRow)
SET_LOGGED_KEYS: Final = _FILE.command("set_logged_keys")
SET_STATE: Final = _FILE.query("set_state", RunIdRow)
MARK_SILENT_RUNS_CRASHED: Final = _FILE.query("mark_silent_runs_crashed", CrashedRunRow)
SELECT_STREAMS: Final = _FILE.query("select_streams", StreamRow)
