r"""The one reversible spelling of a key, nested or not, and where what a dotted name means is stored.

Pure. Used by key_columns.py to store and by stored_rows.py, scan.py and keys.py to find.

An ordinary key (`loss`, `train/loss`, `val.acc`, `_step`) is stored as it is. The rest is escaped with a backslash:

    \.        the step from a dict into its key: {"nested": {"key": 2}} is `nested\.key`
    \\        a backslash
    \u0000    a character that PostgreSQL's text cannot hold (four hexadecimal digits): NUL and lone surrogates
    \!        U+10FFFF, so that no stored key is at or above it and a range can end there

NOTE: Keys in databases are spelled so. Never change what a spelling means; a new escape needs a new letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

NESTED = "\\."
STEPS_KEY = "\\#"
"""The reserved key of the chunk that holds the step of every row; no path is spelled so."""

_SPECIAL = re.compile("[\\\\\x00\ud800-\udfff\U0010ffff]")
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Stored keys from `low` up to but without `high`, in byte order."""

    low: str
    high: str


EVERY_KEY = KeyRange("", _LAST_CHARACTER)


def encode_path(path: tuple[str, ...]) -> str:
    """Spell the path from the row to a value: one part per dict on the way."""
    return NESTED.join(map(_encode_part, path))


def decode_path(key: str) -> tuple[str, ...]:
    """Undo encode_path."""
    if "\\" not in key:
        return (key,)
    # The separator cannot be found by splitting: in `\\.` the backslash is escaped and the dot is a dot.
    parts = [""]
    end = 0
    for match in _ESCAPE.finditer(key):
        parts[-1] += key[end : match.start()]
        end = match.end()
        code, letter = match.groups()
        if letter == ".":
            parts.append("")
        elif code is not None:
            parts[-1] += chr(int(code, 16))
        else:
            parts[-1] += _LAST_CHARACTER if letter == "!" else letter
    parts[-1] += key[end:]
    return tuple(parts)


def public_name(key: str) -> str:
    """The name that users know a stored key by: dots between the parts."""
    return ".".join(decode_path(key))


def exactly(key: str) -> KeyRange:
    """The range of one stored key."""
    # Nothing sorts between a string and the same with U+0001 behind it, because U+0000 is escaped.
    return KeyRange(key, key + "\x01")


def ranges_of(name: str) -> list[KeyRange]:
    """Every stored key that can hold some of what domain/dotted_key.py finds for this name.

    `a.b` may be the flat key, a key of the dict `a`, or a dict itself, and a dict may be stored whole.
    """
    dots = [match.start() for match in re.finditer(r"\.", name)]
    heads = [encode_path((name[:dot],)) for dot in dots] + [encode_path((name,))]
    # "/" follows "." in byte order, so the second range is everything that starts with the head and the separator.
    return [found for head in heads for found in (exactly(head), KeyRange(head + "\\.", head + "\\/"))]


def merged(ranges: Iterable[KeyRange]) -> list[KeyRange]:
    """The same keys in ranges that do not overlap, in order."""
    found: list[KeyRange] = []
    for one in sorted(ranges, key=lambda one: (one.low, one.high)):
        if found and one.low <= found[-1].high:
            found[-1] = KeyRange(found[-1].low, max(found[-1].high, one.high))
        else:
            found.append(one)
    return found


def _encode_part(part: str) -> str:
    return _SPECIAL.sub(_escape, part)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\\":
        return "\\\\"
    if character == _LAST_CHARACTER:
        return "\\!"
    return f"\\u{ord(character):04x}"
