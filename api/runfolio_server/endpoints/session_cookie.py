"""The cookie that has a session's token. Used by callers.py and session.py.

Scripts do not see it (`HttpOnly`), and requests that other sites' pages make do not carry it (`SameSite=Lax`). Behind
TLS it goes over TLS alone (`Secure`), and its name says so: no other host, no path and no plain connection could have
set a cookie that begins with `__Host-` (RFC 6265bis, "cookie name prefixes"), so nobody can slip one in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from runfolio_server.endpoints.base_url import base_url_of

NAME: Final = "runfolio_session"


def given_token(request: Request) -> str | None:
    """The token that came; None: the request has no cookie of this name."""
    if "cookie" not in request.headers:
        return None
    return request.cookies.get(_place(request)[0]) or None


def set_token(request: Request, response: Response, token: str, expires_at: datetime) -> None:
    """Have the browser keep this token until the session ends."""
    _set(request, response, token, max(int((expires_at - datetime.now(UTC)).total_seconds()), 0))


def forget_token(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    _set(request, response, "", 0)


def _set(request: Request, response: Response, value: str, seconds: int) -> None:
    name, path, is_secure = _place(request)
    response.set_cookie(name, value, max_age=seconds, path=path, secure=is_secure, httponly=True, samesite="lax")


def _place(request: Request) -> tuple[str, str, bool]:
    """Name and path of the cookie, and whether it is for TLS alone: so clients reach this server."""
    # Not by urlsplit, which raises for a host that is none, as a Host header may be.
    scheme, _, host_and_path = base_url_of(request).partition("://")
    path = f"/{host_and_path.partition('/')[2]}"
    if scheme != "https":
        return NAME, path, False
    return f"{'__Host-' if path == '/' else '__Secure-'}{NAME}", path, True
