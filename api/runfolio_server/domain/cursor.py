"""Keyset cursors: the sort key of the last item of a page, opaque to clients."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import orjson

from runfolio_server.errors import AppError


def encode_cursor(kind: str, key: Sequence[object]) -> str:
    """A cursor for the item with this sort key in the list called `kind`."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *key])).decode().rstrip("=")


def decode_cursor(kind: str, cursor: str, types: Sequence[type], name: str = "after") -> list[Any]:
    """The sort key, its values of these types; `name` is the argument's.

    Raises AppError for a cursor of another list or none at all.
    """
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeEncodeError, binascii.Error):
        found = None
    if not isinstance(found, list) or found[:1] != [kind] or [type(value) for value in found[1:]] != list(types):
        raise AppError(f"{name} {cursor[:100]!r} is not a cursor of this list; take one from a page of it", path=name)
    return found[1:]
