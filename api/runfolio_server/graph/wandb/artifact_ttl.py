"""Time to live of artifacts as the W&B SDK spells it."""

from __future__ import annotations

from typing import Final

INHERITED: Final = -1
NEVER: Final = -2


def asked_ttl(seconds: int | None) -> int | None:
    """Seconds, 0 for always, None for what nobody has told.

    >>> asked_ttl(60), asked_ttl(-2), asked_ttl(-1), asked_ttl(None)
    (60, 0, None, None)
    """
    if seconds is None or seconds == INHERITED:
        return None
    return 0 if seconds == NEVER else seconds


def told_ttl(seconds: int | None) -> int:
    """What the SDK reads: seconds, or a number below 1 for none.

    >>> told_ttl(60), told_ttl(0), told_ttl(None)
    (60, -2, -2)
    """
    return seconds or NEVER
