"""Every row of a run in a range of steps, page by page, in the total order (step, epoch, writer, line).

Called by graph/ and loaders/. Each page is one statement (now and then one more), so that compaction is not noticed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.history.key_path import EVERY_KEY, STEPS_KEY, exactly, find, merged, ranges_of
from runfolio_server.history.pieces import Floats, Indices, Mask, Piece, pieces_of
from runfolio_server.sql.history import SELECT_PIECES
from runfolio_server.sql.pool import Connection


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a row stands in the order of a run's rows."""

    step: float
    epoch: int
    writer: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as JSON text, in order, and the position of the last of them."""

    rows: list[str]
    end: Position | None
    has_next: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows: steps from `low` up to but without `high`, and only rows that have all of `keys` (None: any rows)."""

    keys: tuple[str, ...] | None = None
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class Order:
    """Rows of several pieces in the total order: for each its piece, its index there and its step."""

    pieces: Indices
    indices: Indices
    steps: Floats


async def scan(
    connection: Connection,
    run_id: UUID,
    stream: str,
    *,
    keys: Sequence[str] | None = None,
    min_step: float | None = None,
    max_step: float | None = None,
    after: Position | None = None,
    limit: int = 1000,
) -> Page:
    """At most `limit` rows after a position, with steps from `min_step` (inclusive) up to `max_step` (exclusive).

    With keys: only rows that have all of them, and of each only these and `_step`. A dotted key is the flat key of that
    name where there is one, else the nested one. Fewer rows than `limit` come only at the end.
    """
    low = -math.inf if min_step is None else float(min_step)
    if after is not None:
        low = max(low, after.step)
    span = Span(tuple(keys) if keys else None, low, math.inf if max_step is None else float(max_step))
    texts: list[str] = []
    end = after
    while True:
        # One more than needed tells whether there is a next page.
        pieces, next_step = await fetch_pieces(connection, run_id, stream, span, rows_wanted=limit + 1 - len(texts))
        order = in_order(pieces, span, before=next_step, after=after)
        taken = min(limit - len(texts), len(order.steps))
        rows = take_rows(pieces, order.pieces[:taken], order.indices[:taken])
        texts += (json_text.dump(row if span.keys is None else cut_row(row, span.keys)) for row in rows)
        if taken:
            end = _position(pieces, order, taken - 1)
        if taken < len(order.steps) or next_step is None:
            return Page(texts, end, has_next=taken < len(order.steps))
        # Every row below next_step has been seen.
        span, after = Span(span.keys, next_step, span.high), None


async def fetch_pieces(
    connection: Connection, run_id: UUID, stream: str, span: Span, *, rows_wanted: float, with_values: bool = True
) -> tuple[list[Piece], float | None]:
    """The pieces that hold the first rows of the span, and the step from which on there may be rows in other pieces.

    None instead of a step: there are no others. Without values only lines and steps are fetched from segments.
    """
    names = [(exactly(STEPS_KEY), 1)]
    fetched = [EVERY_KEY if with_values else exactly(STEPS_KEY)]
    if span.keys:
        names = [(found, number) for number, key in enumerate(span.keys) for found in merged(ranges_of(key))]
        fetched = merged([*(found for found, _ in names), exactly(STEP_KEY), exactly(STEPS_KEY)])
    rows = await connection.rows(
        SELECT_PIECES,
        run_id,
        stream,
        [found.low for found, _ in names],
        [found.high for found, _ in names],
        [number for _, number in names],
        len({number for _, number in names}),
        [found.low for found in fetched],
        [found.high for found in fetched],
        span.low,
        span.high,
        rows_wanted,
    )
    return pieces_of(rows), rows[0].next_step if rows else None


def in_order(
    pieces: Sequence[Piece], span: Span, *, before: float | None = None, after: Position | None = None
) -> Order:
    """The rows of the pieces that lie in the span, below the step `before` and behind `after`, in the total order."""
    # Epoch and writer of a piece as one number that sorts like them.
    sources = sorted({(piece.epoch, piece.writer) for piece in pieces})
    high = span.high if before is None else min(span.high, before)
    found = []
    # By first step, so that the pieces of an ordinary run need no sorting.
    for number in sorted(range(len(pieces)), key=lambda number: float(pieces[number].steps[:1].sum())):
        piece = pieces[number]
        mask = (piece.steps >= span.low) & (piece.steps < high)
        if after is not None:
            mask &= _behind(piece, after)
        if span.keys and mask.any():
            mask &= piece.have_all(span.keys)
        indices = np.flatnonzero(mask)
        found.append((np.full(len(indices), number), indices, piece.steps[indices], piece.lines[indices]))
    if not found:
        nothing = np.array([], dtype=np.intp)
        return Order(nothing, nothing, np.array([], dtype=np.float64))
    of_piece, indices, steps, lines = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    ranks = np.array([sources.index((piece.epoch, piece.writer)) for piece in pieces])[of_piece]
    if bool((steps[1:] > steps[:-1]).all()):
        return Order(of_piece, indices, steps)
    order = np.lexsort((lines, ranks, steps))
    return Order(of_piece[order], indices[order], steps[order])


def _behind(piece: Piece, after: Position) -> Mask:
    ties = piece.steps == after.step
    if (piece.epoch, piece.writer) == (after.epoch, after.writer):
        ties &= piece.lines > after.line
    elif (piece.epoch, piece.writer) < (after.epoch, after.writer):
        ties[:] = False
    behind: Mask = (piece.steps > after.step) | ties
    return behind


def take_rows(pieces: Sequence[Piece], of_piece: Indices, indices: Indices) -> list[dict[str, Any]]:
    """The rows at these indices of these pieces, in the order given."""
    found: list[dict[str, Any]] = [{} for _ in range(len(indices))]
    for number in np.unique(of_piece).tolist():
        places = np.flatnonzero(of_piece == number)
        for place, row in zip(places.tolist(), pieces[number].rows(indices[places]), strict=True):
            found[place] = row
    return found


def cut_row(row: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The row with just these keys, under the names asked for, and `_step` if it has one."""
    cut = {STEP_KEY: row[STEP_KEY]} if STEP_KEY in row else {}
    cut.update((key, find(row, key)) for key in keys)
    return cut


def _position(pieces: Sequence[Piece], order: Order, place: int) -> Position:
    piece = pieces[int(order.pieces[place])]
    return Position(float(order.steps[place]), piece.epoch, piece.writer, int(piece.lines[order.indices[place]]))
