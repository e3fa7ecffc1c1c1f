"""What whoever runs the server's machine does to users, teams and keys, without a key; for serve/operator.py.

They have all there is anyway, so nobody is asked for permission. The rules hold: the last admin stays one.
"""

from __future__ import annotations

from runfolio_server.actions.access import missing
from runfolio_server.actions.identity.api_keys import IssuedKey, WantedKey, check_wanted_key, issue_key
from runfolio_server.actions.identity.people import named_user
from runfolio_server.actions.identity.users import change_activity, change_user
from runfolio_server.domain.api_keys import public_key_name
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError, NotFound
from runfolio_server.events.writer import write_event
from runfolio_server.sql.identity.api_keys import (
    REVOKE_API_KEY,
    SELECT_API_KEYS_PAGE,
    SELECT_KEY_PROJECT,
    ApiKeyRow,
    KeyProjectRow,
)
from runfolio_server.sql.identity.members import LOCK_TEAM, SELECT_TEAM
from runfolio_server.sql.identity.users import LOCK_USERS, SELECT_FIRST_ADMIN, EntityRow, UserRow
from runfolio_server.sql.pool import Connection

# All that somebody may have.
_KEYS_SHOWN = 1000


async def user_on_machine(connection: Connection, username: str | None) -> UserRow:
    """The user of this name; None: the site admin who was made first. Raises NotFound."""
    if username is not None:
        return await named_user(connection, username)
    user = await connection.row(SELECT_FIRST_ADMIN)
    if user is None:
        raise NotFound("There is no site admin; make a user one with --username NAME --admin.")
    return user


async def team_on_machine(connection: Connection, name: str) -> EntityRow:
    """The team, whose row the caller's transaction holds from now on. Raises NotFound."""
    team = await connection.row(SELECT_TEAM, name)
    if team is None:
        raise NotFound(f"There is no team {name[:100]!r}.")
    await connection.row(LOCK_TEAM, team.entity_id)
    return team


async def issue_key_on_machine(
    connection: Connection, *, username: str | None, admin: bool, wanted: WantedKey
) -> tuple[UserRow, IssuedKey]:
    """Make a key for the user of this name, whom `admin` makes a site admin; without a name as user_on_machine.

    Somebody who is deactivated is let in again by `admin`. Not idempotent: each call makes another key.
    """
    check_wanted_key(wanted)
    async with connection.transaction():
        await connection.execute(LOCK_USERS)
        user = await user_on_machine(connection, username)
        if admin:
            user = await change_activity(connection, user, active=True, by=None)
            user = await change_user(connection, user, admin=True, by=None)
        project = await _project(connection, wanted)
        project_id = None if project is None else project.project_id
        return user, await issue_key(connection, user, wanted, project_id=project_id, by=None)


async def keys_on_machine(connection: Connection, user: UserRow) -> list[ApiKeyRow]:
    """The valid keys of a user, newest first."""
    return await connection.rows(SELECT_API_KEYS_PAGE, user.user_id, None, _KEYS_SHOWN)


async def revoke_key_on_machine(connection: Connection, user: UserRow, name: str) -> None:
    """Revoke the key of a user that is listed under this name. Raises NotFound, AppError for several of one name."""
    found = [row for row in await keys_on_machine(connection, user) if shown_name(row) == name]
    if not found:
        raise NotFound(f"{user.username} has no key {name[:100]!r}; `runfolio keys list` shows those that are valid.")
    if len(found) > 1:
        raise AppError(f"{user.username} has {len(found)} keys {name[:100]!r}; revoke all of them with `keys reset`.")
    await connection.execute(REVOKE_API_KEY, found[0].api_key_id, user.user_id)
    await write_event(
        connection,
        EventKind.API_KEY_REVOKED,
        entity_id=user.entity_id,
        object_id=found[0].api_key_id,
        by=None,
    )


def shown_name(row: ApiKeyRow) -> str:
    """What a key is called in lists."""
    return row.name or public_key_name(row.api_key_id)


async def _project(connection: Connection, wanted: WantedKey) -> KeyProjectRow | None:
    if wanted.project_name is None:
        return None
    project = await connection.row(SELECT_KEY_PROJECT, wanted.entity_name, wanted.project_name)
    if project is None:
        what = f"project {wanted.project_name[:100]!r} in entity {(wanted.entity_name or '')[:100]!r}"
        raise missing(what, Permission.READ, None)
    return project
