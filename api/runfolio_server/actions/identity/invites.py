"""Invites to teams: invite, accept, revoke. There is no mail: whoever invites hands the token over."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from runfolio_server.actions.access import check_account
from runfolio_server.actions.identity.members import add_member, check_role
from runfolio_server.actions.identity.people import SERVICE, Acting, locked_team, manages_team, named_user
from runfolio_server.actions.identity.users import check_email
from runfolio_server.domain.api_keys import hash_api_key
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.permission import Permission, Role
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Conflict, Forbidden, NotFound
from runfolio_server.events.writer import write_event
from runfolio_server.sql.identity.invites import (
    ACCEPT_INVITE,
    COUNT_OPEN_INVITES,
    DELETE_OLD_INVITES,
    INSERT_INVITE,
    REVOKE_INVITE,
    SELECT_INVITE,
    SELECT_INVITE_BY_TOKEN,
    SELECT_OPEN_INVITE,
    InviteRow,
)
from runfolio_server.sql.identity.members import LOCK_TEAM, SELECT_TEAM_MEMBER, TeamMemberRow
from runfolio_server.sql.pool import Connection

# Whoever is on holiday comes back to an invite that is still good.
INVITE_DAYS_DEFAULT: Final = 14
# A token that lies in a mailbox for longer is found by somebody else.
INVITE_DAYS_MAX = 90
# SDKs read them in one list with the members.
OPEN_INVITES_MAX = 200
# How long one that is over is kept, in days.
KEPT_DAYS: Final = 90
TOKEN_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class IssuedInvite:
    """A new invite, and the only time that its token is seen."""

    row: InviteRow
    token: str


async def create_invite(
    acting: Acting, *, entity_name: str, username: str | None, email: str | None, role: str | None, days: int | None
) -> IssuedInvite:
    """Invite a user by name, or whoever has an address, to a team that the viewer manages.

    Not idempotent: the token is shown once. Raises Conflict for somebody who is invited or in the team already,
    NotFound for a team or a user that is not there, AppError.
    """
    wanted_role = check_role(role, Role.MEMBER)
    lasts = INVITE_DAYS_DEFAULT if days is None else days
    if not 1 <= lasts <= INVITE_DAYS_MAX:
        raise AppError(f"input.days is {lasts}; allowed: 1 to {INVITE_DAYS_MAX}", path="input.days")
    if bool(username) == bool(email):
        raise AppError("An invite is for a user or for an address; give one of input.username and input.email.")
    check_email(email)
    viewer = acting.viewer
    async with acting.database.transaction() as connection:
        team = await locked_team(connection, viewer, Permission.MANAGE, entity_name)
        user_id = None
        if username:
            user = await named_user(connection, username)
            if user.kind == SERVICE:
                raise AppError(
                    f"{username} is a service account, which belongs to its own team.", path="input.username"
                )
            if await connection.row(SELECT_TEAM_MEMBER, team.entity_id, user.user_id) is not None:
                raise Conflict(f"{username} is in the team {team.name} already.", path="input.username")
            user_id = user.user_id
        if await connection.row(SELECT_OPEN_INVITE, team.entity_id, email or None, user_id) is not None:
            raise Conflict(
                f"{username or email} is invited to the team {team.name} already; revoke that invite for a new token."
            )
        await connection.execute(DELETE_OLD_INVITES, team.entity_id, KEPT_DAYS)
        count = await connection.row(COUNT_OPEN_INVITES, team.entity_id)
        if count is not None and count.count >= OPEN_INVITES_MAX:
            raise Conflict(f"The team {team.name} has {count.count} open invites; allowed: {OPEN_INVITES_MAX}.")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = await connection.row(
            INSERT_INVITE,
            uuid4(),
            team.entity_id,
            email or None,
            user_id,
            wanted_role.value,
            hash_api_key(token),
            viewer.user_id,
            lasts,
        )
        if row is None:
            raise LookupError("INSERT … RETURNING gave no invite")
        await _tell(connection, row, viewer, "made")
        return IssuedInvite(row, token)


async def accept_invite(acting: Acting, *, token: str | None, invite_id: UUID | None) -> TeamMemberRow:
    """Come into the team: by the id of an invite that names the viewer or their address, or by a token.

    The token of an invite by address is good for whoever has it, that of a user for this user. Idempotent. Raises
    NotFound for an invite that is not theirs, was revoked or is over.
    """
    viewer = acting.viewer
    check_account(viewer, "accept invites")
    if (token is None) == (invite_id is None):
        raise AppError("An invite is accepted by its token or by its id; give one of input.token and input.id.")
    async with acting.database.transaction() as connection:
        invite = await _invite(connection, token, invite_id)
        if invite is None or not _is_for(invite, viewer, has_token=token is not None):
            raise _missing()
        team = await connection.row(LOCK_TEAM, invite.entity_id)
        user = await named_user(connection, viewer.username)
        if team is None:
            raise LookupError(f"an invite to the entity {invite.entity_id}, which is not there")
        if user.kind == SERVICE:
            raise Forbidden(f"{user.username} is a service account, which belongs to its own team.")
        if await connection.execute(ACCEPT_INVITE, invite.invite_id):
            await add_member(connection, team, user, Role(invite.role), by=viewer.user_id)
            await _tell(connection, invite, viewer, "accepted")
        membership = await connection.row(SELECT_TEAM_MEMBER, team.entity_id, user.user_id)
        if membership is None:
            raise _missing()
    acting.forget(viewer.user_id)
    return membership


async def revoke_invite(acting: Acting, *, invite_id: UUID) -> None:
    """Take an invite back, or turn down one of the viewer's. Idempotent: one that was revoked stays so.

    Raises NotFound for an invite that is none of the viewer's and to no team that they manage, or was accepted.
    """
    viewer = acting.viewer
    check_account(viewer, "revoke invites")
    async with acting.database.transaction() as connection:
        invite = await connection.row(SELECT_INVITE, invite_id)
        if invite is None or not (manages_team(viewer, invite.entity_id) or _is_for(invite, viewer, has_token=False)):
            raise _missing()
        if await connection.execute(REVOKE_INVITE, invite_id):
            await _tell(connection, invite, viewer, "revoked")
        elif invite.accepted_at is not None:
            raise Conflict("This invite was accepted; remove the member instead.", path="input.id")


async def _invite(connection: Connection, token: str | None, invite_id: UUID | None) -> InviteRow | None:
    if token is not None:
        return await connection.row(SELECT_INVITE_BY_TOKEN, hash_api_key(token))
    return await connection.row(SELECT_INVITE, invite_id)


def _is_for(invite: InviteRow, viewer: Viewer, *, has_token: bool) -> bool:
    if invite.user_id is not None:
        return invite.user_id == viewer.user_id
    return has_token or (viewer.email or "").lower() == (invite.email or "").lower()


def _missing() -> NotFound:
    return NotFound("There is no such invite for you, or it was revoked or is over; ask for a new one.", path="input")


async def _tell(connection: Connection, invite: InviteRow, viewer: Viewer, change: str) -> None:
    await write_event(
        connection,
        EventKind.INVITE_CHANGED,
        entity_id=invite.entity_id,
        object_id=invite.invite_id,
        by=viewer.user_id,
        change=change,
        role=invite.role,
    )
