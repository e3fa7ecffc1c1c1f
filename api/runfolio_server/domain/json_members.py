"""The members of a JSON object or array as texts, also where no parser takes them.

Used by history/storage/kept_members.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

OPENS, CLOSES, QUOTE, COMMA = 1, 2, 3, 4
WHITESPACE = b" \t\r\n"
# What each byte is to the structure of a JSON text.
_KINDS = np.zeros(256, np.int8)
_KINDS[list(b"[{")] = OPENS
_KINDS[list(b"]}")] = CLOSES
_KINDS[ord('"')] = QUOTE
_KINDS[ord(",")] = COMMA
# Numbers take eight times the bytes that they stand for.
_BYTES_AT_ONCE = 1024 * 1024


def long_members(raw: bytes, longer_than: int) -> Iterator[tuple[int, int]]:
    """Where the members of an object begin and end that have more bytes than this, in its order.

    Of a member and the next one, the end and the beginning are before and behind the comma. Raises ValueError for a
    text that is no object, as far as brackets and quotation marks tell; that its members are JSON has to be found out
    by parsing them.
    """
    if raw[:1] != b"{" or raw[-1:] != b"}":
        raise ValueError("it is no JSON object")
    for _, first, past in _long_parts(raw, longer_than):
        yield first, past


def long_items(raw: bytes, longer_than: int) -> Iterator[tuple[int, int, int]]:
    """The same of an array: the index of each such item, and where it begins and ends."""
    if raw[:1] != b"[" or raw[-1:] != b"]":
        raise ValueError("it is no JSON array")
    yield from _long_parts(raw, longer_than)


def _long_parts(raw: bytes, longer_than: int) -> Iterator[tuple[int, int, int]]:
    bounds = np.concatenate([[0], *_outer_commas(_without_escapes(raw)), [len(raw) - 1]])
    for index in np.flatnonzero(np.diff(bounds) > longer_than + 1).tolist():
        yield index, int(bounds[index]) + 1, int(bounds[index + 1])


def split_member(member: bytes) -> tuple[bytes, bytes]:
    """The key of a member, still quoted, and its value. Raises ValueError for what is no member."""
    member = member.strip(WHITESPACE)
    end = _without_escapes(member).find(b'"', 1) + 1
    value = member[end:].lstrip(WHITESPACE)
    if member[:1] != b'"' or end == 0 or value[:1] != b":":
        raise ValueError("a member of the object has no key")
    return member[:end], value[1:].strip(WHITESPACE)


def key_text(key: bytes) -> str:
    """The text of a quoted key. Raises ValueError for what is no JSON text."""
    text: str = json.loads(key)
    return text


def _without_escapes(raw: bytes) -> bytes:
    """A text of the same length, in which each quotation mark begins or ends a text."""
    # First the escaped backslashes, so that a quotation mark behind a backslash is an escaped one.
    return raw.replace(b"\\\\", b"__").replace(b'\\"', b"__") if b"\\" in raw else raw


def _outer_commas(raw: bytes) -> Iterator[npt.NDArray[np.int64]]:
    """Where the commas between the parts of the outermost object or array are. Raises ValueError for odd brackets."""
    depth, in_string = 0, False
    for first in range(0, len(raw), _BYTES_AT_ONCE):
        kinds = _KINDS[np.frombuffer(raw, np.uint8, min(_BYTES_AT_ONCE, len(raw) - first), first)]
        places = np.flatnonzero(kinds)
        kinds = kinds[places]
        if len(kinds) == 0:
            continue
        # True from a quotation mark to the one that ends the text.
        is_text = np.logical_xor.accumulate(kinds == QUOTE) ^ in_string
        changes = np.where(is_text, 0, (kinds == OPENS).astype(np.int8) - (kinds == CLOSES).astype(np.int8))
        depths = depth + np.cumsum(changes, dtype=np.int64)
        ends = places[depths == 0] + first
        if len(ends) and ends[0] != len(raw) - 1:
            raise ValueError("something follows the end of the JSON text")
        yield places[(kinds == COMMA) & ~is_text & (depths == 1)] + first
        depth, in_string = int(depths[-1]), bool(is_text[-1])
    if depth != 0 or in_string:
        raise ValueError("the JSON text ends too early")
