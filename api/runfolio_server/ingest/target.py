"""Which run a batch is for: entity, project and run name → run id. Called by endpoints/file_stream.py."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from runfolio_server.domain.permission import Permission, may_with_all
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.viewer import Viewer
from runfolio_server.remembered import LoggedProject, RememberedAccess
from runfolio_server.sql.access import bound_access
from runfolio_server.sql.pool import Database
from runfolio_server.sql.projects.projects import SELECT_PROJECT_BY_NAME


@dataclass(frozen=True, slots=True)
class RunTarget:
    """The id that a run has if it exists; `asking`: whoever must be asked whether they may log to this one, too."""

    run_id: UUID
    asking: Viewer | None


class RunTargets:
    """Finds runs by name; remembers for seconds who may log to which project, so that a batch costs one call."""

    def __init__(self, remembered: RememberedAccess) -> None:
        self._projects = remembered.projects

    async def find(
        self, database: Database, viewer: Viewer, entity_name: str, project_name: str, run_name: str
    ) -> RunTarget | None:
        """What the run is if it exists; None when there is no such project to which the viewer may log."""
        key = _key(viewer, entity_name, project_name)
        found = self._projects.get(key)
        if found is None:
            async with database.connection() as connection:
                row = await connection.row(SELECT_PROJECT_BY_NAME[Permission.LOG], entity_name, project_name, viewer)
            if row is None:
                return None
            found = LoggedProject(row.project_id, may_with_all(viewer, Permission.LOG, row.entity_id))
            self._projects.put(key, found)
        return RunTarget(run_id_of(found.project_id, run_name), None if found.to_all_runs else viewer)

    def forget(self, viewer: Viewer, entity_name: str, project_name: str) -> None:
        """Look this project up anew the next time."""
        self._projects.forget(_key(viewer, entity_name, project_name))


def _key(viewer: Viewer, entity_name: str, project_name: str) -> tuple[int, tuple[int, ...], str, str]:
    may = tuple(bound_access(viewer, Permission.LOG, of_project=True))
    return viewer.user_id, may, entity_name, project_name
