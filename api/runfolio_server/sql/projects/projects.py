"""Rows of projects. Called by loaders and actions; see projects.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class ProjectRow(msgspec.Struct, frozen=True):
    """A project."""

    project_id: int
    entity_id: int
    name: str
    description: str | None
    created_by: int
    created_at: datetime


_FILE = QueryFile("projects/projects.sql")

INSERT_PROJECT: Final = _FILE.command("insert_project")
SELECT_PROJECT_BY_NAME: Final = _FILE.queries("select_project_by_name", ProjectRow)
SELECT_PROJECTS: Final = _FILE.query("select_projects", ProjectRow)
SELECT_PROJECTS_PAGE: Final = _FILE.query("select_projects_page", ProjectRow)
COUNT_PROJECTS: Final = _FILE.query("count_projects", CountRow)
