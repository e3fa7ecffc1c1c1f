"""What every answer tells a browser about itself, in one table. Put around the whole application by web_door.py.

An endpoint that answers a page or a user's file has the headers of that kind itself; whatever it says stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runfolio_server.settings import Settings

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]

# Of every answer, whatever it is.
EVERY: Final[Mapping[str, str]] = {
    # It is what its type says, whatever its bytes look like.
    "X-Content-Type-Options": "nosniff",
    # Addresses hold names of projects and runs, and those of files a signature.
    "Referrer-Policy": "no-referrer",
    # Nothing here asks for a device, a place or a payment, nor may anything that users upload.
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    # No page of another site has it as an image or a script, with the cookie or the key that the browser keeps.
    "Cross-Origin-Resource-Policy": "same-origin",
    # What somebody may see is nothing for a cache, unless the endpoint says otherwise.
    "Cache-Control": "no-store",
}
# Of data: whatever has no policy of its own. It runs nothing, loads nothing, and stands in no frame.
DATA: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    # The same for browsers that know no `frame-ancestors`.
    "X-Frame-Options": "DENY",
    # NOTE: not of a sandboxed file: a browser then shows none (HTML, "process a navigate response").
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Of a page of ours, beside its policy, which names `frame-ancestors 'none'`.
PAGE: Final[Mapping[str, str]] = {"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"}

HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")
"""Sent where https has its usual port. It is kept for a host name with all its ports, and beside another port there may
be other services of the machine that know no https; `includeSubDomains` would speak for hosts that are not ours."""

_POLICY: Final = b"content-security-policy"


def encoded(headers: Mapping[str, str]) -> Headers:
    """The headers as an application sends them."""
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


_EVERY: Final = encoded(EVERY)
_DATA: Final = encoded(DATA)
_HSTS: Final = encoded(dict([HSTS]))


def completed(headers: Iterable[tuple[bytes, bytes]], *, is_https: bool) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with those of the table that it has not."""
    found = list(headers)
    names = {name.lower() for name, _ in found}
    found += [header for header in _EVERY if header[0] not in names]
    if _POLICY not in names:
        found += [header for header in _DATA if header[0] not in names]
    if is_https:
        found += _HSTS
    return found


class AnswerHeaders:
    """An ASGI application around another, which completes the headers of whatever that answers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._is_https = has_usual_https(settings.base_url) if settings.base_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the other application does."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_https = self._is_https if self._is_https is not None else _came_by_usual_https(scope)
                message["headers"] = completed(message.get("headers", ()), is_https=is_https)
            await send(message)

        await self._app(scope, receive, send_completed)


def has_usual_https(url: str) -> bool:
    """Whether an address is one of https at its usual port."""
    return url.startswith("https://") and _is_usual_port(url.removeprefix("https://").partition("/")[0])


def _came_by_usual_https(scope: Scope) -> bool:
    if scope["scheme"] != "https":
        return False
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return _is_usual_port(host.decode("latin-1"))


def _is_usual_port(host: str) -> bool:
    _, colon, port = host.rpartition("]")[2].rpartition(":")
    return not colon or port == "443"
