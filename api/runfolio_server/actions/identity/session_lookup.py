"""Token of a browser's cookie → its session, and the token that the browser is to have next. Called by endpoints/.

A session acts as its key does and ends with it, because what comes by it is then looked up by the key's hash, as if the
key itself had come: see sign_in.py.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from runfolio_server.actions.identity.sessions import IDLE_S
from runfolio_server.domain.browser_session import KnownSession
from runfolio_server.domain.session_tokens import hash_session_token, new_session_token
from runfolio_server.errors import Unavailable, WrongKey
from runfolio_server.remembered import RememberedAccess
from runfolio_server.sql.identity.sessions import ROTATE_SESSION, SELECT_SESSION, TOUCH_SESSION
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.turns import Purpose

TOKEN_S: Final = 3600.0
"""How long a token stays the one: what somebody has copied is of no use from then on, if the browser goes on."""
GRACE_S: Final = 30.0
"""How long the token before is good when the new one has come back, for what was under way."""
HAS_ENDED: Final = "This session has ended, or was never begun here. Sign in again: POST /session with an API key."

FINDING: Hashable = "finding a session"


class SessionEnded(WrongKey):
    """The cookie's token is no session's: it is told as slowly as a wrong key."""

    def __init__(self) -> None:
        super().__init__(HAS_ENDED)


@dataclass(frozen=True, slots=True)
class FoundSession:
    """The session that a request came by; `new_token`: the browser is to have this one from now on."""

    session: KnownSession
    new_token: str | None


class SessionLookup:
    """Finds sessions; remembers those of one process for a few seconds."""

    def __init__(self, database: Database, remembered: RememberedAccess) -> None:
        self._database = database
        self._sessions = remembered.sessions

    async def find(self, token: str) -> FoundSession:
        """The session of this token. Raises SessionEnded when there is none that is good."""
        token_hash = hash_session_token(token)
        remembered = self._sessions.get(token_hash)
        if remembered is not None:
            return FoundSession(remembered, None)
        # Whose share that is, nobody knows yet.
        database = self._database.asked_by(None, FINDING, Purpose.WRITE)
        async with database.connection() as connection:
            session = await connection.row(SELECT_SESSION, token_hash, IDLE_S, GRACE_S, TOKEN_S)
        if session is None:
            raise SessionEnded
        new_token = None
        # Where nothing can be written, there is still much to read.
        with suppress(Unavailable):
            async with database.connection() as connection:
                await connection.execute(TOUCH_SESSION, session.session_id, token_hash)
                if session.is_token_due:
                    new_token = await _rotate(connection, session, token_hash)
        self._sessions.put(token_hash, session)
        return FoundSession(session, new_token)


async def _rotate(connection: Connection, session: KnownSession, token_hash: bytes) -> str | None:
    """A new token; None where another request has just got one. The old one stays good for a while: see the query."""
    token = new_session_token()
    changed = await connection.row(
        ROTATE_SESSION, session.session_id, token_hash, hash_session_token(token), GRACE_S, TOKEN_S
    )
    return None if changed is None else token
