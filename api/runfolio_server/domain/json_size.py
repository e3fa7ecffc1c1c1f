"""How many values a JSON text holds, told before any of them is made: each costs far more than its bytes.

Used for bodies of requests. A parser in C makes all of them in one call, in which no other thread has its turn.
"""

from __future__ import annotations

from runfolio_server.errors import TooLarge

# Cut so that no call takes long, and others have their turn between two of them.
_BYTES_AT_ONCE = 256 * 1024
_OPENING = (b"[", b"{")


def check_value_count(raw: bytes, at_most: int, what: str, *, path: str | None = None) -> None:
    """Raise TooLarge for a JSON text of more values than this; see has_more_values."""
    if has_more_values(raw, at_most):
        raise TooLarge(f"{what} holds more than {at_most} JSON values, which is the most that is allowed", path=path)


def has_more_values(raw: bytes, at_most: int) -> bool:
    """Whether a JSON text holds more values than this: scalars, objects and lists together.

    Every value but the outermost stands behind a comma or an opening bracket. Texts may hold such characters too, so
    they are looked for outside of texts only where all together are too many, which is rare; then the count stops as
    soon as it is beyond `at_most`. An empty object or list counts as two.
    """
    return values_at_most(raw) > at_most and _counted(raw, at_most) > at_most


def values_at_most(raw: bytes) -> int:
    """So many values a JSON text has, or fewer where its texts hold commas and brackets; as quick as a copy."""
    return 1 + raw.count(b",") + sum(map(raw.count, _OPENING))


def _counted(raw: bytes, at_most: int) -> int:
    """How many there are outside of texts; some number beyond `at_most` for any that is."""
    found, is_in_text = 1, False
    first = 0
    while first < len(raw) and found <= at_most:
        past = min(first + _BYTES_AT_ONCE, len(raw))
        part = raw[first:past]
        # An escape stays whole: the character behind a backslash is looked at together with it.
        if (len(part) - len(part.rstrip(b"\\"))) % 2:
            past += 1
            part = raw[first:past]
        if b"\\" in part:
            part = part.replace(b"\\\\", b"").replace(b'\\"', b"")
        pieces = part.split(b'"')
        outside = b"".join(pieces[is_in_text::2])
        found += outside.count(b",") + sum(map(outside.count, _OPENING))
        is_in_text ^= len(pieces) % 2 == 0
        first = past
    return found
