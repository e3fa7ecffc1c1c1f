"""Users: make, change, deactivate and activate them, and give them a new key instead of all that they had."""

from __future__ import annotations

import re
import secrets
from uuid import uuid4

from runfolio_server.actions.access import check_site
from runfolio_server.actions.identity.api_keys import (
    IssuedKey,
    WantedKey,
    issue_key,
    revoke_all_keys,
)
from runfolio_server.actions.identity.people import Acting, check_text, managed_user, named_user
from runfolio_server.domain.api_keys import hash_api_key
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.names import check_entity_name
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError, Forbidden
from runfolio_server.events.writer import write_user_event
from runfolio_server.sql.identity.api_keys import INSERT_API_KEY
from runfolio_server.sql.identity.users import (
    ACTIVATE_USER,
    COUNT_OTHER_SITE_ADMINS,
    COUNT_USERS,
    DEACTIVATE_USER,
    INSERT_ENTITY,
    INSERT_SECRET,
    INSERT_USER,
    LOCK_USERS,
    SELECT_SECRET,
    SELECT_USERS,
    UPDATE_USER,
    UserRow,
)
from runfolio_server.sql.pool import Connection

# RFC 5321 allows 64 octets before the @, and 254 of a whole address.
EMAIL_NAME_MAX = 64
EMAIL_HOST_MAX = 190
EMAIL = re.compile(rf"[^@\s\x00-\x1f]{{1,{EMAIL_NAME_MAX}}}@[^@\s\x00-\x1f]{{1,{EMAIL_HOST_MAX}}}")
# What people read beside a run: a name of somebody, or what a service account is for.
DISPLAYED_NAME_MAX = 256
LAST_SITE_ADMIN = (
    "This is the last site admin who can sign in: without one nobody could make users or keys. Make another user a "
    "site admin first."
)


async def ensure_first_user(connection: Connection, username: str, key: str) -> bool:
    """Make the first user, a site admin with this key; False when there are users already. Idempotent."""
    check_entity_name(username, "username")
    async with connection.transaction():
        await connection.execute(LOCK_USERS)
        count = await connection.row(COUNT_USERS)
        if count is not None and count.count:
            return False
        user_id = await _insert_user(connection, username, email=None, is_admin=True)
        await connection.execute(
            INSERT_API_KEY, uuid4(), user_id, hash_api_key(key), "made at the first start", None, "admin", None, None
        )
        return True


async def create_user(acting: Acting, *, username: str, email: str | None, admin: bool) -> UserRow:
    """Make a user with a personal entity of its name, and no key. Site admins only.

    Not idempotent: a second call is a Conflict. Raises Forbidden, AppError for a name or email that is not one.
    """
    check_site(acting.viewer, Permission.MANAGE, "create users")
    async with acting.database.transaction() as connection:
        return await make_user(connection, username, email=email, is_admin=admin, by=acting.viewer.user_id)


async def make_user(
    connection: Connection, username: str, *, email: str | None, is_admin: bool, by: int | None
) -> UserRow:
    """Make a user in the caller's transaction; `by` is the user who does, None: whoever runs the machine."""
    check_entity_name(username, "input.username")
    check_email(email)
    user_id = await _insert_user(connection, username, email=email, is_admin=is_admin)
    return await changed_user(connection, user_id, "made", by)


async def update_user(
    acting: Acting, *, username: str | None, display_name: str | None, email: str | None, admin: bool | None
) -> UserRow:
    """Change what is given of a user, and leave what is None; an empty text clears. None for the user: oneself.

    What they are called, everybody may change of oneself; the address and the role are for site admins, because an
    invite to an address is for whoever has it here. Idempotent. Raises Forbidden, NotFound, Conflict for an address
    that is taken.
    """
    viewer = acting.viewer
    if email is not None or admin is not None:
        check_site(viewer, Permission.MANAGE, "change the email or the role of users")
    check_text(display_name, DISPLAYED_NAME_MAX, "input.displayName")
    check_email(email)
    async with acting.database.transaction() as connection:
        await connection.execute(LOCK_USERS)
        user = await managed_user(connection, viewer, username, "change users")
        row = await change_user(
            connection, user, display_name=display_name, email=email, admin=admin, by=viewer.user_id
        )
    acting.forget(user.user_id)
    return row


