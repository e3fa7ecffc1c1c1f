"""How many rows a run has up to a step, and in all, by the stream they lie in. Called by actions/runs/.

Only lines and steps are read, a page at a time, in the transaction of a caller who cuts or shares the rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from runfolio_server.heavy_threads import in_thread_if
from runfolio_server.history.reading.pieces import Source, pieces_on
from runfolio_server.history.reading.scan import Span
from runfolio_server.history.storage.key_path import STEPS_KEY, exactly
from runfolio_server.history.storage.stored_rows import StoredRows, is_heavy, stored_rows_of
from runfolio_server.sql.history.history import SELECT_STORED_ROWS, StoredRow
from runfolio_server.sql.pool import Connection

ROWS_AT_ONCE: Final = 262_144

StreamName: TypeAlias = tuple[str, int]
"""Writer and epoch: of all that a run reads there is one of each."""


@dataclass(slots=True)
class RowCount:
    """The rows of a stream that lie up to the step: how many, and the greatest step of them; None: there are none."""

    rows: int = 0
    last_step: float | None = None


@dataclass(slots=True)
class RowCounts:
    """The rows of a run up to a step, by stream; and how many rows there are in all, with the greatest step."""

    up_to_step: dict[StreamName, RowCount] = field(default_factory=dict)
    rows: int = 0
    last_step: float | None = None

    @property
    def kept(self) -> int:
        """How many rows lie up to the step, of all streams."""
        return sum(count.rows for count in self.up_to_step.values())


async def count_rows(connection: Connection, source: Source, stream: str, step: float) -> RowCounts:
    """Count the rows up to the step, and all of them. The caller sees to it that nobody writes rows meanwhile."""
    counts = RowCounts()
    low: float | None = -math.inf
    while low is not None:
        rows = await _steps_from(connection, source, stream, low)
        next_step = rows[0].next_step if rows else None
        span = Span(None, low, math.inf if next_step is None else next_step)
        await in_thread_if(is_heavy(rows), _add, counts, rows, span, step)
        low = next_step
    return counts


async def _steps_from(connection: Connection, source: Source, stream: str, low: float) -> list[StoredRow]:
    steps = exactly(STEPS_KEY)
    bounds = ([steps.low], [steps.high])
    return await pieces_on(
        connection, SELECT_STORED_ROWS, source, stream, *bounds, [1], 1, *bounds, low, math.inf, ROWS_AT_ONCE
    )


def _add(counts: RowCounts, rows: Sequence[StoredRow], span: Span, step: float) -> None:
    for piece in stored_rows_of(rows):
        found = _counted_steps(piece, span)
        if not len(found):
            continue
        counts.rows += len(found)
        counts.last_step = max(found.max(), -math.inf if counts.last_step is None else counts.last_step)
        kept = found[found <= step]
        if len(kept):
            count = counts.up_to_step.setdefault((piece.writer, piece.epoch), RowCount())
            count.rows += len(kept)
            count.last_step = max(float(kept.max()), -math.inf if count.last_step is None else count.last_step)


def _counted_steps(piece: StoredRows, span: Span) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    is_in = (piece.steps >= span.low) & (piece.steps < span.high)
    return piece.steps[is_in if piece.counted is None else is_in & piece.counted]
