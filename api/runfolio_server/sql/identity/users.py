"""Rows of users, entities and server secrets. Called by loaders and actions; see users.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.named import QueryFile


class CountRow(msgspec.Struct, frozen=True):
    """A count."""

    count: int


class EntityRow(msgspec.Struct, frozen=True):
    """An owner of projects."""

    entity_id: int
    name: str
    kind: str
    created_at: datetime


class UserIdRow(msgspec.Struct, frozen=True):
    """The key of a user."""

    user_id: int


class UserRow(msgspec.Struct, frozen=True):
    """A user; `username` is the name of the personal entity.

    `kind` is `person` or `service`; a service account belongs to a team, whose entity id is `team_id`.
    """

    user_id: int
    entity_id: int
    username: str
    email: str | None
    is_admin: bool
    created_at: datetime
    kind: str
    team_id: int | None
    deactivated_at: datetime | None
    display_name: str | None


class SecretRow(msgspec.Struct, frozen=True):
    """The secret of one purpose, 32 bytes."""

    secret: bytes


class KeyOwnerRow(msgspec.Struct, frozen=True):
    """A valid key and its owner; `team_name` is that of a service account's team. The last two go together."""

    user_id: int
    entity_id: int
    username: str
    email: str | None
    is_admin: bool
    created_at: datetime
    kind: str
    team_id: int | None
    display_name: str | None
    team_name: str | None
    api_key_id: UUID
    scope: str
    project_id: int | None
    expires_at: datetime | None
    team_ids: list[int]
    roles: list[str]


_FILE = QueryFile("identity/users.sql")

SELECT_VIEWER: Final = _FILE.query("select_viewer", KeyOwnerRow)
TOUCH_API_KEY: Final = _FILE.command("touch_api_key")
COUNT_USERS: Final = _FILE.query("count_users", CountRow)
LOCK_USERS: Final = _FILE.command("lock_users")
INSERT_ENTITY: Final = _FILE.query("insert_entity", EntityRow)
INSERT_USER: Final = _FILE.query("insert_user", UserIdRow)
INSERT_SERVICE_ACCOUNT: Final = _FILE.query("insert_service_account", UserIdRow)
COUNT_SERVICE_ACCOUNTS: Final = _FILE.query("count_service_accounts", CountRow)
SELECT_USERS: Final = _FILE.query("select_users", UserRow)
SELECT_USER_BY_USERNAME: Final = _FILE.query("select_user_by_username", UserRow)
SELECT_ALL_USERS: Final = _FILE.query("select_all_users", UserRow)
SELECT_USERS_LIKE: Final = _FILE.query("select_users_like", UserRow)
SELECT_ENTITIES: Final = _FILE.query("select_entities", EntityRow)
SELECT_ENTITY_BY_NAME: Final = _FILE.queries("select_entity_by_name", EntityRow)
SELECT_FIRST_ADMIN: Final = _FILE.query("select_first_admin", UserRow)
UPDATE_USER: Final = _FILE.command("update_user")
DEACTIVATE_USER: Final = _FILE.command("deactivate_user")
ACTIVATE_USER: Final = _FILE.command("activate_user")
COUNT_OTHER_SITE_ADMINS: Final = _FILE.query("count_other_site_admins", CountRow)
INSERT_SECRET: Final = _FILE.command("insert_secret")
SELECT_SECRET: Final = _FILE.query("select_secret", SecretRow)
