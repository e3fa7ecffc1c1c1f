"""Which rows of a piece count, of those that the database gives. Pure; used by stored_rows.py and keys.py."""

from __future__ import annotations

from runfolio_server.history.storage.cells import Floats, Mask
from runfolio_server.history.storage.key_columns import Lines


def counted_rows(lines: Lines, steps: Floats, counts_to: float, past_line: int) -> Mask | None:
    """Those before a line and up to a step; None: all, as nearly always. `lines` rise. See sql/history/counted.py."""
    if len(lines) == 0 or (lines[-1] < past_line and bool((steps <= counts_to).all())):
        return None
    counted: Mask = (steps <= counts_to) & (lines < past_line)
    return counted
