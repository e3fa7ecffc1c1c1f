"""Teams and the accounts of programs in them: make them."""

from __future__ import annotations

import secrets

from runfolio_server.actions.access import check_account, check_site
from runfolio_server.actions.identity.members import TEAMS_OF_USER_MAX, add_member, check_role
from runfolio_server.actions.identity.people import (
    SERVICE,
    TEAM,
    Acting,
    check_text,
    locked_team,
    named_user,
)
from runfolio_server.actions.identity.users import DISPLAYED_NAME_MAX, changed_user
from runfolio_server.domain.names import ENTITY_NAME_MAX, check_entity_name
from runfolio_server.domain.permission import Permission, Role
from runfolio_server.errors import AppError, Conflict
from runfolio_server.sql.identity.members import COUNT_TEAMS_OF_USER, SELECT_TEAM, SELECT_TEAM_MEMBER
from runfolio_server.sql.identity.users import (
    COUNT_SERVICE_ACCOUNTS,
    INSERT_ENTITY,
    INSERT_SERVICE_ACCOUNT,
    SELECT_USER_BY_USERNAME,
    EntityRow,
    UserRow,
)
from runfolio_server.sql.pool import Connection

# A team has some for its machines and schedules. Those that were removed count: what they logged names them.
SERVICE_ACCOUNTS_MAX = 1000
_RANDOM_BYTES = 3


async def create_team(acting: Acting, *, name: str, admin_username: str | None) -> EntityRow:
    """Make a team whose only member, an admin, is the viewer, or as a site admin whoever else is named.

    Idempotent: a team of this name that has this admin is answered. Raises Conflict for a name that somebody else has,
    AppError, Forbidden, NotFound.
    """
    viewer = acting.viewer
    check_entity_name(name, "input.teamName")
    check_account(viewer, "make teams")
    if admin_username is not None and admin_username != viewer.username:
        check_site(viewer, Permission.MANAGE, "make teams for other users")
    async with acting.database.transaction() as connection:
        admin = await named_user(connection, admin_username or viewer.username, "input.teamAdminUserName")
        team = await make_team(connection, name, admin, by=viewer.user_id)
    acting.forget(admin.user_id)
    return team


async def make_team(connection: Connection, name: str, admin: UserRow, *, by: int | None) -> EntityRow:
    """Make a team in the caller's transaction; see create_team."""
    if admin.kind == SERVICE:
        raise AppError(f"{admin.username} is a service account of a team; only people make and manage teams.")
    team = await connection.row(SELECT_TEAM, name)
    if team is not None:
        membership = await connection.row(SELECT_TEAM_MEMBER, team.entity_id, admin.user_id)
        if membership is not None and membership.role == Role.ADMIN:
            return team
    count = await connection.row(COUNT_TEAMS_OF_USER, admin.user_id)
    if count is not None and count.count >= TEAMS_OF_USER_MAX:
        raise Conflict(f"{admin.username} is in {count.count} teams; allowed: {TEAMS_OF_USER_MAX}.")
    # A name that is taken, by a team or a user, is a Conflict.
    made = await connection.row(INSERT_ENTITY, name, TEAM)
    if made is None:
        raise LookupError("INSERT … RETURNING gave no entity")
    await add_member(connection, made, admin, Role.ADMIN, by=by)
    return made


async def create_service_account(
    acting: Acting, *, entity_name: str, description: str, username: str | None, role: str | None
) -> UserRow:
    """Make an account for a program, a member of the team and of nothing else, with no key.

    With a username it is idempotent: an account of this name in this team is answered. Without one each call makes
    another. Raises NotFound, AppError, Conflict.
    """
    check_text(description, DISPLAYED_NAME_MAX, "input.description")
    wanted_role = check_role(role, Role.MEMBER)
    if username is not None:
        check_entity_name(username, "input.username")
    async with acting.database.transaction() as connection:
        team = await locked_team(connection, acting.viewer, Permission.MANAGE, entity_name)
        return await make_service_account(
            connection, team, description, username, wanted_role, by=acting.viewer.user_id
        )


async def make_service_account(
    connection: Connection, team: EntityRow, description: str, username: str | None, role: Role, *, by: int | None
) -> UserRow:
    """Make the account in the caller's transaction, which holds the team's row; see create_service_account."""
    found = None if username is None else await connection.row(SELECT_USER_BY_USERNAME, username)
    if found is not None and found.team_id == team.entity_id and found.deactivated_at is None:
        return found
    count = await connection.row(COUNT_SERVICE_ACCOUNTS, team.entity_id)
    if count is not None and count.count >= SERVICE_ACCOUNTS_MAX:
        raise Conflict(f"The team {team.name} has had {count.count} service accounts; allowed: {SERVICE_ACCOUNTS_MAX}.")
    ending = f"-service-{secrets.token_hex(_RANDOM_BYTES)}"
    name = username or f"{team.name[: ENTITY_NAME_MAX - len(ending)]}{ending}"
    entity = await connection.row(INSERT_ENTITY, name, "user")
    if entity is None:
        raise LookupError("INSERT … RETURNING gave no entity")
    inserted = await connection.row(INSERT_SERVICE_ACCOUNT, entity.entity_id, description or None, team.entity_id)
    if inserted is None:
        raise LookupError("INSERT … RETURNING gave no user")
    row = await changed_user(connection, inserted.user_id, "made", by)
    await add_member(connection, team, row, role, by=by)
    return row
