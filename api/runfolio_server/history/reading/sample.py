"""At most so many rows of a run that show its shape: deterministic, with the extremes, all rows where they fit.

Called by graph/ and loaders/. Uses the pieces and the order of scan.py; very long runs are left to long_sample.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from runfolio_server.answer_budget import Reading
from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.heavy_threads import in_thread_if
from runfolio_server.history.reading.downsample import downsample_rows, evenly_spaced
from runfolio_server.history.reading.long_sample import ROWS_AT_ONCE, Line, LinesReader, sample_long_run, values_of
from runfolio_server.history.reading.pieces import Source
from runfolio_server.history.reading.scan import RowOrder, Span, cut_row, fetch_rows, in_order, take_rows
from runfolio_server.history.storage.cells import Indices
from runfolio_server.history.storage.stored_rows import StoredRows, TailBatch, is_heavy, stored_rows_of
from runfolio_server.sql.history.history import StoredRow
from runfolio_server.sql.pool import Database


async def sample(
    database: Database,
    source: Source,
    stream: str,
    *,
    keys: Sequence[str] | None = None,
    x_axis: str = STEP_KEY,
    samples: int = 500,
    min_step: float | None = None,
    max_step: float | None = None,
    reading: Reading,
) -> list[str]:
    """Rows as JSON text in the order of scan.py, at most `samples`; every row of the steps when they are that few.

    With keys: rows that have all of them and the x axis, cut down to these and `_step`, with the least and greatest
    value of each key. Without: rows that have the x axis, evenly spaced, the first and the last among them. Every row
    has the axis `_step`. `max_step` is exclusive. What is read is taken from the budget of the answer as it comes.
    """
    # Every row has a place in the order, with `_step` or without.
    names = tuple(dict.fromkeys([*([] if x_axis == STEP_KEY else [x_axis]), *(keys or [])])) or None
    is_whole = not keys
    span = Span(names, -math.inf if min_step is None else min_step, math.inf if max_step is None else max_step)
    has_values = names is not None
    rows = await fetch_rows(database, source, stream, span, rows_wanted=ROWS_AT_ONCE, with_values=has_values)
    if rows and rows[0].next_step is not None:
        return await sample_long_run(
            database, source, stream, rows, span, x_axis=x_axis, samples=samples, is_whole=is_whole, reading=reading
        )
    has_much = is_heavy(rows)
    if names is not None and not is_whole:
        texts = await in_thread_if(has_much, _telling_rows, rows, span, names, x_axis, samples)
        reading.take_texts(texts)
        return texts
    pieces, order = await in_thread_if(has_much, _spaced_rows, rows, span, samples)
    reader = LinesReader(database, source, stream, None, reading)
    return await _whole_rows(reader, pieces, order, has_much)


def _spaced_rows(rows: Sequence[StoredRow], span: Span, samples: int) -> tuple[list[StoredRows], RowOrder]:
    """The pieces, and which of their rows are in the sample."""
    pieces = stored_rows_of(rows)
    order = in_order(pieces, span)
    return pieces, _part(order, evenly_spaced(len(order.steps), samples))


def _telling_rows(
    rows: Sequence[StoredRow], span: Span, names: tuple[str, ...], x_axis: str, samples: int
) -> list[str]:
    """The rows that show how the keys go, cut down to them, as JSON text."""
    pieces = stored_rows_of(rows)
    order = in_order(pieces, span)
    series = [values_of(pieces, order, name) for name in names if name != x_axis] or [order.steps]
    x = order.steps if x_axis == STEP_KEY else values_of(pieces, order, x_axis)
    part = _part(order, downsample_rows(x, series, samples))
    return [json_text.dump(cut_row(row, names)) for row in take_rows(pieces, part.pieces, part.indices)]


def _part(order: RowOrder, chosen: Indices) -> RowOrder:
    return RowOrder(order.pieces[chosen], order.indices[chosen], order.steps[chosen])


async def _whole_rows(reader: LinesReader, pieces: Sequence[StoredRows], order: RowOrder, has_much: bool) -> list[str]:
    """The rows with all their keys, of which only lines and steps were read so far.

    A line never changes, so it does not matter whether it is in the tail or in a chunk by now.
    """
    texts = [""] * len(order.steps)
    waiting: list[Line] = []
    places: list[int] = []
    for number in np.unique(order.pieces).tolist():
        piece = pieces[number]
        if isinstance(piece, TailBatch):
            found = await in_thread_if(has_much, _texts_of, order, number, piece)
            reader.reading.take_texts(found)
            _put(texts, np.flatnonzero(order.pieces == number).tolist(), found)
            continue
        of_piece = np.flatnonzero(order.pieces == number)
        places += of_piece.tolist()
        waiting += [Line(piece.epoch, piece.writer, line) for line in piece.lines[order.indices[of_piece]].tolist()]
        reader.expect(len(piece.lines))
        if reader.is_due:
            _put(texts, places, await reader.read(waiting))
            waiting, places = [], []
    if waiting:
        _put(texts, places, await reader.read(waiting))
    return texts


def _put(texts: list[str], places: Sequence[int], found: Sequence[str]) -> None:
    for place, text in zip(places, found, strict=True):
        texts[place] = text


def _texts_of(order: RowOrder, number: int, piece: StoredRows) -> list[str]:
    """The rows of a piece, in their order."""
    return [json_text.dump(row) for row in piece.rows(order.indices[order.pieces == number])]
