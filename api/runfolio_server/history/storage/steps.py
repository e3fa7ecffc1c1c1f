"""What a row is ordered by: its `_step`, else its line number.

Pure. Used by ingest (to describe a batch), by chunk.py (to describe a chunk) and by stored_rows.py (to order rows).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from runfolio_server.domain.history_line import STEP_KEY

# Integers of a smaller magnitude are floats without loss.
EXACT_BELOW = 2**53


def step_of(row: Mapping[str, Any], line: int) -> float:
    """`_step` when it is a finite number, else the line number."""
    step = row.get(STEP_KEY)
    kind = type(step)
    if kind is int:
        try:
            return float(step)  # type: ignore[arg-type]  # the type was just checked, exactly
        except OverflowError:
            return float(line)
    if kind is float and math.isfinite(step):  # type: ignore[arg-type]
        # 0.0 and -0.0 are one step; sorting by bits anywhere must not tell them apart.
        return step + 0.0  # type: ignore[operator]
    return float(line)


def steps_of(first_line: int, rows: Sequence[Mapping[str, Any] | None]) -> list[float]:
    """The step of each row, in order; NaN where a line has no row."""
    plain = _plain_steps(rows)
    if plain is not None:
        return list(map(float, plain))
    return [math.nan if row is None else step_of(row, line) for line, row in enumerate(rows, first_line)]


def step_range(first_line: int, rows: Sequence[Mapping[str, Any] | None]) -> tuple[float, float] | None:
    """The least and the greatest step of these lines; None when no line has a row."""
    plain = _plain_steps(rows)
    if plain is not None:
        return float(min(plain)), float(max(plain))
    steps = [step for step in steps_of(first_line, rows) if not math.isnan(step)]
    return (min(steps), max(steps)) if steps else None


def _plain_steps(rows: Sequence[Mapping[str, Any] | None]) -> list[int] | None:
    """The steps when every row has one that is an integer of ordinary size, as nearly always; else None."""
    plain: list[Any] = [row.get(STEP_KEY) if row else None for row in rows]
    is_plain = set(map(type, plain)) == {int} and -EXACT_BELOW < min(plain) and max(plain) < EXACT_BELOW
    return plain if is_plain else None
