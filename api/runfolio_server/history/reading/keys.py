"""What keys runs have, how many values of each and which was the last; and the last row of a run.

Called by graph/, loaders/ and what resumes a run. Reads what is kept beside the data of chunks, and parses the tail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np

from runfolio_server.domain import json_text
from runfolio_server.errors import AppError
from runfolio_server.heavy_threads import ITEMS_AT_ONCE, in_thread, in_thread_if
from runfolio_server.history.reading.key_rows import lines_of_keys, rows_of_keys
from runfolio_server.history.reading.scan import scan
from runfolio_server.history.reading.step_range import last_step
from runfolio_server.history.storage.axis import decode_lines
from runfolio_server.history.storage.cells import Floats, cells_of
from runfolio_server.history.storage.chunk import finite_range
from runfolio_server.history.storage.counted_rows import counted_rows
from runfolio_server.history.storage.key_columns import Lines, columns_of
from runfolio_server.history.storage.key_path import STEPS_KEY, public_name
from runfolio_server.history.storage.steps import steps_of
from runfolio_server.history.storage.stored_rows import StoredRows
from runfolio_server.history.storage.tail import parse_lines, unpack_lines, unpacked_size
from runfolio_server.sql.history.keys import KeyLinesRow, KeyRow
from runfolio_server.sql.pool import Database

ROWS_PER_PAGE = 1000
RUNS_PER_STATEMENT = 100
"""Whose tails are fetched, and parsed, together."""
TAIL_BYTES_IN_LOOP = 32 * 1024
"""Of lines: turning them into columns takes four times as long as parsing them."""
KEYS_MAX = 1_000_000
"""Of all runs together: each takes some hundred bytes of memory."""


@dataclass(frozen=True, slots=True)
class KeySummary:
    """A key of a run by the name users know it by; a flat and a nested key of one name are one."""

    name: str
    count: int
    """How many rows have it."""
    value_count: int
    """How many values there are: a row may have both a flat and a nested one."""
    number_count: int
    """How many of the values are numbers."""
    first_step: float
    """Least and greatest step of the rows that have the key."""
    last_step: float
    low: float | None
    """Least and greatest finite number; None when there is none."""
    high: float | None
    last: str | None
    """JSON of the value logged last; None when it was too long to keep beside the data."""
    newest: tuple[int, int, str]
    """Epoch, line and writer of the last value."""


KeysOfRuns = dict[UUID, dict[str, KeySummary]]
"""By run and name."""


async def list_keys(database: Database, run_ids: Sequence[UUID], stream: str) -> dict[UUID, list[KeySummary]]:
    """The keys of each of these runs, in order of name; an empty list for a run without rows.

    Raises AppError when they have more than KEYS_MAX keys together.
    """
    found: dict[UUID, list[KeySummary]] = {}
    for first in range(0, len(run_ids), RUNS_PER_STATEMENT):
        part = run_ids[first : first + RUNS_PER_STATEMENT]
        rows, cut = await rows_of_keys(database, part, stream)
        keys, shared = await in_thread_if(_is_heavy(rows), _keys_of_runs, rows, part)
        for run_id, pieces in cut:
            await in_thread(_add_cut, keys[run_id], pieces)
        if shared:
            lines = await lines_of_keys(database, shared, stream, rows)
            await in_thread(_leave_out_doubles, keys, lines, rows)
        found |= {run_id: [of_run[name] for name in sorted(of_run)] for run_id, of_run in keys.items()}
        if sum(map(len, found.values())) > KEYS_MAX:
            raise AppError(f"These runs have more than {KEYS_MAX} keys together; ask for the keys of fewer runs.")
    return found


def _is_heavy(rows: Sequence[KeyRow]) -> bool:
    tail = sum(unpacked_size(row.body) for row in rows if row.body is not None)
    return len(rows) > ITEMS_AT_ONCE // 2 or tail > TAIL_BYTES_IN_LOOP


def _keys_of_runs(rows: Sequence[KeyRow], run_ids: Sequence[UUID]) -> tuple[KeysOfRuns, list[tuple[UUID, str]]]:
    """The keys of each run; and the stored keys of chunks, of which several have one name."""
    found: KeysOfRuns = {run_id: {} for run_id in run_ids}
    stored: dict[tuple[UUID, str], dict[str, None]] = {}
    for row in rows:
        of_run = found[row.run_id]
        for summary in _of_batch(row) if row.body is not None else _of_chunks(row):
            _add(of_run, summary)
            if row.key is not None:
                stored.setdefault((row.run_id, summary.name), {})[row.key] = None
    return found, [(run_id, key) for (run_id, _), keys in stored.items() if len(keys) > 1 for key in keys]


def _leave_out_doubles(found: KeysOfRuns, lines: Sequence[KeyLinesRow], rows: Sequence[KeyRow]) -> None:
    """Count each row of the chunks once that has both a flat and a nested key of one name."""
    # Rows that were in the tail when `rows` were read are counted already, though they may be in chunks by now.
    tails: dict[tuple[UUID, str, int], list[tuple[int, int]]] = {}
    for row in rows:
        if row.body is not None:
            tails.setdefault((row.run_id, row.writer, row.epoch), []).append((row.line, row.line + row.count))
    segments: dict[tuple[UUID, str, int, str, int], list[KeyLinesRow]] = {}
    for row_of_lines in lines:
        source = row_of_lines.run_id, row_of_lines.writer, row_of_lines.epoch
        name = public_name(row_of_lines.key)
        segments.setdefault((*source, name, row_of_lines.segment), []).append(row_of_lines)
    for (run_id, writer, epoch, name, _), chunks in segments.items():
        if len({chunk.key for chunk in chunks}) == 1:
            continue
        every = np.sort(np.concatenate([decode_lines(chunk.line0, chunk.n, chunk.lines) for chunk in chunks]))
        doubles = every[1:][every[1:] == every[:-1]]
        for first, past in tails.get((run_id, writer, epoch), ()):
            doubles = doubles[(doubles < first) | (doubles >= past)]
        known = found[run_id][name]
        found[run_id][name] = replace(known, count=known.count - len(doubles))


def _add(of_run: dict[str, KeySummary], summary: KeySummary) -> None:
    known = of_run.get(summary.name)
    of_run[summary.name] = summary if known is None else _joined(known, summary)


async def last_row(database: Database, run_id: UUID, stream: str) -> str | None:
    """The last row in the order of scan.py as JSON text; None when the run has no rows."""
    step = await last_step(database, run_id, stream)
    if step is None:
        return None
    last = None
    # Nearly always one row; rows that came meanwhile are behind it.
    page = await scan(database, run_id, stream, min_step=step, limit=ROWS_PER_PAGE)
    while page.rows:
        last = page.rows[-1]
        if not page.has_next:
            break
        page = await scan(database, run_id, stream, min_step=step, after=page.end, limit=ROWS_PER_PAGE)
    return last


def _of_chunks(row: KeyRow) -> Iterable[KeySummary]:
    if row.key is None or row.key == STEPS_KEY or row.step_low is None or row.step_high is None:
        return
    yield KeySummary(
        name=public_name(row.key),
        count=row.count,
        value_count=row.count,
        number_count=row.number_count,
        first_step=row.step_low,
        last_step=row.step_high,
        low=row.low,
        high=row.high,
        last=row.last,
        newest=(row.epoch, row.line, row.writer),
    )


def _of_batch(row: KeyRow) -> Iterable[KeySummary]:
    rows = parse_lines(unpack_lines(row.body or b""))
    steps = np.array(steps_of(row.line, rows), dtype=np.float64)
    counted = counted_rows(np.arange(row.line, row.line + len(rows)), steps, row.counts_to, row.past_line)
    if counted is not None:
        rows = [one if is_counted else None for one, is_counted in zip(rows, counted.tolist(), strict=True)]
    return _of_rows(rows, steps, row.line, row.epoch, row.writer)


def _add_cut(of_run: dict[str, KeySummary], pieces: Sequence[StoredRows]) -> None:
    """Add what counts of chunks that are cut."""
    for piece in pieces:
        indices = np.arange(len(piece.lines)) if piece.counted is None else np.flatnonzero(piece.counted)
        if not len(indices):
            continue
        first, past = int(piece.lines[indices[0]]), int(piece.lines[indices[-1]]) + 1
        steps = np.full(past - first, np.nan)
        steps[piece.lines[indices] - first] = piece.steps[indices]
        rows: list[dict[str, Any] | None] = [None] * (past - first)
        for line, row in zip((piece.lines[indices] - first).tolist(), piece.rows(indices), strict=True):
            rows[line] = row
        for summary in _of_rows(rows, steps, first, piece.epoch, piece.writer):
            _add(of_run, summary)


def _of_rows(
    rows: Sequence[dict[str, Any] | None], steps: Floats, line0: int, epoch: int, writer: str
) -> Iterable[KeySummary]:
    """The keys of rows that follow each other from the line `line0` on."""
    found: dict[str, KeySummary] = {}
    lines: dict[str, list[Lines]] = {}
    for key, column in columns_of(line0, rows).items():
        of_key = steps[column.lines - line0]
        cells = cells_of(column.values)
        low, high = finite_range(cells.numbers)
        summary = KeySummary(
            name=public_name(key),
            count=len(column.values),
            value_count=len(column.values),
            number_count=int(cells.is_number.sum()),
            first_step=float(of_key.min()),
            last_step=float(of_key.max()),
            low=low,
            high=high,
            last=json_text.dump(column.values[-1]),
            newest=(epoch, int(column.lines[-1]), writer),
        )
        _add(found, summary)
        lines.setdefault(summary.name, []).append(column.lines)
    for name, parts in lines.items():
        if len(parts) > 1:
            found[name] = replace(found[name], count=len(np.unique(np.concatenate(parts))))
    return found.values()


def _joined(one: KeySummary, other: KeySummary) -> KeySummary:
    newer = max(one, other, key=lambda summary: summary.newest)
    return replace(
        newer,
        count=one.count + other.count,
        value_count=one.value_count + other.value_count,
        number_count=one.number_count + other.number_count,
        first_step=min(one.first_step, other.first_step),
        last_step=max(one.last_step, other.last_step),
        low=min((low for low in (one.low, other.low) if low is not None), default=None),
        high=max((high for high in (one.high, other.high) if high is not None), default=None),
    )
