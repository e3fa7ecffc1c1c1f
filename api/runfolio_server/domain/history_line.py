"""One line of history: the text of one JSON object. Used by ingest to check lines and by history to read them."""

from __future__ import annotations

from typing import Any

from runfolio_server.domain import json_text

STEP_KEY = "_step"
MEDIA_KEY = "_type"
"""A dict with this key is a table, an image, a histogram…: one value."""
TIMESTAMP_KEY = "_timestamp"
"""When a row was logged: Unix seconds. Part of what makes it one and the same row wherever it comes from."""


def parse_line(raw: bytes) -> dict[str, Any]:
    """The object of a line. Raises ValueError when it is anything else."""
    row = json_text.parse(raw)
    if not isinstance(row, dict):
        raise ValueError(f"a line must be a JSON object, not {type(row).__name__}")
    return row


def check_line(raw: bytes) -> dict[str, Any]:
    """Like parse_line and quicker, but integers beyond 64 bits may come as floats: for describing a line only."""
    json_text.check_depth(raw)
    row = json_text.parse_envelope(raw)
    if not isinstance(row, dict):
        raise ValueError(f"a line must be a JSON object, not {type(row).__name__}")
    return row
