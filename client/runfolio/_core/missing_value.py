"""The value of a field as an answer has it, where null is not missing. Used by run_facets, run_groups, group_curves."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from runfolio._core import json_text


class Missing(Enum):
    """What stands for the value of a field that a run does not have; None is a null that it has. It is false."""

    MISSING = "missing"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING


def value_of(text: str | None) -> Any:
    """The value of a JSON text, MISSING where there is none.

    >>> value_of("null"), value_of(None)
    (None, MISSING)
    """
    return MISSING if text is None else json_text.parse(text)
