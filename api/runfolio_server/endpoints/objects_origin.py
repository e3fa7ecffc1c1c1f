"""The origin that the setting `objects_url` names answers downloads and nothing else. Put before the routes by app.py.

Users' HTML runs its scripts there: what they find in that origin must be nothing.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from runfolio_server.endpoints.answers import error_response
from runfolio_server.endpoints.file_headers import is_host_of
from runfolio_server.errors import NotFound
from runfolio_server.objects.signing import DOWNLOAD_PATH

_ELSEWHERE: Final = "At this address there are files alone, behind download URLs; the server has another one."


class ObjectsOrigin:
    """An ASGI application before another: at this address it lets downloads through alone."""

    def __init__(self, app: ASGIApp, objects_url: str) -> None:
        self._app = app
        self._objects_url = objects_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404, or leave it to the other application."""
        if (
            scope["type"] == "http"
            and is_host_of(self._objects_url, Request(scope).headers.get("Host", ""))
            and not scope["path"].removeprefix(scope.get("root_path", "")).startswith(f"{DOWNLOAD_PATH}/")
        ):
            await error_response(NotFound(_ELSEWHERE))(scope, receive, send)
            return
        await self._app(scope, receive, send)
