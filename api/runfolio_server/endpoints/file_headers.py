"""What a browser is told of a user's file: its type and name, and what it may not do. Used by object_response.py.

What every answer has besides is in answer_headers.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request

from runfolio_server.objects.signing import last_part_of
from runfolio_server.settings import Settings

# What a browser shows and cannot run, by suffix.
SAFE_MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".csv": "text/csv; charset=utf-8",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".log": "text/plain; charset=utf-8",
    ".m4a": "audio/mp4",
    ".md": "text/markdown; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".yaml": "text/plain; charset=utf-8",
    ".yml": "text/plain; charset=utf-8",
}
# Documents that may hold scripts: shown in a sandbox.
SANDBOXED_MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Everything else (scripts, style sheets, PDF, models…) is bytes to be kept.
OPAQUE_MEDIA_TYPE: Final = "application/octet-stream"

# No script, no form, no origin, and nothing from elsewhere: HTML and SVG with their own styles and images.
SANDBOX: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:"
)
# Where nothing else lives scripts may run, still each file in an origin of nobody's: no file reads another.
SANDBOX_OF_OTHER_ORIGIN: Final = "sandbox allow-scripts allow-popups"

_UNSAFE_IN_QUOTES: Final = re.compile(r"[^ !#$&-\[\]-~]")


def file_headers(request: Request, file_name: str) -> dict[str, str]:
    """The headers of an answer that is a user's file."""
    suffix = PurePosixPath(file_name).suffix.lower()
    shown = SAFE_MEDIA_TYPES.get(suffix) or SANDBOXED_MEDIA_TYPES.get(suffix)
    headers = {
        "Accept-Ranges": "bytes",
        # A file can be replaced or deleted, so a cache asks again; the answer is then 304.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(file_name, "attachment" if shown is None else "inline"),
        "Content-Security-Policy": f"{SANDBOX}; {_frame_ancestors(request)}",
        "Content-Type": shown or OPAQUE_MEDIA_TYPE,
    }
    if is_at_objects_url(request):
        headers["Content-Security-Policy"] = f"{SANDBOX_OF_OTHER_ORIGIN}; {_frame_ancestors(request)}"
        # A page of the server's other origin may read it: the URL is all the permission that is needed, and no
        # browser sends a key along.
        headers["Access-Control-Allow-Origin"] = "*"
    return headers


def _frame_ancestors(request: Request) -> str:
    """Whose pages may show a file in a frame: this server's, and those of the origins in the settings."""
    settings: Settings = request.app.state.settings
    own = urlsplit(settings.base_url)
    if settings.objects_url and not own.netloc and is_at_objects_url(request):
        # Nobody has told where the server's other origin is, and the URL is all the permission that is needed.
        return "frame-ancestors *"
    origins = [f"{own.scheme}://{own.netloc}"] if own.netloc else []
    return " ".join(["frame-ancestors 'self'", *origins, *settings.web_origins])


def is_at_objects_url(request: Request) -> bool:
    """Whether the request came to the origin that the setting names for files alone."""
    settings: Settings = request.app.state.settings
    return is_host_of(settings.objects_url, request.headers.get("Host", ""))


def is_host_of(url: str, host: str) -> bool:
    """Whether a Host header names the host of this address; never when there is none."""
    return bool(url) and urlsplit(url).netloc.lower() == host.lower()


def content_disposition(file_name: str, disposition: str) -> str:
    r"""The last part of the name: RFC 6266, in ASCII for old clients and as UTF-8 (RFC 8187).

    >>> content_disposition('plots/größe "1".png', "inline")
    'inline; filename="gr__e _1_.png"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fe%20%221%22.png'
    """
    last_part = last_part_of(file_name)
    plain = _UNSAFE_IN_QUOTES.sub("_", last_part)
    return f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(last_part, safe='', errors='replace')}"
