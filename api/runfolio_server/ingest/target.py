"""Which run a batch is for: entity, project and run name → run id. Called by endpoints/file_stream.py."""

from __future__ import annotations

from uuid import UUID

from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.viewer import Viewer
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.pool import Database
from runfolio_server.sql.projects.projects import SELECT_PROJECT_BY_NAME


class RunTargets:
    """Finds runs by name; remembers for seconds who may log to which project, so that a batch costs one call."""

    def __init__(self, remembered: RememberedAccess) -> None:
        self._project_ids = remembered.project_ids

    async def find(
        self, database: Database, viewer: Viewer, entity_name: str, project_name: str, run_name: str
    ) -> UUID | None:
        """The id that the run has if it exists; None when there is no such project to which the viewer may log."""
        key = (viewer.user_id, entity_name, project_name)
        project_id = self._project_ids.get(key)
        if project_id is None:
            async with database.connection() as connection:
                row = await connection.row(SELECT_PROJECT_BY_NAME[Permission.LOG], entity_name, project_name, viewer)
            if row is None:
                return None
            project_id = row.project_id
            self._project_ids.put(key, project_id)
        return run_id_of(project_id, run_name)

    def forget(self, viewer: Viewer, entity_name: str, project_name: str) -> None:
        """Look this project up anew the next time."""
        self._project_ids.forget((viewer.user_id, entity_name, project_name))
