"""What another site's page has a browser ask for, with a key that the browser keeps. See answers.py and session.py.

A browser that was once given a key for Basic authentication sends it along with every request to this server, whichever
page makes it, and a form needs nobody's leave to be sent here. A Bearer key only comes from who knows it.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from runfolio_server.errors import Forbidden
from runfolio_server.settings import Settings

READING: Final = frozenset({"GET", "HEAD"})


def refuse_other_sites(request: Request) -> None:
    """Raise Forbidden for a Basic request, other than for reading, that comes from a page of another site.

    Browsers name the page's site in `Origin` (Fetch Standard, "append a request Origin header"); other clients send
    none.
    """
    if request.method in READING:
        return
    headers = request.headers
    origin = headers.get("Origin")
    if origin is None or not headers.get("Authorization", "").lower().startswith("basic"):
        return
    if not _is_own(request, origin):
        raise Forbidden(
            f"A page of {origin[:100]!r} may not use the key that the browser keeps for this server. "
            "Send it as `Authorization: Bearer KEY`."
        )


def refuse_other_origins(request: Request) -> None:
    """Raise Forbidden for a request from a page of another origin that is none of those in the settings."""
    settings: Settings = request.app.state.settings
    origin = request.headers.get("Origin")
    if origin is not None and origin not in settings.web_origins and not _is_own(request, origin):
        raise Forbidden(
            f"A page of {origin[:100]!r} may not sign anybody in here. RUNFOLIO_CORS_ORIGINS names those that may."
        )


def _is_own(request: Request, origin: str) -> bool:
    settings: Settings = request.app.state.settings
    host = _host_of(origin)
    return bool(host) and host in (request.headers.get("Host", "").lower(), _host_of(settings.base_url))


def _host_of(url: str) -> str:
    """Host and port; empty where there is neither, as in the origin `null`."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
