"""Pages of other origins that may use this server: those that the setting `cors_origins` names. Used by web_door.py.

Nobody else's page reads an answer, since browsers then miss `Access-Control-Allow-Origin` (Fetch Standard, "CORS
protocol"). Starlette's middleware answers preflights, and completes errors and streams as it does other answers.
"""

from __future__ import annotations

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from runfolio_server.domain.session_tokens import CSRF_HEADER
from runfolio_server.settings import Settings

METHODS: Final = ("DELETE", "GET", "HEAD", "POST", "PUT")
REQUEST_HEADERS: Final = (
    "Authorization",
    "Content-MD5",
    "Content-Type",
    "If-None-Match",
    "If-Range",
    "Range",
    CSRF_HEADER,
)
"""Those that a browser asks about before it sends them."""
ANSWER_HEADERS: Final = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Request-Id",
)
"""Those that a page may read; some it may read in any case, such as Content-Type and Content-Length."""
PREFLIGHT_S: Final = 600


def open_to_origins(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application, open to pages of the origins in the settings; where there are none, just the application.

    They may use the browser's session: it goes along only to hosts of the same site (`SameSite=Lax`), and a change
    needs the session's token as from anywhere else.
    """
    if not settings.web_origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=settings.web_origins,
        allow_methods=METHODS,
        allow_headers=REQUEST_HEADERS,
        allow_credentials=True,
        # They are named, so a page of the internet is asked by name for a server of a closed network.
        allow_private_network=True,
        expose_headers=ANSWER_HEADERS,
        max_age=PREFLIGHT_S,
    )
