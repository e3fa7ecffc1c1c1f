"""Which run a batch is for: entity, project and run name → run id. Called by endpoints/file_stream.py."""

from __future__ import annotations

from uuid import UUID

from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.viewer import Viewer
from runfolio_server.sql.pool import Database
from runfolio_server.sql.projects import SELECT_PROJECT_BY_NAME

REMEMBERED_MAX = 10_000


class RunTargets:
    """Finds runs by name; remembers projects, whose names and owners never change, so that a batch costs one call."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._project_ids: dict[tuple[int, str, str], int] = {}

    async def find(self, viewer: Viewer, entity_name: str, project_name: str, run_name: str) -> UUID | None:
        """The id that the run has if it exists; None when the viewer sees no such project."""
        key = (viewer.user_id, entity_name, project_name)
        project_id = self._project_ids.get(key)
        if project_id is None:
            async with self._database.connection() as connection:
                row = await connection.row(SELECT_PROJECT_BY_NAME, entity_name, project_name, viewer.entity_ids)
            if row is None:
                return None
            if len(self._project_ids) >= REMEMBERED_MAX:
                self._project_ids.clear()
            project_id = self._project_ids[key] = row.project_id
        return run_id_of(project_id, run_name)
