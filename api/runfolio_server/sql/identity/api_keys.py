"""Rows of API keys. Called by lists and actions; see api_keys.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.sql.identity.users import CountRow, UserIdRow, UserRow
from runfolio_server.sql.named import QueryFile


class ApiKeyRow(msgspec.Struct, frozen=True):
    """An API key, without the key. `project_id` null: it leads to all; `expires_at` null: never."""

    api_key_id: UUID
    description: str | None
    created_at: datetime
    last_used_at: datetime | None
    name: str | None
    scope: str
    project_id: int | None
    expires_at: datetime | None


class KeyProjectRow(msgspec.Struct, frozen=True):
    """The project that a key is to be for."""

    project_id: int


_FILE = QueryFile("identity/api_keys.sql")

INSERT_API_KEY: Final = _FILE.command("insert_api_key")
SELECT_API_KEYS_PAGE: Final = _FILE.query("select_api_keys_page", ApiKeyRow)
SELECT_API_KEY: Final = _FILE.query("select_api_key", ApiKeyRow)
SELECT_API_KEY_OWNER: Final = _FILE.query("select_api_key_owner", UserRow)
COUNT_API_KEYS: Final = _FILE.query("count_api_keys", CountRow)
SELECT_KEY_PROJECT: Final = _FILE.query("select_key_project", KeyProjectRow)
REVOKE_API_KEY: Final = _FILE.command("revoke_api_key")
REVOKE_API_KEYS: Final = _FILE.command("revoke_api_keys")
SELECT_LOCKED_OUT_ADMIN: Final = _FILE.query("select_locked_out_admin", UserIdRow)
