"""A stored object as an HTTP answer: ranges, validators, and headers that keep a browser from running a user's file.

Called by endpoints that serve bytes: objects.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from runfolio_server.errors import NotFound
from runfolio_server.objects.signing import last_part_of
from runfolio_server.objects.store import ObjectStore

# What a browser cannot run, by suffix; everything else (HTML, SVG, PDF, scripts…) is bytes and nothing more.
SAFE_MEDIA_TYPES: Mapping[str, str] = {
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".log": "text/plain; charset=utf-8",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webp": "image/webp",
}
OPAQUE_MEDIA_TYPE = "application/octet-stream"

# Thirty digits: more than any object has bytes, and few enough for int().
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,30})-([0-9]{0,30})[ \t]*", re.IGNORECASE)
_UNSAFE_IN_QUOTES = re.compile(r"[^ !#$&-\[\]-~]")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` (inclusive) to `end` (exclusive) of an object."""

    start: int
    end: int


class UnsatisfiableRange(Exception):
    """The range starts behind the last byte."""


async def object_response(request: Request, store: ObjectStore, key: str, file_name: str) -> Response:
    """Answer GET or HEAD with the object: 200, 206 for one range, 304 for a known ETag, 416 for a range outside.

    Several ranges in one request are answered with the whole object, as RFC 9110 section 14.2 allows.
    Raises NotFound and Unavailable, before anything is sent.
    """
    found = await store.describe(key)
    if found is None:
        raise NotFound(f"No bytes are stored for the file {file_name!r}.")

    headers = _safe_headers(file_name)
    e_tag = _quoted(found.e_tag)
    if e_tag is not None:
        headers["ETag"] = e_tag
        if _names_tag(request.headers.get("If-None-Match"), e_tag):
            return Response(status_code=304, headers=headers)

    wanted = None
    # RFC 9110: a range means something for GET only, and for the bytes that If-Range names only.
    if request.method == "GET" and request.headers.get("If-Range", e_tag) == e_tag:
        try:
            wanted = parse_range(request.headers.get("Range"), found.size)
        except UnsatisfiableRange:
            return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{found.size}"})
    status = 200 if wanted is None else 206
    sent = wanted or ByteRange(0, found.size)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.end - 1}/{found.size}"
    headers["Content-Length"] = str(sent.end - sent.start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    chunks = await store.get_range(key, sent.start, sent.end, e_tag=found.e_tag)
    return StreamingResponse(chunks, status_code=status, headers=headers)


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The one range that a Range header asks for, cut to `size`; None for the whole object.

    None too for what RFC 9110 lets a server ignore: another unit, a malformed range, several ranges, and any range of
    an empty object (which no Content-Range could describe). Raises UnsatisfiableRange.

    >>> parse_range("bytes=2-5", 10)
    ByteRange(start=2, end=6)
    >>> parse_range("bytes=-3", 10)
    ByteRange(start=7, end=10)
    """
    match = _RANGE.fullmatch(header) if header is not None and size > 0 else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0:
            raise UnsatisfiableRange
        return ByteRange(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableRange
    return ByteRange(int(first), min(size, int(last) + 1) if last else size)


def content_disposition(file_name: str) -> str:
    r"""`attachment` with the last part of the name: RFC 6266, in ASCII for old clients and as UTF-8 (RFC 8187).

    >>> content_disposition('plots/größe "1".png')
    'attachment; filename="gr__e _1_.png"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fe%20%221%22.png'
    """
    last_part = last_part_of(file_name)
    plain = _UNSAFE_IN_QUOTES.sub("_", last_part)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(last_part, safe='', errors='replace')}"


def _safe_headers(file_name: str) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        # A file can be replaced or deleted, so a cache asks again; the answer is then 304.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(file_name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Type": SAFE_MEDIA_TYPES.get(PurePosixPath(file_name).suffix.lower(), OPAQUE_MEDIA_TYPE),
    }


def _quoted(e_tag: str | None) -> str | None:
    if e_tag is None or e_tag.endswith('"'):
        return e_tag
    return f'"{e_tag}"'


def _names_tag(if_none_match: str | None, e_tag: str) -> bool:
    if if_none_match is None:
        return False
    names = {name.strip().removeprefix("W/") for name in if_none_match.split(",")}
    return "*" in names or e_tag.removeprefix("W/") in names
