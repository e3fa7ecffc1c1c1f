"""Rows of deleted projects. Called by actions/projects/ and worker/purge.py; see deleted_projects.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.runs.runs import RunIdRow


class DeletedProjectRow(ProjectRow, frozen=True):
    """A deleted project; `purge_began_at` is None while it can come back."""

    deleted_at: datetime
    purge_began_at: datetime | None
    purged_at: datetime | None


_FILE = QueryFile("projects/deleted_projects.sql")

DELETE_PROJECT: Final = _FILE.command("delete_project")
SELECT_DELETED_PROJECT: Final = _FILE.query("select_deleted_project", DeletedProjectRow)
SELECT_DELETED_PROJECT_BY_NAME: Final = _FILE.query("select_deleted_project_by_name", DeletedProjectRow)
SELECT_DELETED_PROJECTS_PAGE: Final = _FILE.query("select_deleted_projects_page", DeletedProjectRow)
COUNT_DELETED_PROJECTS: Final = _FILE.query("count_deleted_projects", CountRow)
RESTORE_PROJECT: Final = _FILE.query("restore_project", ProjectRow)
BEGIN_PURGES_OF_PROJECTS: Final = _FILE.command("begin_purges_of_projects")
SELECT_PROJECTS_TO_PURGE: Final = _FILE.query("select_projects_to_purge", DeletedProjectRow)
SELECT_RUNS_OF_PROJECT: Final = _FILE.query("select_runs_of_project", RunIdRow)
FINISH_PURGE_OF_PROJECT: Final = _FILE.command("finish_purge_of_project")
FORGET_FORMER_NAMES: Final = _FILE.command("forget_former_names")
