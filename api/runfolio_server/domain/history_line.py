"""One line of history: the text of one JSON object. Used by ingest to check lines and by history to read them."""

from __future__ import annotations

from typing import Any

from runfolio_server.domain import json_text

STEP_KEY = "_step"
MAX_STEP = 2**62


def parse_line(raw: bytes) -> dict[str, Any]:
    """The object of a line. Raises ValueError when it is anything else."""
    row = json_text.parse(raw)
    if not isinstance(row, dict):
        raise ValueError(f"a line must be a JSON object, not {type(row).__name__}")
    return row


def step_of(row: dict[str, Any]) -> int | None:
    """The row's `_step` as an integer, or None when it has none that is one."""
    step = row.get(STEP_KEY)
    if isinstance(step, float) and step.is_integer():
        step = int(step)
    return step if isinstance(step, int) and not isinstance(step, bool) and abs(step) <= MAX_STEP else None
