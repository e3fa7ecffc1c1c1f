"""A stored object as an HTTP answer: ranges, validators, or the way to the store that has it.

Called by endpoints that serve bytes: objects.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from runfolio_server.endpoints.file_headers import file_headers
from runfolio_server.errors import NotFound
from runfolio_server.objects.store import ObjectStore
from runfolio_server.settings import Settings

# Thirty digits: more than any object has bytes, and few enough for int().
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,30})-([0-9]{0,30})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` (inclusive) to `end` (exclusive) of an object."""

    start: int
    end: int


class UnsatisfiableRange(Exception):
    """The range starts behind the last byte."""


async def object_response(request: Request, store: ObjectStore, key: str, file_name: str) -> Response:
    """Answer GET or HEAD with the object: 200, 206 for one range, 304 for a known ETag, 416 for a range outside.

    302 leads to the store's own URL of a large object, where the store signs; ranges and ETags are the same there.
    Several ranges in one request are answered with the whole object, as RFC 9110 section 14.2 allows.
    Raises NotFound and Unavailable, before anything is sent.
    """
    found = await store.describe(key)
    if found is None:
        raise NotFound(f"No bytes are stored for the file {file_name!r}.")

    store_url = await _store_url(request, store, key, found.size)
    if store_url is not None:
        return Response(status_code=302, headers={"Location": store_url, "Cache-Control": "no-store"})
    headers = file_headers(request, file_name)
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


async def _store_url(request: Request, store: ObjectStore, key: str, size: int) -> str | None:
    """Where the store itself has these bytes; None when they are to come from here.

    A browser gets them from here alone, because only here have they a name, a type and a sandbox. It says so as every
    browser does, by `Mozilla/`; what lies in the store is an attachment to it in any case.
    """
    settings: Settings = request.app.state.settings
    least = settings.store_download_bytes
    if request.method != "GET" or not least or size < least:
        return None
    if request.headers.get("User-Agent", "").startswith("Mozilla/"):
        return None
    return await store.signed_url(key)


def _quoted(e_tag: str | None) -> str | None:
    if e_tag is None or e_tag.endswith('"'):
        return e_tag
    return f'"{e_tag}"'


def _names_tag(if_none_match: str | None, e_tag: str) -> bool:
    if if_none_match is None:
        return False
    names = {name.strip().removeprefix("W/") for name in if_none_match.split(",")}
    return "*" in names or e_tag.removeprefix("W/") in names
