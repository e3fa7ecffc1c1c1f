"""Each request has an id, and what is noted of it goes into its answer: `X-Request-Id` and `RateLimit-*`.

Stands around the whole application, so that the answers to unforeseen errors have them too. Used by web_door.py.

The three headers of rate limits are those of draft-ietf-httpapi-ratelimit-headers up to version 07, which the core of
the SDK reads: it sends no faster than what remains can last. Newer versions put the same into one header that no
SDK reads.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Awaitable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runfolio_server.request_note import RequestNote, forget_request, note_request

REQUEST_ID: Final = b"x-request-id"
# An id of a proxy is taken over, where it is one word; it goes into the log and into a header.
_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}")

ACCESS_LOGGER: Final = logging.getLogger("runfolio_server.access")


class NotedRequests:
    """An ASGI application around another. `has_access_log`: a line in the log for each answer."""

    def __init__(self, app: ASGIApp, *, has_access_log: bool) -> None:
        self._app = app
        self._has_access_log = has_access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        note = RequestNote(_id_of(scope["headers"]), scope["method"], scope["path"])
        status = 0

        # Not a coroutine of its own around each piece of an answer.
        def send_noted(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_headers(note)]
            return send(message)

        before = note_request(note)
        begin = time.perf_counter()
        try:
            await self._app(scope, receive, send_noted)
        finally:
            if self._has_access_log:
                _log(scope, status, time.perf_counter() - begin)
            forget_request(before)


def _id_of(headers: list[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == REQUEST_ID and _ID.fullmatch(value):
            return value.decode("ascii")
    return os.urandom(8).hex()


def _headers(note: RequestNote) -> list[tuple[bytes, bytes]]:
    found = [(REQUEST_ID, note.request_id.encode("ascii"))]
    use = note.key_use
    if use is not None:
        found += (
            (b"ratelimit-limit", b"%d" % use.limit),
            (b"ratelimit-remaining", b"%d" % use.remaining),
            (b"ratelimit-reset", b"%d" % use.whole_reset_s),
        )
    return found


def _log(scope: Scope, status: int, seconds: float) -> None:
    route = scope["path"]
    # The names of parts instead of what stands there: a route is one of few, and a part may be a signed token.
    for name, value in scope.get("path_params", {}).items():
        route = route.replace(f"/{value}", f"/{{{name}}}", 1)
    told = {"route": route, "status": status, "ms": round(seconds * 1e3, 3)}
    ACCESS_LOGGER.info("%s %s %d", scope["method"], route, status, extra=told)
