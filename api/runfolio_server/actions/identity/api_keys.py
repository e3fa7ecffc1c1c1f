"""API keys: make them, for oneself, for service accounts and for others, and revoke them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from runfolio_server.actions.access import checked_project
from runfolio_server.actions.identity.people import (
    SERVICE,
    Acting,
    check_text,
    managed_user,
    may_manage,
)
from runfolio_server.domain.api_keys import hash_api_key, new_api_key, public_key_name
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.permission import Permission, Scope
from runfolio_server.errors import AppError, Conflict, Forbidden, NotFound
from runfolio_server.events.writer import write_event
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.sql.identity.api_keys import (
    COUNT_API_KEYS,
    INSERT_API_KEY,
    REVOKE_API_KEY,
    REVOKE_API_KEYS,
    SELECT_API_KEY,
    SELECT_API_KEY_OWNER,
    SELECT_LOCKED_OUT_ADMIN,
    ApiKeyRow,
)
from runfolio_server.sql.identity.users import LOCK_USERS, UserRow
from runfolio_server.sql.pool import Connection

DESCRIPTION_MAX = 1000
# It stands in lists beside others.
KEY_NAME_MAX = 100
# SDKs read all keys of a user in one page.
API_KEYS_MAX = 1000
# What keys without a name are called: a given name must not look like one.
_MADE_NAME: Final = re.compile("key-[0-9a-f]{8}")
LAST_KEY = (
    "This is the last API key of the last site admin: without it nobody could make users or keys. Make another one, "
    "then revoke this."
)


@dataclass(frozen=True, slots=True)
class WantedKey:
    """What a new key is to be. `scope` None: `admin` for people, `write` for service accounts; `expires_at` in UTC."""

    description: str | None = None
    name: str | None = None
    scope: str | None = None
    entity_name: str | None = None
    project_name: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new API key: the only time that its text is seen."""

    key: str
    row: ApiKeyRow


async def generate_api_key(acting: Acting, *, username: str | None, wanted: WantedKey) -> IssuedKey:
    """Make a key: for oneself, for a service account of a team that one manages, or as a site admin for anybody.

    Not idempotent: each call makes another key, unless it is named, when a second one is a Conflict.
    Raises Forbidden, NotFound, AppError.
    """
    check_wanted_key(wanted)
    viewer = acting.viewer
    async with acting.database.transaction() as connection:
        user = await managed_user(connection, viewer, username, "make keys")
        project_id = None
        if wanted.project_name is not None:
            project = await checked_project(
                connection,
                viewer,
                Permission.READ,
                wanted.entity_name,
                wanted.project_name,
                path="input.projectName",
            )
            project_id = project.project_id
        return await issue_key(connection, user, wanted, project_id=project_id, by=viewer.user_id)


async def issue_key(
    connection: Connection, user: UserRow, wanted: WantedKey, *, project_id: int | None = None, by: int | None
) -> IssuedKey:
    """Make a key in the caller's transaction; `by` is the user who does, None: whoever runs the machine."""
    if user.deactivated_at is not None:
        raise Forbidden(f"The user {user.username} is deactivated and has no keys; activate them first.")
    count = await connection.row(COUNT_API_KEYS, user.user_id)
    if count is not None and count.count >= API_KEYS_MAX:
        raise Conflict(f"The user {user.username} has {count.count} keys; allowed: {API_KEYS_MAX}. Revoke some first.")
    scope = wanted.scope or (Scope.WRITE if user.kind == SERVICE else Scope.ADMIN).value
    api_key_id, key = uuid4(), new_api_key()
    await connection.execute(
        INSERT_API_KEY,
        api_key_id,
        user.user_id,
        hash_api_key(key),
        wanted.description,
        wanted.name,
        scope,
        project_id,
        wanted.expires_at,
    )
    await write_event(
        connection,
        EventKind.API_KEY_MADE,
        entity_id=user.entity_id,
        object_id=api_key_id,
        by=by,
        scope=scope,
        project_id=project_id,
    )
    row = await connection.row(SELECT_API_KEY, api_key_id)
    if row is None:
        raise LookupError("a key that was just made is not there")
    return IssuedKey(key, row)


async def revoke_api_key(acting: Acting, api_key_id: UUID) -> None:
    """Make a key invalid: here at once, in other processes when they are woken, within seconds at the latest.

    One's own, one of a service account of a team that one manages, or as a site admin anybody's. Raises NotFound when
    it is none of these, Forbidden when no site admin would have one any more.
    """
    viewer = acting.viewer
    async with acting.database.transaction() as connection:
        # Of two who revoke at once the second sees what the first has left.
        await connection.execute(LOCK_USERS)
        owner = await connection.row(SELECT_API_KEY_OWNER, api_key_id)
        if owner is None or not may_manage(viewer, owner):
            raise NotFound("You have no API key of this id.", path="input.id")
        await connection.execute(REVOKE_API_KEY, api_key_id, owner.user_id)
        await check_locked_out(connection, owner.user_id)
        await write_event(
            connection,
            EventKind.API_KEY_REVOKED,
            entity_id=owner.entity_id,
            object_id=api_key_id,
            by=viewer.user_id,
        )
    acting.forget(owner.user_id)


async def revoke_all_keys(connection: Connection, user: UserRow, by: int | None) -> int:
    """Make all keys of a user invalid in the caller's transaction; how many. The object of its event is the user's."""
    revoked = await connection.execute(REVOKE_API_KEYS, user.user_id)
    if revoked:
        await write_event(
            connection,
            EventKind.API_KEY_REVOKED,
            entity_id=user.entity_id,
            object_id=UUID(int=user.user_id),
            by=by,
            keys=revoked,
        )
    return revoked


async def check_locked_out(connection: Connection, user_id: int) -> None:
    """Raise Forbidden when the user is a site admin and no site admin has a key any more that may do everything."""
    if await connection.row(SELECT_LOCKED_OUT_ADMIN, user_id) is not None:
        raise Forbidden(LAST_KEY, path="input.id")


def check_wanted_key(wanted: WantedKey) -> None:
    """Raise AppError for what no key may be called or be."""
    check_text(wanted.description, DESCRIPTION_MAX, "input.description")
    check_text(wanted.name, KEY_NAME_MAX, "input.name")
    if wanted.name is not None and (not wanted.name.strip() or _MADE_NAME.fullmatch(wanted.name)):
        raise AppError(
            f"input.name is {value_excerpt(wanted.name)}; allowed: text that is not blank and not like "
            f"{public_key_name(UUID(int=0))}, which keys without a name are called",
            path="input.name",
        )
    if wanted.scope is not None and wanted.scope not in set(Scope):
        raise AppError(f"input.scope is {value_excerpt(wanted.scope)}; allowed: {', '.join(Scope)}", path="input.scope")
    if wanted.expires_at is not None and wanted.expires_at <= datetime.now(UTC):
        raise AppError(f"input.expiresAt is {wanted.expires_at.isoformat()}, which is over", path="input.expiresAt")
    if wanted.entity_name is not None and wanted.project_name is None:
        raise AppError(
            "input.entityName names the entity of a project; give input.projectName", path="input.projectName"
        )
