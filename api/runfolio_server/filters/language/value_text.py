"""NaN and the infinities, which jsonb has as objects, as numbers again. Used by parse.py and graph/."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from runfolio_server.domain import json_text

_FRACTION_ENDING_IN_ZERO = re.compile(r"(-?[0-9]+)(?:\.0*|(\.[0-9]*[1-9])0+)")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# Of 64 bits, with the sign.
DIGITS_OF_INTEGERS = 20
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def readable_value(text: str) -> str:
    """The text of a value that jsonb printed. Equal numbers have one text: 1.0 is 1.

    jsonb writes digits out: a long number that is a float, to the last digit, is written as floats are.

    >>> readable_value('1.50'), readable_value('[{"$number": "-Infinity"}]'), readable_value("1" + 308 * "0")
    ('1.5', '[-Infinity]', '1e+308')
    """
    number = _FRACTION_ENDING_IN_ZERO.fullmatch(text)
    if number:
        text = number[1] + (number[2] or "")
    if len(text) > DIGITS_OF_INTEGERS and _NUMBER.fullmatch(text):
        as_float = repr(float(text))
        return as_float if _is_finite_and_equal(as_float, text) else text
    return json_text.dump(_numbers(json_text.parse(text.encode()))) if '"$number"' in text else text


def readable_number(value: Any) -> Any:
    """A float for `{"$number": "NaN"}` and the like; any other value as it is.

    >>> readable_number({"$number": "-Infinity"}), readable_number({"$number": 1})
    (-inf, {'$number': 1})
    """
    number = value.get("$number") if isinstance(value, dict) and len(value) == 1 else None
    return _NUMBERS.get(number, value) if isinstance(number, str) else value


def _is_finite_and_equal(as_float: str, text: str) -> bool:
    return as_float not in ("inf", "-inf") and Decimal(as_float) == Decimal(text)


def _numbers(value: Any) -> Any:
    value = readable_number(value)
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return {key: _numbers(item) for key, item in value.items()} if isinstance(value, dict) else value
