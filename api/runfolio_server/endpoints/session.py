"""`/session`: POST signs a browser in with an API key, GET tells the page of its session, DELETE signs out.

The key comes once, in a body of JSON; what stays in the browser is a cookie that its scripts cannot read.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runfolio_server.actions.identity.session_lookup import SessionEnded, SessionLookup
from runfolio_server.actions.identity.sessions import end_session, start_session
from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.client_address import share_key
from runfolio_server.domain import json_text
from runfolio_server.domain.api_keys import hash_api_key
from runfolio_server.domain.browser_session import KnownSession
from runfolio_server.domain.json_size import check_value_count
from runfolio_server.domain.session_tokens import csrf_token
from runfolio_server.domain.time_text import time_text
from runfolio_server.domain.viewer import Viewer
from runfolio_server.endpoints.answers import answering_errors, json_response
from runfolio_server.endpoints.bodies import check_json, check_plain, read_body
from runfolio_server.endpoints.callers import caller_of_session, check_csrf, session_of
from runfolio_server.endpoints.other_sites import refuse_other_origins
from runfolio_server.endpoints.session_cookie import forget_token, given_token, set_token
from runfolio_server.errors import AppError
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.sql.turns import Purpose

BODY_MAX = 4096
"""Bytes of a sign-in, which is read before anybody knows whose it is."""
VALUES_MAX = 20
"""JSON values in a body of a sign-in, which has one."""
KEY_MAX = 200
"""Characters of a key that somebody signs in with; a key has 40."""
NOBODY = {"session": None, "viewer": None, "csrfToken": None}


async def sign_browser_in(request: Request) -> Response:
    """`POST /session` with `{"key": …}`: a new session, whatever the browser had before."""
    state = request.app.state
    sign_in: SignIn = state.sign_in
    # It needs no session yet, so no page of elsewhere may sign somebody in as somebody else.
    refuse_other_origins(request)
    check_json(request)
    check_plain(request)
    key = _read_key(await read_body(request, share_key(request.client.host if request.client else ""), BODY_MAX))
    key_hash = hash_api_key(key)

    viewer, database = await sign_in.caller_of_hash(key_hash, Purpose.WRITE)
    former = await _session_that_was(request)
    started = await start_session(
        database,
        state.remembered_access,
        state.wake_up,
        viewer,
        key_hash,
        user_agent=request.headers.get("User-Agent"),
        former=None if former is None else former.session_id,
    )
    session = KnownSession(started.session_id, viewer.user_id, key_hash, started.expires_at, is_token_due=False)
    response = json_response(_told(request, session, viewer))
    set_token(request, response, started.token, started.expires_at)
    return response


async def tell_session(request: Request) -> Response:
    """`GET /session`: who is signed in here, and the token that changes need; nulls where nobody is."""
    token = given_token(request)
    if token is None:
        return json_response(NOBODY)
    try:
        session = await session_of(request, token)
        viewer, _ = await caller_of_session(request, session)
    except SessionEnded:
        response = json_response(NOBODY)
        forget_token(request, response)
        return response
    return json_response(_told(request, session, viewer))


async def sign_browser_out(request: Request) -> Response:
    """`DELETE /session`: end the session of the cookie. Idempotent: where there is none there is nothing to end."""
    state = request.app.state
    session = await _session_that_was(request)
    if session is not None:
        check_csrf(request, session)
        # Nothing to end where the key has ended.
        with suppress(SessionEnded):
            viewer, database = await caller_of_session(request, session, Purpose.WRITE)
            await end_session(database, state.remembered_access, state.wake_up, viewer, session.session_id)
    response = json_response(NOBODY)
    forget_token(request, response)
    return response


async def _session_that_was(request: Request) -> KnownSession | None:
    """The session of the cookie, without a new token for it: it is about to end."""
    token = given_token(request)
    if token is None:
        return None
    with suppress(SessionEnded):
        lookup: SessionLookup = request.app.state.sessions
        return (await lookup.find(token)).session
    return None


def _told(request: Request, session: KnownSession, viewer: Viewer) -> dict[str, Any]:
    return {
        "session": {
            "id": encode_node_id("BrowserSession", session.session_id),
            "expiresAt": time_text(session.expires_at),
        },
        "viewer": {"username": viewer.username},
        "csrfToken": csrf_token(request.app.state.csrf_secret, session.session_id),
    }


def _read_key(body: bytes) -> str:
    """The key in a body. Raises AppError, which never shows what came: it may be a key."""
    check_value_count(body, VALUES_MAX, "The body")
    try:
        found = json_text.parse_envelope(body)
    except ValueError as error:
        raise AppError("The body is not valid JSON.") from error
    key = found.get("key") if isinstance(found, dict) else None
    if not isinstance(key, str) or not 0 < len(key.strip()) <= KEY_MAX:
        raise AppError(
            f"The body must be a JSON object with a string `key`, an API key of at most {KEY_MAX} characters.",
            path="key",
        )
    return key.strip()


session_routes = [
    Route("/session", answering_errors(sign_browser_in), methods=["POST"]),
    Route("/session", answering_errors(tell_session), methods=["GET"]),
    Route("/session", answering_errors(sign_browser_out), methods=["DELETE"]),
]
