"""Pieces of the caller's input as error messages show them: short, and valid UTF-8. Used by every parser here."""

from __future__ import annotations

import json
from typing import Any

from runfolio_server.domain.json_text import storable_text

NAME_MAX_CHARACTERS = 120
VALUE_MAX_CHARACTERS = 60


def name_excerpt(name: str) -> str:
    """A field or operator as part of a path."""
    return _short(storable_text(name), NAME_MAX_CHARACTERS)


def value_excerpt(value: Any) -> str:
    """An operand, as JSON."""
    # Lists of thousands of values are cut before they are printed.
    start = value[:VALUE_MAX_CHARACTERS] if isinstance(value, list | str) else value
    text = json.dumps(start, ensure_ascii=False) if not isinstance(value, dict) else "an object"
    return _short(storable_text(text), VALUE_MAX_CHARACTERS)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
