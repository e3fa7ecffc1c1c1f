"""Projects by hand: make, describe, rename, delete, restore."""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.actions.access import checked_entity, checked_project_of_id, missing_project_id
from runfolio_server.actions.projects.on_demand import insert_project, take_name
from runfolio_server.domain import json_text
from runfolio_server.domain.names import check_project_name
from runfolio_server.domain.permission import Permission, Visibility
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Conflict, Gone
from runfolio_server.events.writer import write_project_changed
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects.deleted_projects import (
    DELETE_PROJECT,
    RESTORE_PROJECT,
    SELECT_DELETED_PROJECT,
)
from runfolio_server.sql.projects.projects import (
    INSERT_FORMER_NAME,
    LOCK_PROJECT,
    SELECT_PROJECT_BY_NAME,
    UPDATE_PROJECT,
    ProjectRow,
)

# As long as the notes of a run may be: it is the same kind of text.
DESCRIPTION_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class MadeProject:
    """A project, and whether it was made just now."""

    row: ProjectRow
    is_new: bool


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What to change of a project: None leaves it; a description counts when `is_described`, None then clears it."""

    name: str | None = None
    description: str | None = None
    is_described: bool = False
    visibility: Visibility | None = None


async def create_project(
    database: Database,
    viewer: Viewer,
    entity_name: str | None,
    name: str,
    description: str | None,
    visibility: Visibility = Visibility.PRIVATE,
) -> MadeProject:
    """Make a project; one of this name stays as it is, and is the answer. Idempotent.

    Raises NotFound for an entity to which the viewer may not log, or that they may not manage for a project that others
    see; AppError for what is not allowed.
    """
    check_project_name(name, "input.name")
    text = _description(description)
    permission = Permission.LOG if visibility is Visibility.PRIVATE else Permission.MANAGE
    entity_name = entity_name or viewer.default_entity_name
    async with database.transaction() as connection:
        entity = await checked_entity(connection, viewer, permission, entity_name, path="input.entityName")
        is_new = await insert_project(connection, viewer, entity.entity_id, name, text, visibility)
        row = await connection.row(SELECT_PROJECT_BY_NAME[Permission.LOG], entity_name, name, viewer)
    if row is None:
        raise Conflict(f"The project {name!r} has just been deleted.", path="input.name")
    return MadeProject(row, is_new)


async def update_project(
    database: Database, remembered: RememberedAccess, viewer: Viewer, project_id: int, change: ProjectChange
) -> ProjectRow:
    """Rename or describe a project, or let others see it. A former name leads to it until another has it. Idempotent.

    Raises NotFound when there is no such project that the viewer may change, or whose visibility they may decide,
    Conflict when another has the name.
    """
    if change.name is not None:
        check_project_name(change.name, "input.name")
    text = _description(change.description)
    async with database.transaction() as connection:
        permission = Permission.EDIT if change.visibility is None else Permission.MANAGE
        await checked_project_of_id(connection, viewer, permission, project_id)
        before = await _locked(connection, project_id, Permission.EDIT)
        name = before.name if change.name is None else change.name
        description = text if change.is_described else before.description
        visibility = before.visibility if change.visibility is None else change.visibility.value
        row = await connection.row(UPDATE_PROJECT, project_id, name, description, visibility)
        if row is None:
            raise missing_project_id(Permission.EDIT)
        if name != before.name:
            await take_name(connection, row.entity_id, name)
            await connection.execute(INSERT_FORMER_NAME, row.entity_id, before.name, project_id)
        if (name, visibility) != (before.name, before.visibility):
            await write_project_changed(connection, entity_id=row.entity_id, project_id=project_id)
    remembered.clear(project_id=project_id)
    return row


async def delete_project(database: Database, remembered: RememberedAccess, viewer: Viewer, project_id: int) -> None:
    """Delete a project with its runs: gone for everybody, its name free, until it is restored or purged. Idempotent.

    Raises NotFound when there is no such project that the viewer may delete.
    """
    async with database.transaction() as connection:
        if await connection.row(SELECT_DELETED_PROJECT, project_id, viewer) is not None:
            return
        project = await checked_project_of_id(connection, viewer, Permission.MANAGE, project_id)
        await connection.execute(DELETE_PROJECT, project_id)
        await write_project_changed(connection, entity_id=project.entity_id, project_id=project_id)
    remembered.clear(project_id=project_id)


async def restore_project(
    database: Database, remembered: RememberedAccess, viewer: Viewer, project_id: int, name: str | None
) -> ProjectRow:
    """Bring a deleted project back as it was, under another name if one is given. Idempotent.

    Raises NotFound when there is no such project that the viewer may restore, Gone once it is being purged, Conflict
    when another project has the name.
    """
    if name is not None:
        check_project_name(name, "input.name")
    async with database.transaction() as connection:
        deleted = await connection.row(SELECT_DELETED_PROJECT, project_id, viewer)
        if deleted is None:
            return await checked_project_of_id(connection, viewer, Permission.MANAGE, project_id)
        if deleted.purge_began_at is not None:
            raise _purged(deleted)
        row = await connection.row(RESTORE_PROJECT, project_id, deleted.name if name is None else name)
        if row is None:
            raise _purged(deleted)
        await take_name(connection, row.entity_id, row.name)
        await write_project_changed(connection, entity_id=row.entity_id, project_id=project_id)
    remembered.clear(project_id=project_id)
    return row


async def _locked(connection: Connection, project_id: int, permission: Permission) -> ProjectRow:
    row = await connection.row(LOCK_PROJECT, project_id)
    if row is None:
        raise missing_project_id(permission)
    return row


def _purged(project: ProjectRow) -> Gone:
    return Gone(f"The project {project.name!r} was deleted too long ago: what it had is gone.", path="input.id")


def _description(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) > DESCRIPTION_MAX:
        raise AppError(f"description has {len(text)} characters; allowed: {DESCRIPTION_MAX}", path="input.description")
    return json_text.storable_text(text)
