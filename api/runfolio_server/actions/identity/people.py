"""Who acts on accounts and teams, and how what they change is told: what the actions of this folder share."""

from __future__ import annotations

from dataclasses import dataclass

from runfolio_server.actions.access import SITE, Account, Owned, allowed, check_account, checked_entity
from runfolio_server.domain.names import NEVER_IN_NAMES_TOLD, never_in_names
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Forbidden, NotFound
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.identity.members import LOCK_TEAM
from runfolio_server.sql.identity.users import SELECT_USER_BY_USERNAME, EntityRow, UserRow
from runfolio_server.sql.pool import Connection, Database

TEAM = "team"
SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Acting:
    """Who changes something, and where: the database, and what is to forget what was known of who may do what."""

    database: Database
    remembered: RememberedAccess
    wake_up: EventWakeUp
    viewer: Viewer

    def forget(self, user_id: int) -> None:
        """After the commit: this process forgets what it knows of the user, and others are woken to do so."""
        self.remembered.clear(user_id=user_id)
        self.wake_up.announce()


async def locked_team(connection: Connection, viewer: Viewer, permission: Permission, name: str) -> EntityRow:
    """The team, whose row this transaction holds from now on. Raises NotFound, and AppError for a user's entity."""
    check_account(viewer, "change teams")
    entity = await checked_entity(connection, viewer, permission, name, path="input.entityName")
    if entity.kind != TEAM:
        raise AppError(
            f"input.entityName {value_excerpt(name)} is the entity of a user, whose alone it is; allowed: a team",
            path="input.entityName",
        )
    await connection.row(LOCK_TEAM, entity.entity_id)
    # Who held the row until now may have taken the permission away.
    return await checked_entity(connection, viewer, permission, name, path="input.entityName")


async def named_user(connection: Connection, username: str, path: str = "input.username") -> UserRow:
    """The user of this name. Raises NotFound."""
    user = await connection.row(SELECT_USER_BY_USERNAME, username)
    if user is None:
        raise NotFound(f"There is no user {username[:100]!r}.", path=path)
    return user


async def managed_user(connection: Connection, viewer: Viewer, username: str | None, what: str) -> UserRow:
    """The user whose keys the viewer may make and revoke; None: the viewer.

    That is oneself, a service account of a team that the viewer manages, and for site admins anybody. `what` completes
    "may …". Raises NotFound for site admins, and for others Forbidden, whether there is such a user or not.
    """
    if username is None or username == viewer.username:
        check_account(viewer, what)
        return await named_user(connection, viewer.username)
    if allowed(viewer, Permission.MANAGE, SITE):
        return await named_user(connection, username)
    user = await connection.row(SELECT_USER_BY_USERNAME, username)
    if user is None or not may_manage(viewer, user):
        raise Forbidden(f"Only a site admin may {what} for other users; {viewer.username} is not one.")
    return user


def may_manage(viewer: Viewer, user: UserRow) -> bool:
    """Whether the viewer may see, make and revoke the keys of this user."""
    if allowed(viewer, Permission.MANAGE, SITE):
        return True
    if user.user_id == viewer.user_id:
        return allowed(viewer, Permission.EDIT, Account(viewer.user_id))
    return user.team_id is not None and manages_team(viewer, user.team_id)


def manages_team(viewer: Viewer, entity_id: int) -> bool:
    """Whether the viewer says who is in the team; a key that may not change its own account says so of none."""
    may_change = allowed(viewer, Permission.EDIT, Account(viewer.user_id))
    return may_change and allowed(viewer, Permission.MANAGE, Owned(entity_id))


def sees_members(viewer: Viewer, entity_id: int) -> bool:
    """Whether the viewer may know who is in the team: its members, but by no key that is for one project."""
    return viewer.key_project_id is None and allowed(viewer, Permission.READ, Owned(entity_id))


def check_text(text: str | None, most: int, path: str) -> None:
    """Raise AppError for a text for people that is too long, or has what no text in one line has."""
    if text is not None and (len(text) > most or never_in_names(text)):
        raise AppError(
            f"{path} is {text[:100]!r}; allowed: at most {most} characters without {NEVER_IN_NAMES_TOLD}", path=path
        )