async def change_user(
    connection: Connection,
    user: UserRow,
    *,
    display_name: str | None = None,
    email: str | None = None,
    admin: bool | None = None,
    by: int | None,
) -> UserRow:
    """Change a user in the caller's transaction, which holds the table; see update_user."""
    if admin and user.team_id is not None:
        raise AppError(f"{user.username} is a service account; only people are site admins.", path="input.admin")
    if user.is_admin and admin is False:
        await _check_other_site_admin(connection, user.user_id)
    await connection.execute(
        UPDATE_USER,
        user.user_id,
        user.display_name if display_name is None else display_name or None,
        user.email if email is None else email or None,
        user.is_admin if admin is None else admin,
    )
    return await changed_user(connection, user.user_id, "changed", by)


async def set_active(acting: Acting, *, username: str, active: bool) -> UserRow:
    """Deactivate a user, whose keys are invalid from then on and who may do nothing, or let them in again.

    Site admins only. Idempotent. Keys that were revoked stay so. Raises Forbidden for the last site admin, NotFound.
    """
    viewer = acting.viewer
    check_site(viewer, Permission.MANAGE, "deactivate and activate users")
    async with acting.database.transaction() as connection:
        await connection.execute(LOCK_USERS)
        user = await named_user(connection, username)
        row = await change_activity(connection, user, active=active, by=viewer.user_id)
    acting.forget(user.user_id)
    return row


async def change_activity(connection: Connection, user: UserRow, *, active: bool, by: int | None) -> UserRow:
    """Deactivate or activate a user in the caller's transaction, which holds the table. Idempotent."""
    if not active:
        if user.is_admin and user.deactivated_at is None:
            await _check_other_site_admin(connection, user.user_id)
        await revoke_all_keys(connection, user, by)
    if not await connection.execute(ACTIVATE_USER if active else DEACTIVATE_USER, user.user_id):
        return user
    return await changed_user(connection, user.user_id, "activated" if active else "deactivated", by)


async def reset_api_keys(acting: Acting, *, username: str | None) -> IssuedKey:
    """Revoke all keys of a user, and make the one that they sign in with from now on; None: of the viewer.

    Oneself, a service account of a team that one manages, or as a site admin anybody. Not idempotent: each call makes
    another key, and the one before it is invalid.
    """
    async with acting.database.transaction() as connection:
        await connection.execute(LOCK_USERS)
        user = await managed_user(connection, acting.viewer, username, "reset keys")
        issued = await reset_keys(connection, user, by=acting.viewer.user_id)
    acting.forget(user.user_id)
    return issued


async def reset_keys(connection: Connection, user: UserRow, *, by: int | None) -> IssuedKey:
    """Make a key the only one of a user, in the caller's transaction, which holds the table of users."""
    await revoke_all_keys(connection, user, by)
    return await issue_key(connection, user, WantedKey(description="made anew"), by=by)


async def changed_user(connection: Connection, user_id: int, change: str, by: int | None) -> UserRow:
    """Tell of a change of a user in its transaction; the user as they are now."""
    rows = await connection.rows(SELECT_USERS, [user_id])
    await write_user_event(
        connection, EventKind.USER_CHANGED, entity_id=rows[0].entity_id, user_id=user_id, by=by, change=change
    )
    return rows[0]


def check_email(email: str | None) -> None:
    """Raise AppError for a text that is no address; an empty one clears."""
    if email and not EMAIL.fullmatch(email):
        raise AppError(f"input.email {email[:100]!r} is not an email address", path="input.email")


async def _check_other_site_admin(connection: Connection, user_id: int) -> None:
    count = await connection.row(COUNT_OTHER_SITE_ADMINS, user_id)
    if count is None or not count.count:
        raise Forbidden(LAST_SITE_ADMIN, path="input.username")


async def ensure_secret(connection: Connection, purpose: str) -> bytes:
    """The secret of this purpose, made when there is none yet: the same for every server of one database."""
    await connection.execute(INSERT_SECRET, purpose, secrets.token_bytes(32))
    row = await connection.row(SELECT_SECRET, purpose)
    if row is None:
        raise LookupError(f"no secret for {purpose}")
    return row.secret


async def _insert_user(connection: Connection, username: str, *, email: str | None, is_admin: bool) -> int:
    entity = await connection.row(INSERT_ENTITY, username, "user")
    if entity is None:
        raise LookupError("INSERT … RETURNING gave no entity")
    user = await connection.row(INSERT_USER, entity.entity_id, email, is_admin)
    if user is None:
        raise LookupError("INSERT … RETURNING gave no user")
    return user.user_id
