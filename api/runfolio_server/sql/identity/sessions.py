"""Rows of browser sessions. Called by actions/identity/ and by graph/; see sessions.sql."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from runfolio_server.domain.browser_session import KnownSession
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import QueryFile


class StartedSessionRow(msgspec.Struct, frozen=True):
    """When a new session ends."""

    expires_at: datetime


class SessionIdRow(msgspec.Struct, frozen=True):
    """The key of a session."""

    session_id: UUID


class ListedSessionRow(msgspec.Struct, frozen=True):
    """A session as its owner sees it; `description` is that of its API key."""

    session_id: UUID
    api_key_id: UUID
    description: str | None
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


_FILE = QueryFile("identity/sessions.sql")

SELECT_SESSION: Final = _FILE.query("select_session", KnownSession)
TOUCH_SESSION: Final = _FILE.command("touch_session")
ROTATE_SESSION: Final = _FILE.query("rotate_session", SessionIdRow)
INSERT_SESSION: Final = _FILE.query("insert_session", StartedSessionRow)
REVOKE_SESSION: Final = _FILE.query("revoke_session", SessionIdRow)
SELECT_OWN_SESSION: Final = _FILE.query("select_own_session", SessionIdRow)
REVOKE_OLDEST_SESSIONS: Final = _FILE.query("revoke_oldest_sessions", SessionIdRow)
DELETE_ENDED_SESSIONS: Final = _FILE.command("delete_ended_sessions")
SELECT_SESSIONS_PAGE: Final = _FILE.query("select_sessions_page", ListedSessionRow)
COUNT_SESSIONS: Final = _FILE.query("count_sessions", CountRow)
