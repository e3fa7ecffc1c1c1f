"""Who may do what to which project, run, entity or account: the one place where queries and actions ask.

What the viewer may not reach looks exactly like what is not there: `visible_…` gives None, which queries answer, and
`checked_…` raises NotFound, which changes do. The statements ask for the permission themselves: see sql/access.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from runfolio_server.domain.permission import (
    OWNER_OF_ACCOUNT,
    SITE_ADMIN_OF_ACCOUNTS,
    SITE_ADMIN_OF_SITE,
    Permission,
    entity_ids,
    key_allows_beyond_data,
    may_with_all,
)
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Forbidden, NotFound
from runfolio_server.sql.identity.users import SELECT_ENTITY_BY_NAME, EntityRow
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.projects.projects import SELECT_PROJECT_BY_NAME, SELECT_VISIBLE_PROJECT, ProjectRow
from runfolio_server.sql.runs.runs import SELECT_RUN_BY_NAME, SELECT_VISIBLE_RUN, RunRow

# Of a name that is told back.
SHOWN_CHARACTERS: Final = 100
SHOWN_NAMES: Final = 5
_OTHERWISE: Final = {
    Permission.READ: "you may not see it",
    Permission.LOG: "you may not log to it",
    Permission.EDIT: "you may not change it",
    Permission.DELETE: "you may not delete from it",
    Permission.MANAGE: "you may not manage it",
}


@dataclass(frozen=True, slots=True)
class Owned:
    """An entity, or what it owns: a project or a run."""

    entity_id: int


@dataclass(frozen=True, slots=True)
class Account:
    """A user's account."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Site:
    """The installation: its users and its metrics, but no data of anybody."""


SITE: Final = Site()
KEY_IS_FOR_DATA: Final = "it has not the scope admin, or is for one project"
Guarded: TypeAlias = Owned | Account | Site


def allowed(viewer: Viewer, permission: Permission, guarded: Guarded) -> bool:
    """Whether the viewer may do this with what has been found already, or with the site."""
    if isinstance(guarded, Owned):
        return guarded.entity_id in entity_ids(viewer, permission)
    if not key_allows_beyond_data(viewer, permission):
        return False
    if isinstance(guarded, Account) and guarded.user_id == viewer.user_id:
        return permission in OWNER_OF_ACCOUNT
    return viewer.is_admin and permission in (
        SITE_ADMIN_OF_ACCOUNTS if isinstance(guarded, Account) else SITE_ADMIN_OF_SITE
    )


def check_site(viewer: Viewer, permission: Permission, what: str) -> None:
    """Raise Forbidden unless the viewer may do this with the site; `what` completes "may …"."""
    if viewer.is_admin and not allowed(viewer, permission, SITE):
        raise Forbidden(f"This API key may not {what}: {KEY_IS_FOR_DATA}.")
    if not allowed(viewer, permission, SITE):
        raise Forbidden(f"Only a site admin may {what}; {viewer.username} is not one.")


def check_account(viewer: Viewer, what: str) -> None:
    """Raise Forbidden unless the viewer's key lets them change their own account; `what` completes "may …"."""
    if not allowed(viewer, Permission.EDIT, Account(viewer.user_id)):
        raise Forbidden(f"This API key may not {what}: {KEY_IS_FOR_DATA}.")


async def visible_entity(connection: Connection, viewer: Viewer, permission: Permission, name: str) -> EntityRow | None:
    """The entity of this name, if the viewer may do this with it."""
    return await connection.row(SELECT_ENTITY_BY_NAME[permission], name, viewer)


async def checked_entity(
    connection: Connection, viewer: Viewer, permission: Permission, name: str, *, path: str | None = None
) -> EntityRow:
    """The entity of this name. Raises NotFound when there is none with which the viewer may do this."""
    entity = await visible_entity(connection, viewer, permission, name)
    if entity is None:
        raise missing(f"entity {_shown(name)}", permission, path)
    return entity


async def visible_project(
    connection: Connection, viewer: Viewer, permission: Permission, entity_name: str | None, project_name: str
) -> ProjectRow | None:
    """The project of this name, if the viewer may do this with it. No entity means the viewer's own."""
    return await connection.row(
        SELECT_PROJECT_BY_NAME[permission], entity_name or viewer.default_entity_name, project_name, viewer
    )


