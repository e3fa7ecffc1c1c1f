"""Projects that are made when their first run comes."""

from __future__ import annotations

from runfolio_server.actions.access import checked_entity, visible_project
from runfolio_server.domain.names import check_project_name
from runfolio_server.domain.permission import Permission, Visibility
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import NotFound
from runfolio_server.events.writer import write_project_changed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.projects.projects import INSERT_PROJECT, TAKE_FORMER_NAME, ProjectRow

# The project of runs that name none.
DEFAULT_PROJECT = "uncategorized"


async def find_project(
    connection: Connection, viewer: Viewer, entity_name: str | None, project_name: str | None
) -> ProjectRow | None:
    """The project of this name, if there is one to which the viewer may log.

    Empty names mean the viewer's own entity and `uncategorized`.
    """
    entity_name, project_name = _full(viewer, entity_name, project_name)
    return await visible_project(connection, viewer, Permission.LOG, entity_name, project_name)


async def make_project(
    connection: Connection, viewer: Viewer, entity_name: str | None, project_name: str | None
) -> ProjectRow:
    """Make the project that find_project did not find, or take the one that somebody else has made since.

    Raises NotFound for an entity to which the viewer may not log, AppError for a name that is not allowed.
    """
    entity_name, project_name = _full(viewer, entity_name, project_name)
    check_project_name(project_name, "project")
    entity = await checked_entity(connection, viewer, Permission.LOG, entity_name, path="entity")
    await insert_project(connection, viewer, entity.entity_id, project_name, None)
    made = await visible_project(connection, viewer, Permission.LOG, entity_name, project_name)
    if made is None:
        raise NotFound(f"The project {project_name!r} has just been deleted.", path="project")
    return made


async def insert_project(
    connection: Connection,
    viewer: Viewer,
    entity_id: int,
    name: str,
    description: str | None,
    visibility: Visibility = Visibility.PRIVATE,
) -> bool:
    """Make a project of an entity that has been checked, in the caller's transaction; whether it was made just now.

    One of this name stays as it is. The name leads no longer to a project that had it before.
    """
    made = await connection.row(INSERT_PROJECT, entity_id, name, viewer.user_id, description, visibility.value)
    if made is not None:
        await take_name(connection, entity_id, name)
    return made is not None


async def take_name(connection: Connection, entity_id: int, name: str) -> None:
    """A project has this name from now on; whoever remembers another under it is told to look again."""
    before = await connection.row(TAKE_FORMER_NAME, entity_id, name)
    if before is not None:
        await write_project_changed(connection, entity_id=entity_id, project_id=before.project_id)


def _full(viewer: Viewer, entity_name: str | None, project_name: str | None) -> tuple[str, str]:
    return entity_name or viewer.default_entity_name, project_name or DEFAULT_PROJECT
