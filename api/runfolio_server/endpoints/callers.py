"""Who sends a request: by its Authorization header, else by the session in the browser's cookie. Used by the endpoints.

A browser sends its cookie along with whatever request a page has it make. So a change by a session needs a second
token, in a header that no form can set and that only a page of ours, or of an origin in the settings, could read.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from runfolio_server.actions.identity.session_lookup import SessionEnded, SessionLookup
from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.client_address import share_key
from runfolio_server.domain.browser_session import KnownSession
from runfolio_server.domain.session_tokens import CSRF_HEADER, is_csrf_token
from runfolio_server.domain.viewer import Viewer
from runfolio_server.endpoints.other_sites import READING
from runfolio_server.endpoints.session_cookie import given_token, set_token
from runfolio_server.errors import Forbidden, WrongKey
from runfolio_server.sql.pool import Database
from runfolio_server.sql.turns import Purpose

_NEW_TOKEN: Final = "runfolio.new_session_token"  # noqa: S105 - the name of a place
_SESSION: Final = "runfolio.session"
NO_TOKEN: Final = (
    f"A request by the browser's session, other than GET, needs the header {CSRF_HEADER} with the session's token: GET "
    "/session tells it. A request with an API key in `Authorization` needs none."
)


async def caller_of(request: Request, purpose: Purpose = Purpose.READ) -> tuple[Viewer, Database]:
    """Who sent this request, and the database for this one request of theirs.

    Raises Unauthenticated when nobody did, WrongKey when the key or the session is nobody's, Forbidden for a request by
    a session that may be a change and has not its token.
    """
    sign_in: SignIn = request.app.state.sign_in
    authorization = request.headers.get("Authorization")
    token = None if authorization else given_token(request)
    if token is None:
        return await sign_in.caller(authorization, purpose)
    session = await session_of(request, token)
    if request.method not in READING:
        check_csrf(request, session)
    return await caller_of_session(request, session, purpose)


async def reader_of(request: Request) -> tuple[Viewer, Database]:
    """As caller_of, of a request that may be about what is public: without key and session it is anybody's."""
    if request.headers.get("Authorization") or given_token(request) is not None:
        return await caller_of(request)
    sign_in: SignIn = request.app.state.sign_in
    return sign_in.anybody(share_key(request.client.host if request.client else ""))


async def caller_of_session(
    request: Request, session: KnownSession, purpose: Purpose = Purpose.READ
) -> tuple[Viewer, Database]:
    """Whose session it is. Raises SessionEnded when its key is not good any more."""
    sign_in: SignIn = request.app.state.sign_in
    try:
        return await sign_in.caller_of_hash(session.key_hash, purpose)
    except WrongKey:
        raise SessionEnded from None


async def session_of(request: Request, token: str) -> KnownSession:
    """The session of the cookie's token; the answer will bring another one when it is time. Raises SessionEnded."""
    lookup: SessionLookup = request.app.state.sessions
    found = await lookup.find(token)
    if found.new_token is not None:
        request.scope[_NEW_TOKEN] = (found.new_token, found.session.expires_at)
    request.scope[_SESSION] = found.session
    return found.session


def session_that_came(request: Request) -> KnownSession | None:
    """The session by which the request was found to come; None: by a key."""
    session: KnownSession | None = request.scope.get(_SESSION)
    return session


def check_csrf(request: Request, session: KnownSession) -> None:
    """Raise Forbidden for a request that does not have the token of its session."""
    if not is_csrf_token(request.app.state.csrf_secret, session.session_id, request.headers.get(CSRF_HEADER, "")):
        raise Forbidden(NO_TOKEN)


def give_new_token(request: Request, response: Response) -> None:
    """Let the answer bring the session's new token, where it has one."""
    found = request.scope.pop(_NEW_TOKEN, None)
    if found is not None:
        set_token(request, response, *found)