async def checked_project(
    connection: Connection,
    viewer: Viewer,
    permission: Permission,
    entity_name: str | None,
    project_name: str,
    *,
    path: str | None = None,
) -> ProjectRow:
    """The project of this name. Raises NotFound when there is none with which the viewer may do this."""
    project = await visible_project(connection, viewer, permission, entity_name, project_name)
    if project is None:
        entity_name = entity_name or viewer.default_entity_name
        raise missing(f"project {_shown(project_name)} in entity {_shown(entity_name)}", permission, path)
    return project


async def checked_project_of_id(
    connection: Connection, viewer: Viewer, permission: Permission, project_id: int
) -> ProjectRow:
    """The project of this number. Raises NotFound when there is none with which the viewer may do this."""
    project = await connection.row(SELECT_VISIBLE_PROJECT[permission], project_id, viewer)
    if project is None:
        raise missing_project_id(permission)
    return project


async def visible_run(connection: Connection, viewer: Viewer, permission: Permission, run_id: UUID) -> RunRow | None:
    """The run, if the viewer may do this with it."""
    return await connection.row(SELECT_VISIBLE_RUN[permission], run_id, viewer)


async def checked_run(
    connection: Connection, viewer: Viewer, permission: Permission, run_id: UUID, *, path: str = "input.id"
) -> RunRow:
    """The run. Raises NotFound when there is none with which the viewer may do this."""
    run = await visible_run(connection, viewer, permission, run_id)
    if run is None:
        raise missing_run_id(permission, path=path)
    return run


async def checked_run_of_name(
    connection: Connection, viewer: Viewer, permission: Permission, entity_name: str, project_name: str, name: str
) -> RunRow:
    """The run of this name. Raises NotFound when there is none with which the viewer may do this."""
    # Whoever may change a run in an open project may not change the project.
    project = await visible_project(connection, viewer, Permission.READ, entity_name, project_name)
    if project is not None:
        run_id = run_id_of(project.project_id, name)
        if may_with_all(viewer, permission, project.entity_id):
            run = await connection.row(SELECT_RUN_BY_NAME, project.project_id, name, run_id)
        else:
            run = await visible_run(connection, viewer, permission, run_id)
        if run is not None:
            return run
    raise missing_run([name], entity_name, project_name, permission)


def check_member(viewer: Viewer, permission: Permission, project: ProjectRow, what: str) -> None:
    """Raise Forbidden unless the viewer, who has been shown the project, may do this with all that is in it."""
    if not may_with_all(viewer, permission, project.entity_id):
        raise Forbidden(f"Only members of its entity {what} in the project {project.name!r}; you are not one who may.")


def missing_project_id(permission: Permission) -> NotFound:
    """What to raise for a project that is addressed by its id."""
    return missing("project of this id", permission, "input.id")


def missing_run_id(permission: Permission, *, path: str) -> NotFound:
    """What to raise for a run that is addressed by its id."""
    return missing("run of this id", permission, path)


def missing_run(
    names: Sequence[str], entity_name: str, project_name: str, permission: Permission, *, hint: str = ""
) -> NotFound:
    """What to raise for runs that are addressed by name; `hint` says what else can be done."""
    shown = ", ".join(_shown(name) for name in names[:SHOWN_NAMES])
    place = _shown(f"{entity_name[:SHOWN_CHARACTERS]}/{project_name[:SHOWN_CHARACTERS]}", 2 * SHOWN_CHARACTERS + 1)
    return missing(f"run {shown} in project {place}", permission, None, hint)


def missing(what: str, permission: Permission, path: str | None, hint: str = "") -> NotFound:
    """What to raise for what is not there, or not for the viewer: the one spelling; `what` may hold a shown name."""
    return NotFound(f"There is no {what}, or {_OTHERWISE[permission]}{hint and '; ' + hint}.", path=path)


def _shown(name: str, characters: int = SHOWN_CHARACTERS) -> str:
    return repr(name[:characters])
