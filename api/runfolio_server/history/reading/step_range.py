"""Between which steps there are rows, from what is known beside the data. Called by mean_curve.py and keys.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from uuid import UUID

from runfolio_server.heavy_threads import in_thread
from runfolio_server.history.reading.scan import Span, fetch_rows, in_order
from runfolio_server.history.storage.cells import Floats
from runfolio_server.history.storage.stored_rows import stored_rows_of
from runfolio_server.sql.history.keys import SELECT_LAST_STEP, SELECT_STEP_RANGE
from runfolio_server.sql.pool import Database


async def step_range_of(
    database: Database, run_ids: Sequence[UUID], stream: str, lows: Sequence[str], highs: Sequence[str]
) -> tuple[float, float] | None:
    """Between which steps the runs have keys between these stored ones, or anything in the tail; None: no rows.

    Of a run that was rewound, or a fork, the last step may be less than what is answered.
    """
    asked = (stream, list(lows), list(highs))
    async with database.connection() as connection:
        rows = await connection.rows(SELECT_STEP_RANGE.own, list(run_ids), *asked)
        for run_id, holder in [(row.run_id, row.holder) for row in rows if row.holder is not None]:
            rows += await connection.rows(SELECT_STEP_RANGE.of_view, [holder], *asked, run_id)
    known = [(row.low, row.high) for row in rows if row.low is not None and row.high is not None]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


async def last_step(database: Database, run_id: UUID, stream: str) -> float | None:
    """The greatest step of a run's rows; None when it has none."""
    async with database.connection() as connection:
        rows = await connection.rows(SELECT_LAST_STEP.own, run_id, stream)
        for holder in [row.holder for row in rows if row.holder is not None]:
            rows += await connection.rows(SELECT_LAST_STEP.of_view, holder, stream, run_id)
    known = [row.step for row in rows if row.step is not None]
    if not known or all(row.is_exact is not False for row in rows):
        return max(known, default=None)
    # What it was found in is cut: its steps say where. Its first step is that of a row that counts, as a rule.
    for low in (max(known), -math.inf):
        steps = await _steps_from(database, run_id, stream, low)
        if len(steps):
            return float(steps[-1])
    return None


async def _steps_from(database: Database, run_id: UUID, stream: str, low: float) -> Floats:
    span = Span(None, low)
    rows = await fetch_rows(database, run_id, stream, span, rows_wanted=math.inf, with_values=False)
    return await in_thread(lambda: in_order(stored_rows_of(rows), span).steps)
