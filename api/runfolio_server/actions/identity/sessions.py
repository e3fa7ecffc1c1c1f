"""Browser sessions: begin one with an API key, and end it. Called by endpoints/ and graph/."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from runfolio_server.actions.access import Account, allowed
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.session_tokens import hash_session_token, new_session_token
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Forbidden, NotFound, WrongKey
from runfolio_server.events.wake_up import EventWakeUp
from runfolio_server.events.writer import write_event
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.identity.sessions import (
    DELETE_ENDED_SESSIONS,
    INSERT_SESSION,
    REVOKE_OLDEST_SESSIONS,
    REVOKE_SESSION,
    SELECT_OWN_SESSION,
)
from runfolio_server.sql.pool import Connection, Database

SESSION_S: Final = 30 * 86_400.0
"""How long a session lasts at most."""
IDLE_S: Final = 7 * 86_400.0
"""How long it lasts unused."""
SESSIONS_MAX: Final = 100
"""Of one user; nobody has more browsers. So the list of them stays short, and a loop that signs in fills no table."""
USER_AGENT_MAX: Final = 300
"""Characters of what a browser says it is, which are kept; browsers themselves say some 120."""


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A new session: the only time that its token is seen."""

    session_id: UUID
    token: str
    expires_at: datetime


async def start_session(
    database: Database,
    remembered: RememberedAccess,
    wake_up: EventWakeUp,
    viewer: Viewer,
    key_hash: bytes,
    *,
    user_agent: str | None,
    former: UUID | None,
) -> StartedSession:
    """Begin a session of this viewer's key; `former`, the one that the browser had, ends if it is the viewer's.

    Its token is always a new one, so that nobody can be made to use one that somebody else knows.
    Not idempotent: a sign-in whose answer was lost leaves a session that nobody uses, and which ends unused.
    Raises WrongKey when the key was revoked a moment ago.
    """
    token, session_id = new_session_token(), uuid4()
    async with database.transaction() as connection:
        await connection.execute(DELETE_ENDED_SESSIONS, viewer.user_id, IDLE_S)
        ended = [] if former is None else await connection.rows(REVOKE_SESSION, former, viewer.user_id)
        ended += await connection.rows(REVOKE_OLDEST_SESSIONS, viewer.user_id, SESSIONS_MAX - 1)
        for row in ended:
            await _tell(connection, EventKind.SESSION_ENDED, viewer, row.session_id)
        started = await connection.row(
            INSERT_SESSION, session_id, key_hash, hash_session_token(token), _shown_agent(user_agent), SESSION_S
        )
        if started is None:
            raise WrongKey("This API key is not valid: it was revoked a moment ago.")
        await _tell(connection, EventKind.SESSION_STARTED, viewer, session_id)
    for row in ended:
        remembered.clear_session(row.session_id)
    wake_up.announce()
    return StartedSession(session_id, token, started.expires_at)


async def end_session(
    database: Database, remembered: RememberedAccess, wake_up: EventWakeUp, viewer: Viewer, session_id: UUID
) -> None:
    """End one's own session: here at once, in other processes when they are woken, within seconds at the latest.

    Idempotent while the session is kept. Raises NotFound when it is not the viewer's, or is long gone.
    """
    async with database.transaction() as connection:
        if await connection.rows(REVOKE_SESSION, session_id, viewer.user_id):
            await _tell(connection, EventKind.SESSION_ENDED, viewer, session_id)
        elif await connection.row(SELECT_OWN_SESSION, session_id, viewer.user_id) is None:
            raise NotFound("You have no session of this id.", path="input.id")
    remembered.clear_session(session_id)
    wake_up.announce()


def check_may_end_sessions(viewer: Viewer) -> None:
    """Raise Forbidden for who may not change their own account, such as by a key that only reads."""
    if not allowed(viewer, Permission.EDIT, Account(viewer.user_id)):
        raise Forbidden("This key may not end other sessions; it can sign its own session out: DELETE /session.")


async def _tell(connection: Connection, kind: EventKind, viewer: Viewer, session_id: UUID) -> None:
    await write_event(connection, kind, entity_id=viewer.entity_id, object_id=session_id)


def _shown_agent(text: str | None) -> str | None:
    """What the browser said it is: printable ASCII, for people read it in a list."""
    if not text:
        return None
    return "".join(character if " " <= character <= "~" else "?" for character in text[:USER_AGENT_MAX])
