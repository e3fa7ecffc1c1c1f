"""The text of a summary → what of it is kept. Called by parse.py and rows.py; stored by append.py.

A value that is not kept costs the summary its key and nothing else. The table "Bad lines" of api/README.md says which
values these are; tests/server/test_bad_lines.py walks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from runfolio_server.domain.history_line import parse_line
from runfolio_server.domain.json_members import WHITESPACE, key_text, long_members, split_member
from runfolio_server.domain.json_text import (
    DIGITS_MAX,
    MAX_DEPTH,
    TOO_LONG,
    NotKept,
    check_depth,
    escape_surrogates,
    parse,
    to_jsonb_value,
)
from runfolio_server.heavy_threads import HEAVY_BYTES

# Objects within each other that are searched for the one key that is at fault; below it goes the key of the last one.
LEVELS_MAX = 8
# A member that is not kept is longer: so many brackets have to be closed again, and integers may have more digits.
SURELY_KEPT_BYTES = MAX_DEPTH
SHOWN_CHARACTERS = 200
# After so many keys that are left out no more objects are searched, each of which takes as long as thousands of values.
SEARCHED_MAX = 1000
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_TOO_MANY_DIGITS = b"0" * (DIGITS_MAX + 1)


@dataclass(frozen=True, slots=True)
class LeftOutKey:
    """A key that a summary is without, and why; keys inside objects are joined by dots."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary as it is stored: its text as it was sent, but for the keys that are left out, and its value."""

    text: str
    value: dict[str, Any]
    left_out: list[LeftOutKey] = field(default_factory=list)


def read_summary(text: str) -> Summary:
    """What is kept of the text of a summary. Raises ValueError when it is not a JSON object.

    Takes time in the length of the text: call it in a thread when that is long.
    """
    text = escape_surrogates(text)
    left_out: list[LeftOutKey] = []
    try:
        value = parse_line(text.encode())
    except NotKept:
        text = _kept(text.encode(), (), left_out).decode()
        value = parse_line(text.encode())
    # What takes long is done here, in a thread, and not again where it is stored.
    return Summary(text, to_jsonb_value(value) if len(text) > HEAVY_BYTES else value, left_out)


def _kept(raw: bytes, around: Sequence[str], left_out: list[LeftOutKey]) -> bytes:
    """The object without what is not kept, which is added to `left_out`; `around` are the keys that it is inside of."""
    raw = raw.strip(WHITESPACE)
    # What stays is cut out in pieces as long as can be: there may be millions of members.
    pieces: list[bytes] = []
    rest = 1
    for first, past in long_members(raw, SURELY_KEPT_BYTES):
        key, value = split_member(raw[first:past])
        path = (*around, key_text(key))
        reason = _reason_against(value, depth=len(path))
        if reason is None:
            continue
        if first > rest:
            pieces.append(raw[rest : first - 1])
        rest = past + 1
        if value[:1] == b"{" and len(path) < LEVELS_MAX and len(left_out) < SEARCHED_MAX:
            pieces.append(key + b":" + _kept(value, path, left_out))
        else:
            left_out.append(LeftOutKey(".".join(path)[:SHOWN_CHARACTERS], reason))
    if rest < len(raw):
        pieces.append(raw[rest:-1])
    return b"{" + b",".join(pieces) + b"}"


def _reason_against(value: bytes, depth: int) -> str | None:
    """Why a value that is `depth` levels inside of others is not kept; None: it is, if it is JSON.

    An object may be kept all the same: of its digits it is not found out whether they are an integer.
    """
    try:
        check_depth(value, outside=depth)
        if _TOO_MANY_DIGITS in value.translate(_DIGITS):
            if value[:1] == b"{" and depth < LEVELS_MAX:
                return TOO_LONG
            parse(value)
    except NotKept as error:
        return str(error)
    return None
