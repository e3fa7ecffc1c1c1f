"""Users, teams and keys for whoever runs the machine: each function does one thing, and gives the lines to print."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from runfolio_server.actions.identity.api_keys import WantedKey
from runfolio_server.actions.identity.machine import (
    issue_key_on_machine,
    keys_on_machine,
    revoke_key_on_machine,
    shown_name,
    team_on_machine,
    user_on_machine,
)
from runfolio_server.actions.identity.members import add_member, check_role, set_role, take_out
from runfolio_server.actions.identity.teams import make_service_account, make_team
from runfolio_server.actions.identity.users import change_activity, change_user, make_user, reset_keys
from runfolio_server.domain.names import check_entity_name
from runfolio_server.domain.permission import Role
from runfolio_server.sql.identity.members import SELECT_TEAM_MEMBERS_PAGE, SELECT_TEAMS
from runfolio_server.sql.identity.users import LOCK_USERS, SELECT_ALL_USERS, SELECT_USERS, UserRow
from runfolio_server.sql.pool import Connection

Doing = Callable[[Connection], Awaitable[list[str]]]
_PAGE = 1000


async def list_users(connection: Connection) -> list[str]:
    """All users, by name."""
    lines = []
    after = ""
    while rows := await connection.rows(SELECT_ALL_USERS, after, _PAGE):
        lines += [_line(row) for row in rows]
        after = rows[-1].username
    return lines


def create_user(username: str, email: str | None, *, admin: bool) -> Doing:
    """Make a user, who has no key."""

    async def do(connection: Connection) -> list[str]:
        async with connection.transaction():
            return [_line(await make_user(connection, username, email=email, is_admin=admin, by=None))]

    return do


def set_user(username: str, display_name: str | None, email: str | None, admin: bool | None) -> Doing:
    """Change what is given of a user."""

    async def do(connection: Connection) -> list[str]:
        async with connection.transaction():
            await connection.execute(LOCK_USERS)
            user = await user_on_machine(connection, username)
            changed = await change_user(connection, user, display_name=display_name, email=email, admin=admin, by=None)
            return [_line(changed)]

    return do


def set_activity(username: str, *, active: bool) -> Doing:
    """Shut a user out, or let them in again."""

    async def do(connection: Connection) -> list[str]:
        async with connection.transaction():
            await connection.execute(LOCK_USERS)
            user = await user_on_machine(connection, username)
            return [_line(await change_activity(connection, user, active=active, by=None))]

    return do


async def list_teams(connection: Connection) -> list[str]:
    """All teams, by name."""
    lines = []
    after = ""
    while rows := await connection.rows(SELECT_TEAMS, after, _PAGE):
        lines += [row.name for row in rows]
        after = rows[-1].name
    return lines


def create_team(name: str, admin: str) -> Doing:
    """Make a team with this admin."""

    async def do(connection: Connection) -> list[str]:
        check_entity_name(name, "TEAM")
        async with connection.transaction():
            user = await user_on_machine(connection, admin)
            return [(await make_team(connection, name, user, by=None)).name]

    return do


def list_members(name: str) -> Doing:
    """Who is in a team, and as what."""

    async def do(connection: Connection) -> list[str]:
        async with connection.transaction():
            team = await team_on_machine(connection, name)
            rows = await connection.rows(SELECT_TEAM_MEMBERS_PAGE, team.entity_id, "", 0, _PAGE)
            users = await connection.rows(SELECT_USERS, [row.user_id for row in rows])
        named = {user.user_id: user for user in users}
        return [f"{row.role}\t{_line(named[row.user_id])}" for row in rows]

    return do


def put_into_team(name: str, username: str, role: str | None) -> Doing:
    """Put somebody into a team, or change what they are in it."""

    async def do(connection: Connection) -> list[str]:
        wanted = check_role(role, Role.MEMBER)
        async with connection.transaction():
            team = await team_on_machine(connection, name)
            user = await user_on_machine(connection, username)
            if not await add_member(connection, team, user, wanted, by=None):
                await set_role(connection, team, user, wanted, by=None)
        return [f"{wanted}\t{_line(user)}"]

    return do


def take_out_of_team(name: str, username: str) -> Doing:
    """Take somebody out of a team."""

    async def do(connection: Connection) -> list[str]:
        async with connection.transaction():
            team = await team_on_machine(connection, name)
            await take_out(connection, team, await user_on_machine(connection, username), by=None)
        return []

    return do


def create_service_account(name: str, description: str, username: str | None, role: str | None) -> Doing:
    """Make an account for a program in a team."""

    async def do(connection: Connection) -> list[str]:
        wanted = check_role(role, Role.MEMBER)
        if username is not None:
            check_entity_name(username, "--username")
        async with connection.transaction():
            team = await team_on_machine(connection, name)
            return [_line(await make_service_account(connection, team, description, username, wanted, by=None))]

    return do


def list_keys(username: str | None) -> Doing:
    """The valid keys of a user: name, scope, when made, last used and until when."""

    async def do(connection: Connection) -> list[str]:
        user = await user_on_machine(connection, username)
        return [
            "\t".join(
                (
                    shown_name(row),
                    row.scope,
                    _day(row.created_at),
                    "never used" if row.last_used_at is None else f"used {_day(row.last_used_at)}",
                    "" if row.expires_at is None else f"until {_day(row.expires_at)}",
                )
            ).rstrip()
            for row in await keys_on_machine(connection, user)
        ]

    return do


def create_key(
    username: str | None, *, admin: bool, name: str | None, scope: str | None, project: str | None, days: float | None
) -> Callable[[Connection], Awaitable[tuple[UserRow, str]]]:
    """Make a key: whose it is, and its text."""

    async def do(connection: Connection) -> tuple[UserRow, str]:
        entity_name, _, project_name = (project or "").partition("/")
        wanted = WantedKey(
            description="made on the machine",
            name=name,
            scope=scope,
            entity_name=entity_name if project else None,
            project_name=project_name if project else None,
            expires_at=None if days is None else datetime.now(UTC) + timedelta(days=days),
        )
        user, issued = await issue_key_on_machine(connection, username=username, admin=admin, wanted=wanted)
        return user, issued.key

    return do


def revoke_key(username: str | None, name: str) -> Doing:
    """Revoke the key of this name."""

    async def do(connection: Connection) -> list[str]:
        async with connection.transaction():
            await revoke_key_on_machine(connection, await user_on_machine(connection, username), name)
        return []

    return do


def make_only_key(username: str | None) -> Callable[[Connection], Awaitable[tuple[UserRow, str]]]:
    """Revoke all keys of a user, and make one: whose it is, and its text."""

    async def do(connection: Connection) -> tuple[UserRow, str]:
        async with connection.transaction():
            await connection.execute(LOCK_USERS)
            user = await user_on_machine(connection, username)
            return user, (await reset_keys(connection, user, by=None)).key

    return do


def _line(user: UserRow) -> str:
    told = [user.username, user.display_name or "", user.email or ""]
    told += ["site admin"] * user.is_admin + ["service account"] * (user.team_id is not None)
    told += ["deactivated"] * (user.deactivated_at is not None)
    return "\t".join(part for part in told if part)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
