"""What makes a row the same wherever it comes from: its step, its timestamp and its values. Used by repeats.py.

Pure. The text does not count: keys may stand in another order, and a number be printed another way.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from runfolio_server.domain.history_line import TIMESTAMP_KEY

DIGEST_BYTES = 16


def time_of(row: Mapping[str, Any]) -> float:
    """`_timestamp` as a float; NaN where the row has none that is a finite number: then it is never a repeat."""
    time = row.get(TIMESTAMP_KEY)
    if type(time) not in (int, float):
        return math.nan
    try:
        found = float(time)  # type: ignore[arg-type]  # the type was just checked, exactly
    except OverflowError:
        return math.nan
    return found if math.isfinite(found) else math.nan


def identity_of(row: Mapping[str, Any]) -> bytes:
    """The same bytes for rows that are equal as JSON: 1 is 1.0, true is not 1, null is not missing, NaN is NaN."""
    # The standard library writes integers of any length, NaN and lone surrogates, each unlike the others.
    text = json.dumps(_plain(row), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()


def _plain(value: Any) -> Any:
    """The value with each whole number as an integer, which is exact."""
    kind = type(value)
    if kind is float:
        return int(value) if value.is_integer() else value
    if kind is dict:
        return {key: _plain(one) for key, one in value.items()}
    if kind is list:
        return [_plain(one) for one in value]
    return value
