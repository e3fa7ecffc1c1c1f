"""Users and their API keys: make them, and revoke keys."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from runfolio_server.actions.access import check_account, check_site
from runfolio_server.domain.api_keys import hash_api_key, new_api_key
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.names import NEVER_IN_NAMES_TOLD, check_entity_name, never_in_names
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Forbidden, NotFound
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.events.writer import write_event
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.identity.users import (
    COUNT_USERS,
    INSERT_API_KEY,
    INSERT_ENTITY,
    INSERT_SECRET,
    INSERT_USER,
    LOCK_USERS,
    MAKE_ADMIN,
    REVOKE_API_KEY,
    SELECT_FIRST_ADMIN,
    SELECT_LOCKED_OUT_ADMIN,
    SELECT_SECRET,
    SELECT_USER_BY_USERNAME,
    SELECT_USERS,
    UserRow,
)
from runfolio_server.sql.pool import Connection, Database

# RFC 5321 allows 64 octets before the @, and 254 of a whole address.
EMAIL_NAME_MAX = 64
EMAIL_HOST_MAX = 190
EMAIL = re.compile(rf"[^@\s\x00-\x1f]{{1,{EMAIL_NAME_MAX}}}@[^@\s\x00-\x1f]{{1,{EMAIL_HOST_MAX}}}")
DESCRIPTION_MAX = 1000
LAST_KEY = (
    "This is the last API key of the last site admin: without it nobody could make users or keys. Make another one, "
    "then revoke this."
)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new API key: the only time that its text is seen."""

    api_key_id: UUID
    key: str
    description: str | None


async def ensure_first_user(connection: Connection, username: str, key: str) -> bool:
    """Make the first user, a site admin with this key; False when there are users already. Idempotent."""
    check_entity_name(username, "username")
    async with connection.transaction():
        await connection.execute(LOCK_USERS)
        count = await connection.row(COUNT_USERS)
        if count is not None and count.count:
            return False
        user_id = await _insert_user(connection, username, email=None, is_admin=True)
        await connection.execute(INSERT_API_KEY, uuid4(), user_id, hash_api_key(key), "made at the first start")
        return True


async def create_user(database: Database, viewer: Viewer, *, username: str, email: str | None, admin: bool) -> UserRow:
    """Make a user with a personal entity of its name, and no key. Site admins only.

    Raises Forbidden, AppError for a name or email that is not one, Conflict when either is taken.
    """
    check_site(viewer, Permission.MANAGE, "create users")
    check_entity_name(username, "input.username")
    if email is not None and not EMAIL.fullmatch(email):
        raise AppError(f"input.email {email[:100]!r} is not an email address", path="input.email")
    async with database.transaction() as connection:
        user_id = await _insert_user(connection, username, email=email, is_admin=admin)
        rows = await connection.rows(SELECT_USERS, [user_id])
        return rows[0]


async def generate_api_key(
    database: Database, viewer: Viewer, *, username: str | None, description: str | None
) -> IssuedKey:
    """Make a key: for oneself, or as a site admin for anybody. Not idempotent: each call makes another key."""
    if description is not None and (len(description) > DESCRIPTION_MAX or never_in_names(description)):
        raise AppError(
            f"input.description is {description[:100]!r}; allowed: at most {DESCRIPTION_MAX} characters without "
            f"{NEVER_IN_NAMES_TOLD}",
            path="input.description",
        )
    async with database.transaction() as connection:
        check_account(viewer, "make keys")
        user_id = viewer.user_id
        if username is not None and username != viewer.username:
            check_site(viewer, Permission.MANAGE, "make keys for other users")
            user = await connection.row(SELECT_USER_BY_USERNAME, username)
            if user is None:
                raise NotFound(f"There is no user {username[:100]!r}.", path="input.username")
            user_id = user.user_id
        issued = IssuedKey(uuid4(), new_api_key(), description)
        await connection.execute(INSERT_API_KEY, issued.api_key_id, user_id, hash_api_key(issued.key), description)
        return issued


async def issue_key_on_machine(connection: Connection, *, username: str | None, admin: bool) -> tuple[UserRow, str]:
    """Make a key for whoever runs the server's machine, who needs none for that: whose it is, and its text.

    For the user of this name, whom `admin` makes a site admin; without a name for the site admin who was made first.
    Raises NotFound. Not idempotent: each call makes another key.
    """
    async with connection.transaction():
        if username is None:
            user = await connection.row(SELECT_FIRST_ADMIN)
            if user is None:
                raise NotFound("There is no site admin; make a user one with --username NAME --admin.")
        else:
            user = await connection.row(SELECT_USER_BY_USERNAME, username)
            if user is None:
                raise NotFound(f"There is no user {username[:100]!r}.")
        if admin:
            await connection.execute(MAKE_ADMIN, user.user_id)
        key = new_api_key()
        await connection.execute(INSERT_API_KEY, uuid4(), user.user_id, hash_api_key(key), "made on the machine")
        return user, key


async def revoke_api_key(
    database: Database, remembered: RememberedAccess, wake_up: EventWakeUp, viewer: Viewer, api_key_id: UUID
) -> None:
    """Make one's own key invalid: here at once, in other processes when they are woken, within seconds at the latest.

    Raises NotFound when it is not one of the viewer's valid keys, Forbidden when no site admin would have one any more.
    """
    check_account(viewer, "revoke keys")
    async with database.transaction() as connection:
        # Of two who revoke at once the second sees what the first has left.
        await connection.execute(LOCK_USERS)
        if not await connection.execute(REVOKE_API_KEY, api_key_id, viewer.user_id):
            raise NotFound("You have no API key of this id.", path="input.id")
        if await connection.row(SELECT_LOCKED_OUT_ADMIN, viewer.user_id) is not None:
            raise Forbidden(LAST_KEY, path="input.id")
        await write_event(connection, EventKind.API_KEY_REVOKED, entity_id=viewer.entity_id, object_id=api_key_id)
    remembered.clear(user_id=viewer.user_id)
    wake_up.announce()


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
