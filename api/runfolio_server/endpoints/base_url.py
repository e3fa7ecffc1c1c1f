"""Where a client reaches this server. Used by the endpoints."""

from __future__ import annotations

import re

from starlette.requests import Request

from runfolio_server.errors import AppError
from runfolio_server.settings import Settings

HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}")


def base_url_of(request: Request) -> str:
    """Where the client reaches this server: the setting, else the scheme and host of the request.

    Behind these comes the path at which the application is mounted in another, when it is.
    """
    settings: Settings = request.app.state.settings
    if settings.base_url:
        return settings.base_url
    host = request.headers.get("Host", "")
    if not HOST.fullmatch(host):
        raise AppError(f"The Host header {host[:100]!r} is not a host name.")
    return f"{request.url.scheme}://{host}{request.scope.get('root_path', '').rstrip('/')}"
