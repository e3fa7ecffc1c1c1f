"""At most so many rows of a run that show its shape: deterministic, with the extremes, all rows where they fit.

Called by graph/ and loaders/. Uses the pieces and the order of scan.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from tsdownsample import MinMaxLTTBDownsampler

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.history.key_path import EVERY_KEY
from runfolio_server.history.pieces import Batch, Floats, Indices, Piece, pieces_of
from runfolio_server.history.scan import Order, Span, cut_row, fetch_pieces, in_order, take_rows
from runfolio_server.sql.history import SELECT_PIECES_OF_LINES
from runfolio_server.sql.pool import Connection

ROWS_PER_STATEMENT = 65_536
"""Rows of segments that are read at once to take a few from each."""


async def sample(
    connection: Connection,
    run_id: UUID,
    stream: str,
    *,
    keys: Sequence[str] | None = None,
    x_axis: str = STEP_KEY,
    samples: int = 500,
    min_step: float | None = None,
    max_step: float | None = None,
) -> list[str]:
    """Rows as JSON text in the order of scan.py, at most `samples`; every row of the steps when they are that few.

    With keys: rows that have all of them and the x axis, cut down to these and `_step`, with the least and greatest
    value of each key. Without: rows evenly spaced, the first and the last among them. `max_step` is exclusive.
    """
    names = None
    if keys:
        # Every row has a place in the order, with `_step` or without.
        names = tuple(dict.fromkeys([*([] if x_axis == STEP_KEY else [x_axis]), *keys]))
    span = Span(names, -math.inf if min_step is None else min_step, math.inf if max_step is None else max_step)
    pieces, _ = await fetch_pieces(
        connection, run_id, stream, span, rows_wanted=math.inf, with_values=names is not None
    )
    order = in_order(pieces, span)
    if names is None:
        chosen = evenly_spaced(len(order.steps), samples)
        return await _whole_rows(connection, run_id, stream, pieces, _part(order, chosen))
    series = [_values(pieces, order, name) for name in names if name != x_axis] or [order.steps]
    x = order.steps if x_axis == STEP_KEY else _values(pieces, order, x_axis)
    part = _part(order, choose_rows(x, series, samples))
    return [json_text.dump(cut_row(row, names)) for row in take_rows(pieces, part.pieces, part.indices)]


def choose_rows(x: Floats, series: Sequence[Floats], samples: int) -> Indices:
    """Indices, rising and at most `samples`, of the points that show every series: first, last, extremes, then shape.

    NaN is no value: it is never an extreme. Everything is chosen when it fits.
    """
    count = len(x)
    if count <= samples:
        return np.arange(count)
    needed = [0, count - 1]
    for values in series:
        known = np.flatnonzero(~np.isnan(values))
        if len(known):
            needed += [int(known[np.argmin(values[known])]), int(known[np.argmax(values[known])])]
    chosen = list(dict.fromkeys(needed))[:samples]
    finite = [np.flatnonzero(np.isfinite(values)) for values in series]
    shown = [(values, known) for values, known in zip(series, finite, strict=True) if len(known)]
    if not shown:
        return evenly_spaced(count, samples)
    share = (samples - len(chosen)) // len(shown)
    for values, known in shown:
        chosen += known[_shape(x[known], values[known], share)].tolist()
    return _filled(np.unique(np.array(chosen, dtype=np.intp)), count, samples)


def _filled(chosen: Indices, count: int, samples: int) -> Indices:
    """The chosen indices and, up to `samples`, others spread evenly: series often agree on what shows them."""
    spare = np.setdiff1d(evenly_spaced(count, samples), chosen)
    return np.union1d(chosen, spare[evenly_spaced(len(spare), samples - len(chosen))])


def evenly_spaced(count: int, samples: int) -> Indices:
    """Indices from 0 to `count` - 1, at most `samples`."""
    if count <= samples:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, samples).round().astype(np.intp))


def _shape(x: Floats, values: Floats, samples: int) -> Indices:
    if len(values) <= samples:
        return np.arange(len(values))
    if samples < 3:  # the first, the last and one between are the least that it chooses
        return np.arange(0)
    arguments = (x, values) if np.isfinite(x).all() and (x[1:] > x[:-1]).all() else (values,)
    chosen: Indices = MinMaxLTTBDownsampler().downsample(*map(np.ascontiguousarray, arguments), n_out=samples)
    return chosen.astype(np.intp)


def _values(pieces: Sequence[Piece], order: Order, name: str) -> Floats:
    found = np.full(len(order.steps), np.nan)
    for number, piece in enumerate(pieces):
        places = order.pieces == number
        if places.any():
            found[places] = piece.numbers(name)[order.indices[places]]
    return found


def _part(order: Order, chosen: Indices) -> Order:
    return Order(order.pieces[chosen], order.indices[chosen], order.steps[chosen])


async def _whole_rows(
    connection: Connection, run_id: UUID, stream: str, pieces: Sequence[Piece], order: Order
) -> list[str]:
    """The rows with all their keys, of which only lines and steps were read so far.

    A line never changes, so it does not matter whether it is in the tail or in a chunk by now.
    """
    texts = [""] * len(order.steps)
    waiting: list[int] = []
    for number in np.unique(order.pieces).tolist():
        if isinstance(pieces[number], Batch):
            _fill(texts, order, number, pieces[number], order.indices)
            continue
        waiting.append(number)
        if sum(len(pieces[one].lines) for one in waiting) >= ROWS_PER_STATEMENT:
            await _fill_from_database(connection, run_id, stream, pieces, order, waiting, texts)
            waiting = []
    if waiting:
        await _fill_from_database(connection, run_id, stream, pieces, order, waiting, texts)
    return texts


async def _fill_from_database(
    connection: Connection,
    run_id: UUID,
    stream: str,
    pieces: Sequence[Piece],
    order: Order,
    numbers: Sequence[int],
    texts: list[str],
) -> None:
    places = np.flatnonzero(np.isin(order.pieces, numbers))
    of_places = [pieces[number] for number in order.pieces[places].tolist()]
    lines = [int(piece.lines[index]) for piece, index in zip(of_places, order.indices[places].tolist(), strict=True)]
    rows = await connection.rows(
        SELECT_PIECES_OF_LINES,
        run_id,
        stream,
        [piece.writer for piece in of_places],
        [piece.epoch for piece in of_places],
        lines,
        [EVERY_KEY.low],
        [EVERY_KEY.high],
    )
    # Which piece now holds a line may differ from what was read before.
    wanted = {
        (piece.epoch, piece.writer, line): place
        for piece, line, place in zip(of_places, lines, places.tolist(), strict=True)
    }
    for piece in pieces_of(rows):
        found = [
            (index, place)
            for index, line in enumerate(piece.lines.tolist())
            if (place := wanted.get((piece.epoch, piece.writer, line))) is not None
        ]
        indices = np.array([index for index, _ in found], dtype=np.intp)
        for row, (_, place) in zip(piece.rows(indices), found, strict=True):
            texts[place] = json_text.dump(row)


def _fill(texts: list[str], order: Order, number: int, piece: Piece, indices: Indices) -> None:
    places = np.flatnonzero(order.pieces == number)
    for place, row in zip(places.tolist(), piece.rows(indices[places]), strict=True):
        texts[place] = json_text.dump(row)
