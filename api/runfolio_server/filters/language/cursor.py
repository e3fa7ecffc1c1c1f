"""Cursors of lists that have filters and an order: a place in the list, signed, and good for that list only.

Used by graph/ with the secret of purpose `cursors`. A cursor is base64url of: 8 bytes that name the list, 16 bytes of
HMAC-SHA256 over list and place, and the place as JSON.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence

import orjson

from runfolio_server.domain.json_text import dump
from runfolio_server.errors import AppError
from runfolio_server.filters.language.order import Place
from runfolio_server.filters.limits import CURSOR_MAX_CHARACTERS

# Raise it when the terms of an order change: cursors made before are refused then instead of misread.
_VERSION = 2
_LIST_BYTES = 8
_TAG_BYTES = 16


def list_digest(scope: str, filters: str = "{}", order: Sequence[str] = ()) -> bytes:
    """What tells lists apart: the scope (such as a project's id), and where they are a choice, filters and order.

    `filters` is JSON with sorted keys, `order` the texts of its keys: see ListQuery.digest.
    """
    known = f"[{_VERSION}, {json.dumps(scope)}, {filters}, {json.dumps(list(order))}]"
    return hashlib.sha256(known.encode()).digest()


def sign_place(secret: bytes, digest: bytes, place: Place) -> str:
    """The cursor of a place in the list of this digest."""
    payload = dump(list(place)).encode()
    return base64.urlsafe_b64encode(digest[:_LIST_BYTES] + _tag(secret, digest, payload) + payload).decode().rstrip("=")


def read_place(
    secret: bytes,
    digest: bytes,
    cursor: str,
    *,
    max_characters: int | None = CURSOR_MAX_CHARACTERS,
    differing: str = "another project, other filters or another order",
) -> list[str | None]:
    """The place of a cursor. Raises AppError for what this server did not sign, and for another list's cursor.

    `differing` says in the message what tells lists of this kind apart.
    """
    refused = AppError(
        f"after {cursor[:40]!r} is not a cursor of this list; allowed: a cursor from a page of it",
        path="after",
        allowed=("a cursor from a page of this list",),
    )
    if max_characters is not None and len(cursor) > max_characters:
        raise refused
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise refused from None
    name, tag, payload = raw[:_LIST_BYTES], raw[_LIST_BYTES : _LIST_BYTES + _TAG_BYTES], raw[_LIST_BYTES + _TAG_BYTES :]
    if payload and name != digest[:_LIST_BYTES]:
        raise AppError(
            f"after is a cursor of another list: of {differing}; allowed: a cursor from a page of this one",
            path="after",
            allowed=("a cursor from a page of this list",),
        )
    if not hmac.compare_digest(tag, _tag(secret, digest, payload)):
        raise refused
    found: list[str | None] = orjson.loads(payload)
    return found


def _tag(secret: bytes, digest: bytes, payload: bytes) -> bytes:
    return hmac.new(secret, digest + payload, hashlib.sha256).digest()[:_TAG_BYTES]
