"""Times as answers have them: whole seconds and `Z`, which is what programs that were written for the SDK parse.

What is finer is cut off, not rounded, so that nothing is told to have happened later than it did. The database keeps
microseconds, as do filters, orders and cursors; a field that tells them is an `Instant`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import orjson

# How orjson writes a time in UTC as `time_text` does.
ORJSON_TIMES: Final = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def time_text(moment: datetime) -> str:
    """The moment in whole seconds; one without a zone is taken for UTC.

    >>> time_text(datetime(2026, 11, 30, 13, 36, 41, 810297, UTC))
    '2026-11-30T13:36:41Z'
    """
    return f"{_utc(moment).isoformat(timespec='seconds')}Z"


def instant_text(moment: datetime) -> str:
    """The moment to the microsecond; one without a zone is taken for UTC.

    >>> instant_text(datetime(2026, 11, 30, 13, 36, 41, 810000, UTC))
    '2026-11-30T13:36:41.810000Z'
    """
    return f"{_utc(moment).isoformat(timespec='microseconds')}Z"


def _utc(moment: datetime) -> datetime:
    """In UTC, and without saying so."""
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).replace(tzinfo=None)
