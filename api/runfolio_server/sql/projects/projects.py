"""Rows of projects. Called by loaders and actions; see projects.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class ProjectIdRow(msgspec.Struct, frozen=True):
    """A project that the statement has made, or one that a name led to."""

    project_id: int


class ProjectRow(msgspec.Struct, frozen=True):
    """A project."""

    project_id: int
    entity_id: int
    name: str
    description: str | None
    created_by: int
    created_at: datetime
    visibility: str


_FILE = QueryFile("projects/projects.sql")

INSERT_PROJECT: Final = _FILE.query("insert_project", ProjectIdRow)
SELECT_PROJECT_BY_NAME: Final = _FILE.queries("select_project_by_name", ProjectRow)
SELECT_VISIBLE_PROJECT: Final = _FILE.queries("select_visible_project", ProjectRow)
SELECT_PROJECTS: Final = _FILE.query("select_projects", ProjectRow)
SELECT_PROJECTS_PAGE: Final = _FILE.query("select_projects_page", ProjectRow)
COUNT_PROJECTS: Final = _FILE.query("count_projects", CountRow)
COUNT_RUNS_EVER: Final = _FILE.query("count_runs_ever", CountRow)
COUNT_COPIED_RUN: Final = _FILE.command("count_copied_run")
LOCK_PROJECT: Final = _FILE.query("lock_project", ProjectRow)
UPDATE_PROJECT: Final = _FILE.query("update_project", ProjectRow)
INSERT_FORMER_NAME: Final = _FILE.command("insert_former_name")
TAKE_FORMER_NAME: Final = _FILE.query("take_former_name", ProjectIdRow)
