"""JSON as the server keeps it: NaN is a number, 2 an int and 2.0 a float. Used wherever JSON is read or sent."""

from __future__ import annotations

import json
from typing import Any


def parse(text: str) -> Any:
    """The value of a JSON text that a server sent."""
    return json.loads(text)


def parse_object(text: str | None) -> dict[str, Any]:
    """The object of a JSON text; empty for None and for anything that is no object."""
    value = json.loads(text) if text else None
    return value if isinstance(value, dict) else {}


def dump(value: object, what: str = "the value") -> str:
    """JSON text of a value; NumPy's numbers count as numbers. Raises TypeError that says what is no JSON value."""
    try:
        return json.dumps(value, separators=(",", ":"), default=plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"{what} cannot be sent as JSON: {error}") from error


def plain(value: object) -> object:
    """A number of NumPy or alike as Python's. Raises TypeError for anything that is no JSON value."""
    item = getattr(value, "item", None)
    found = item() if callable(item) else value
    if not isinstance(found, bool | int | float | str):
        raise TypeError(f"{type(value).__name__} is not a JSON value")
    return found
