"""Projects: find them, make them on demand."""

from __future__ import annotations

from runfolio_server.domain.names import check_project_name
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import NotFound
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.projects import INSERT_PROJECT, SELECT_PROJECT_BY_NAME, ProjectRow
from runfolio_server.sql.users import SELECT_ENTITY_BY_NAME

# The project of runs that name none.
DEFAULT_PROJECT = "uncategorized"


async def find_project(
    connection: Connection, viewer: Viewer, entity_name: str | None, project_name: str | None
) -> ProjectRow | None:
    """The project of this name, if the viewer sees one. Empty names mean their own entity and `uncategorized`."""
    entity_name, project_name = _full(viewer, entity_name, project_name)
    return await connection.row(SELECT_PROJECT_BY_NAME, entity_name, project_name, viewer.entity_ids)


async def make_project(
    connection: Connection, viewer: Viewer, entity_name: str | None, project_name: str | None
) -> ProjectRow:
    """Make the project that find_project did not find, or take the one that somebody else has made since.

    Raises NotFound for an entity that the viewer may not write, AppError for a name that is not allowed.
    """
    entity_name, project_name = _full(viewer, entity_name, project_name)
    check_project_name(project_name, "project")
    entity = await connection.row(SELECT_ENTITY_BY_NAME, entity_name, viewer.entity_ids)
    if entity is None:
        raise NotFound(f"There is no entity {entity_name[:100]!r} that {viewer.username} may write to.", path="entity")
    await connection.execute(INSERT_PROJECT, entity.entity_id, project_name, viewer.user_id)
    made = await connection.row(SELECT_PROJECT_BY_NAME, entity_name, project_name, viewer.entity_ids)
    if made is None:
        raise NotFound(f"The project {project_name!r} has just been deleted.", path="project")
    return made


def _full(viewer: Viewer, entity_name: str | None, project_name: str | None) -> tuple[str, str]:
    return entity_name or viewer.username, project_name or DEFAULT_PROJECT
