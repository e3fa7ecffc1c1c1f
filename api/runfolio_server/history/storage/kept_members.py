"""What is kept of a JSON object or array, member by member.

Used by ingest/ for rows and summaries, and by actions/runs/change.py for the config of a process.

Something that is not kept costs its own member and nothing else. The table "Bad lines" of api/README.md says what that
is; tests/server/test_bad_lines.py walks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runfolio_server.domain import json_text
from runfolio_server.domain.json_members import WHITESPACE, key_text, long_members, split_member
from runfolio_server.domain.json_text import DIGITS_MAX, MAX_DEPTH, TOO_LONG, NotKept, check_depth
from runfolio_server.history.storage.key_path import encode_path

# Objects within each other that are searched for the one key that is at fault; below it goes the key of the last one.
LEVELS_MAX = 8
# A member that is not kept for its value is longer: so many brackets have to be closed again, and integers may have
# more digits.
SURELY_KEPT_BYTES = MAX_DEPTH
SHOWN_CHARACTERS = 200
# After so many keys that are left out no more objects are searched, each of which takes as long as thousands of values.
SEARCHED_MAX = 1000
# A key, with the keys around it, is part of a primary key, whose rows PostgreSQL limits to 2,704 bytes.
MAX_KEY_BYTES = 2000
LONG_KEY = f"its keys have more than {MAX_KEY_BYTES:,} bytes together, as they would be stored"
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_TOO_MANY_DIGITS = b"0" * (DIGITS_MAX + 1)


@dataclass(frozen=True, slots=True)
class LeftOutKey:
    """A key that an object is without, and why; keys inside objects are joined by dots."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptMembers:
    """The rules for one object: how long its keys may be, and what it is without so far.

    `key_bytes_max` is of a key and those around it, as history stores them; None: they are no keys of columns.
    """

    left_out: list[LeftOutKey]
    key_bytes_max: int | None = None

    def of_object(self, raw: bytes, around: Sequence[str] = ()) -> bytes:
        """The text of an object without what is not kept, which is added to `left_out`.

        `around` are the keys that it is inside of. Raises ValueError for what is no object, as far as that is seen:
        the result has to be parsed to know.
        """
        raw = raw.strip(WHITESPACE)
        # What stays is cut out in pieces as long as can be: there may be millions of members.
        pieces: list[bytes] = []
        rest = 1
        for first, past in long_members(raw, self.surely_kept_bytes(around)):
            key, value = split_member(raw[first:past])
            path = (*around, key_text(key))
            reason = self.reason_against_key(path) or self._reason_against(value, path)
            if reason is None:
                continue
            if first > rest:
                pieces.append(raw[rest : first - 1])
            rest = past + 1
            if self._is_searched(value, path):
                pieces.append(key + b":" + self.of_object(value, path))
            else:
                self.left_out.append(LeftOutKey(".".join(path)[:SHOWN_CHARACTERS], reason))
        if rest < len(raw):
            pieces.append(raw[rest:-1])
        return b"{" + b",".join(pieces) + b"}"

    def of_value(self, raw: bytes, key: str) -> bytes | None:
        """What is kept of the value of a key of a row, likewise; None: nothing, and the key itself is left out."""
        raw = raw.strip(WHITESPACE)
        reason = self._reason_against(raw, (key,))
        if reason is None:
            return raw
        if self._is_searched(raw, (key,)):
            return self.of_object(raw, (key,))
        self.left_out.append(LeftOutKey(key[:SHOWN_CHARACTERS], reason))
        return None

    def surely_kept_bytes(self, around: Sequence[str]) -> int:
        """A member of an object at this path that has no more bytes than this is kept, if it is JSON."""
        if self.key_bytes_max is None:
            return SURELY_KEPT_BYTES
        # No key is longer where it is stored than on the wire.
        return max(0, min(SURELY_KEPT_BYTES, self.key_bytes_max - _bytes_of((*around, ""))))

    def reason_against_key(self, path: Sequence[str]) -> str | None:
        """Why a key, with those around it, is not kept; None: it is."""
        return LONG_KEY if self.key_bytes_max is not None and _bytes_of(path) > self.key_bytes_max else None

    def _is_searched(self, value: bytes, path: Sequence[str]) -> bool:
        return (
            value[:1] == b"{"
            and len(path) < LEVELS_MAX
            and len(self.left_out) < SEARCHED_MAX
            and self.reason_against_key(path) is None
        )

    def _reason_against(self, value: bytes, path: Sequence[str]) -> str | None:
        """Why the value at this path is not kept; None: it is, if it is JSON.

        An object may be kept all the same: of its digits it is not found out whether they are an integer.
        """
        try:
            check_depth(value, outside=len(path))
            if _TOO_MANY_DIGITS in value.translate(_DIGITS):
                if value[:1] == b"{" and len(path) < LEVELS_MAX:
                    return TOO_LONG
                json_text.parse(value)
        except NotKept as error:
            return str(error)
        if self.key_bytes_max is not None and value[:1] == b"{":
            around = _bytes_of(path)
            if around + len(value) > self.key_bytes_max:
                found = longest_key_bytes(json_text.parse_envelope(value), around)
                return LONG_KEY if found > self.key_bytes_max else None
        return None


def longest_key_bytes(value: Any, around: int | None = None) -> int:
    """The bytes of the longest path of keys in a parsed object, as history stores it, with those around it."""
    longest = around or 0
    # A loop, because calls within each other would not go so deep as objects may.
    objects: list[tuple[Any, int | None]] = [(value, around)]
    while objects:
        outer, size = objects.pop()
        for key, inner in outer.items() if isinstance(outer, dict) else ():
            of_path = _bytes_of((key,)) if size is None else size + _bytes_of(("", key))
            longest = max(longest, of_path)
            if isinstance(inner, dict):
                objects.append((inner, of_path))
    return longest


def _bytes_of(path: Sequence[str]) -> int:
    return len(encode_path(tuple(path)).encode())
