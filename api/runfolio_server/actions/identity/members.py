"""Who is in a team and as what: put somebody in, change their role, remove them, leave."""

from __future__ import annotations

from runfolio_server.actions.access import check_account
from runfolio_server.actions.identity.people import SERVICE, Acting, locked_team, named_user
from runfolio_server.actions.identity.users import change_activity
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.permission import Permission, Role
from runfolio_server.errors import AppError, Conflict, Forbidden, NotFound
from runfolio_server.events.writer import write_user_event
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.sql.identity.invites import REVOKE_INVITES_BY
from runfolio_server.sql.identity.members import (
    COUNT_OTHER_TEAM_ADMINS,
    COUNT_TEAM_MEMBERS,
    COUNT_TEAMS_OF_USER,
    DELETE_TEAM_MEMBER,
    INSERT_TEAM_MEMBER,
    SELECT_TEAM_MEMBER,
    UPDATE_TEAM_ROLE,
    TeamMemberRow,
)
from runfolio_server.sql.identity.users import LOCK_USERS, SELECT_USERS, EntityRow, UserRow
from runfolio_server.sql.pool import Connection

# SDKs read the members of a team in one list.
TEAM_MEMBERS_MAX = 1000
# Each is bound to every statement that finds something for the user.
TEAMS_OF_USER_MAX = 200


def check_role(role: str | None, otherwise: Role) -> Role:
    """The role of this name; None: the other one. Raises AppError for a word that is none."""
    if role is None:
        return otherwise
    if role not in set(Role):
        raise AppError(f"input.role is {value_excerpt(role)}; allowed: {', '.join(Role)}", path="input.role")
    return Role(role)


async def add_member(connection: Connection, team: EntityRow, user: UserRow, role: Role, *, by: int | None) -> bool:
    """Put a user into a team whose row the caller's transaction holds; False when they are in it, as whatever.

    Raises Conflict when the team is full, or the user in as many teams as may be.
    """
    if await connection.row(SELECT_TEAM_MEMBER, team.entity_id, user.user_id) is not None:
        return False
    members = await connection.row(COUNT_TEAM_MEMBERS, team.entity_id)
    if members is not None and members.count >= TEAM_MEMBERS_MAX:
        raise Conflict(f"The team {team.name} has {members.count} members; allowed: {TEAM_MEMBERS_MAX}.")
    teams = await connection.row(COUNT_TEAMS_OF_USER, user.user_id)
    if teams is not None and teams.count >= TEAMS_OF_USER_MAX:
        raise Conflict(f"{user.username} is in {teams.count} teams; allowed: {TEAMS_OF_USER_MAX}.")
    await connection.execute(INSERT_TEAM_MEMBER, team.entity_id, user.user_id, role.value)
    await _tell(connection, team, user, by, role.value)
    return True


async def change_role(acting: Acting, *, entity_name: str, username: str, role: str) -> TeamMemberRow:
    """Make a member something else in the team. Idempotent.

    Raises NotFound for a team that the viewer does not manage and for somebody who is not in it, Forbidden for the last
    admin.
    """
    wanted = check_role(role, Role.MEMBER)
    async with acting.database.transaction() as connection:
        team = await locked_team(connection, acting.viewer, Permission.MANAGE, entity_name)
        user = await named_user(connection, username)
        row = await set_role(connection, team, user, wanted, by=acting.viewer.user_id)
    acting.forget(user.user_id)
    return row


async def set_role(
    connection: Connection, team: EntityRow, user: UserRow, role: Role, *, by: int | None
) -> TeamMemberRow:
    """Make a member something else, in a transaction that holds the team's row."""
    membership = await _membership(connection, team, user)
    if role != membership.role:
        if membership.role == Role.ADMIN:
            await _lose_admin(connection, team, user)
        await connection.execute(UPDATE_TEAM_ROLE, team.entity_id, user.user_id, role.value)
        await _tell(connection, team, user, by, role.value)
    return await _membership(connection, team, user)


async def remove_member(acting: Acting, *, entity_name: str, username: str) -> None:
    """Take somebody out of a team; a service account is deactivated, for it is nothing without its team.

    Raises NotFound for a team that the viewer does not manage and for somebody who is not in it, Forbidden for the last
    admin.
    """
    async with acting.database.transaction() as connection:
        team = await locked_team(connection, acting.viewer, Permission.MANAGE, entity_name)
        user = await named_user(connection, username)
        await take_out(connection, team, user, by=acting.viewer.user_id)
    acting.forget(user.user_id)


async def remove_member_of_id(acting: Acting, *, entity_name: str, user_id: int) -> None:
    """The same for the number of a user, which says nothing to whoever does not manage the team."""
    async with acting.database.transaction() as connection:
        team = await locked_team(connection, acting.viewer, Permission.MANAGE, entity_name)
        users = await connection.rows(SELECT_USERS, [user_id])
        if not users or await connection.row(SELECT_TEAM_MEMBER, team.entity_id, user_id) is None:
            raise NotFound(f"There is no member of this id in the team {team.name}.", path="input.id")
        await take_out(connection, team, users[0], by=acting.viewer.user_id)
    acting.forget(user_id)


async def leave_team(acting: Acting, *, entity_name: str) -> None:
    """Leave a team. Raises NotFound for a team that the viewer is not in, Forbidden for the last admin."""
    viewer = acting.viewer
    check_account(viewer, "leave teams")
    async with acting.database.transaction() as connection:
        team = await locked_team(connection, viewer, Permission.READ, entity_name)
        user = await named_user(connection, viewer.username)
        if user.kind == SERVICE:
            raise Forbidden(f"{user.username} is a service account, which does not leave its team; remove it.")
        await take_out(connection, team, user, by=viewer.user_id)
    acting.forget(user.user_id)


async def take_out(connection: Connection, team: EntityRow, user: UserRow, *, by: int | None) -> None:
    """Take somebody out of a team, in a transaction that holds its row."""
    membership = await _membership(connection, team, user)
    if membership.role == Role.ADMIN:
        await _lose_admin(connection, team, user)
    await connection.execute(DELETE_TEAM_MEMBER, team.entity_id, user.user_id)
    await _tell(connection, team, user, by, None)
    if user.kind == SERVICE:
        await connection.execute(LOCK_USERS)
        await change_activity(connection, user, active=False, by=by)


async def _membership(connection: Connection, team: EntityRow, user: UserRow) -> TeamMemberRow:
    found = await connection.row(SELECT_TEAM_MEMBER, team.entity_id, user.user_id)
    if found is None:
        raise NotFound(f"{user.username} is not in the team {team.name}.", path="input.username")
    return found


async def _lose_admin(connection: Connection, team: EntityRow, user: UserRow) -> None:
    """Let somebody be an admin no longer. Raises Forbidden for the last one who can sign in."""
    others = await connection.row(COUNT_OTHER_TEAM_ADMINS, team.entity_id, user.user_id)
    if user.kind != SERVICE and (others is None or not others.count):
        raise Forbidden(
            f"{user.username} is the last admin of the team {team.name}: without one nobody could say who is in it. "
            "Make another member an admin first.",
            path="input.username",
        )
    await connection.execute(REVOKE_INVITES_BY, team.entity_id, user.user_id)


async def _tell(connection: Connection, team: EntityRow, user: UserRow, by: int | None, role: str | None) -> None:
    await write_user_event(
        connection, EventKind.MEMBERSHIP_CHANGED, entity_id=team.entity_id, user_id=user.user_id, by=by, role=role
    )
