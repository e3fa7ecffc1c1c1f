"""A jsonb value as JSON text for readers, NaN and the infinities as numbers again. Used by graph/."""

from __future__ import annotations

import math
import re
from typing import Any

from runfolio_server.domain import json_text

_FRACTION_ENDING_IN_ZERO = re.compile(r"(-?[0-9]+)(?:\.0*|(\.[0-9]*[1-9])0+)")
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def readable_value(text: str) -> str:
    """The text of a value that jsonb printed. Equal numbers have one text: 1.0 is 1.

    >>> readable_value('1.50'), readable_value('[{"$number": "-Infinity"}]')
    ('1.5', '[-Infinity]')
    """
    number = _FRACTION_ENDING_IN_ZERO.fullmatch(text)
    if number:
        return number[1] + (number[2] or "")
    return json_text.dump(_numbers(json_text.parse(text.encode()))) if '"$number"' in text else text


def _numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if not isinstance(value, dict):
        return value
    number = value.get("$number") if len(value) == 1 else None
    if isinstance(number, str) and number in _NUMBERS:
        return _NUMBERS[number]
    return {key: _numbers(item) for key, item in value.items()}
