"""Every row that counts in a run or a branch, in a range of steps, page by page, by (step, epoch, writer, line).

Called by graph/ and actions/. Each page is one statement, or more where rows turn out to be wide; what one statement
has seen no other reads, so compaction is not noticed. No connection is held while rows are decoded, and where they are
many that is done beside the loop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runfolio_server.allocator import give_memory_back
from runfolio_server.domain import json_text
from runfolio_server.domain.dotted_key import find
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.heavy_threads import in_thread, in_thread_if
from runfolio_server.history.reading.pieces import Source, select_pieces
from runfolio_server.history.storage.cells import Floats, Indices, Mask
from runfolio_server.history.storage.key_path import EVERY_KEY, STEPS_KEY, exactly, merged, ranges_of
from runfolio_server.history.storage.stored_rows import StoredRows, is_heavy, stored_rows_of
from runfolio_server.sql.history.history import SELECT_STORED_ROWS, StoredRow
from runfolio_server.sql.pool import Database

FIRST_ROWS = 32
"""Whole rows that are wanted at first: how wide they are is known only then."""
VALUES_AT_ONCE = 250_000
"""About so many values are fetched by a statement once the width is known, and stand as rows in memory."""
PAGE_BYTES = 8 * 1024 * 1024
"""Of JSON: a page that has come so far ends, or goes on to the end of what was fetched where that is as much again.

A piece is fetched and decoded whole, so that what is left of it for the next page costs the same once more.
"""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a row stands in the order of a run's rows."""

    step: float
    epoch: int
    writer: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as JSON text, in order, and the position behind which the next page begins."""

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
class RowOrder:
    """Rows of several pieces in the total order: for each its piece, its index there and its step."""

    pieces: Indices
    indices: Indices
    steps: Floats


async def scan(
    database: Database,
    source: Source,
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
    name where there is one, else the nested one. Fewer rows than `limit` come at the end, and where they are so wide
    that they come near PAGE_BYTES.
    """
    low = -math.inf if min_step is None else float(min_step)
    if after is not None:
        low = max(low, after.step)
    span = Span(tuple(keys) if keys else None, low, math.inf if max_step is None else float(max_step))
    page = _FillingPage(span.keys, limit, after)
    while True:
        rows = await fetch_rows(database, source, stream, span, rows_wanted=page.rows_wanted)
        next_step = rows[0].next_step if rows else None
        await in_thread_if(is_heavy(rows), page.take_from, rows, span, next_step, after)
        del rows
        if page.is_large:
            await in_thread(give_memory_back)
        if page.has_more or next_step is None:
            return Page(page.texts, page.end, has_next=page.has_more)
        # Every row below next_step has been seen.
        if page.may_end:
            return Page(page.texts, _before(next_step), has_next=True)
        span, after = Span(span.keys, next_step, span.high), None


class _FillingPage:
    """The rows of a page so far; `has_more` once one was seen that does not fit."""

    def __init__(self, keys: tuple[str, ...] | None, limit: int, after: Position | None) -> None:
        self._keys = keys
        self._limit = limit
        # Of a row, in values; 0: not known yet.
        self._width = 0 if keys is None else 1 + len(keys)
        self._bytes = 0
        self.texts: list[str] = []
        self.end = after
        self.has_more = False

    @property
    def rows_wanted(self) -> int:
        """How many rows to fetch next; one more than needed tells whether there is a next page."""
        return 1 if self._bytes >= PAGE_BYTES else min(self._limit + 1 - len(self.texts), self._at_hand)

    @property
    def is_large(self) -> bool:
        """Whether it has come to half of what it may be."""
        return self._bytes >= PAGE_BYTES // 2

    @property
    def may_end(self) -> bool:
        """Whether it is enough, now that nothing is left of what was fetched but there are other pieces.

        Every piece has rows; whether one has rows with all of some keys is not known.
        """
        return self._keys is None and (len(self.texts) >= self._limit or self.is_large)

    def take_from(self, rows: Sequence[StoredRow], span: Span, before: float | None, after: Position | None) -> None:
        """Take the rows of the pieces that these database rows make up."""
        pieces = stored_rows_of(rows)
        self.take(pieces, in_order(pieces, span, before=before, after=after))

    def take(self, pieces: Sequence[StoredRows], order: RowOrder) -> None:
        """Take rows in their order, those at hand a few at a time, until the page is full."""
        if self._keys is None:
            self._width = max([self._width, *(piece.width for piece in pieces)])
        taken, count = 0, min(len(order.steps), self._limit - len(self.texts))
        while taken < count and not self._is_full(count - taken):
            part = slice(taken, min(count, taken + self._at_hand))
            for row in take_rows(pieces, order.pieces[part], order.indices[part]):
                text = json_text.dump(row if self._keys is None else cut_row(row, self._keys))
                self.texts.append(text)
                self._bytes += len(text)
                taken += 1
                if self._is_full(count - taken):
                    break
        if taken:
            self.end = _position(pieces, order, taken - 1)
        self.has_more = taken < len(order.steps)

    @property
    def _at_hand(self) -> int:
        """How many rows may be held at once, as far as it is known."""
        return max(1, VALUES_AT_ONCE // self._width) if self._width else FIRST_ROWS

    def _is_full(self, rest: int) -> bool:
        """Whether it has come so far that it ends before so many other rows, which are at hand."""
        if self._bytes < PAGE_BYTES:
            return False
        return self._bytes + rest * self._bytes // len(self.texts) > 2 * PAGE_BYTES


async def fetch_rows(
    database: Database, source: Source, stream: str, span: Span, *, rows_wanted: float, with_values: bool = True
) -> list[StoredRow]:
    """What the pieces are made of that hold the first rows of the span; `next_step` says where there may be others.

    Without values only lines and steps are fetched from segments.
    """
    names = [(exactly(STEPS_KEY), 1)]
    fetched = [EVERY_KEY if with_values else exactly(STEPS_KEY)]
    if span.keys:
        names = [(found, number) for number, key in enumerate(span.keys) for found in merged(ranges_of(key))]
        fetched = merged([*(found for found, _ in names), exactly(STEP_KEY), exactly(STEPS_KEY)])
    return await select_pieces(
        database,
        SELECT_STORED_ROWS,
        source,
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


def in_order(
    pieces: Sequence[StoredRows], span: Span, *, before: float | None = None, after: Position | None = None
) -> RowOrder:
    """The rows of the pieces that count, in the span, below `before` and behind `after`, in the total order."""
    # Epoch and writer of a piece as one number that sorts like them.
    sources = sorted({(piece.epoch, piece.writer) for piece in pieces})
    high = span.high if before is None else min(span.high, before)
    found = []
    # By first step, so that the pieces of an ordinary run need no sorting.
    for number in sorted(range(len(pieces)), key=lambda number: float(pieces[number].steps[:1].sum())):
        piece = pieces[number]
        mask = (piece.steps >= span.low) & (piece.steps < high)
        if piece.counted is not None:
            mask &= piece.counted
        if after is not None:
            mask &= _behind(piece, after)
        if span.keys and mask.any():
            mask &= piece.have_all(span.keys)
        indices = np.flatnonzero(mask)
        found.append((np.full(len(indices), number), indices, piece.steps[indices], piece.lines[indices]))
    if not found:
        nothing = np.array([], dtype=np.intp)
        return RowOrder(nothing, nothing, np.array([], dtype=np.float64))
    of_piece, indices, steps, lines = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    ranks = np.array([sources.index((piece.epoch, piece.writer)) for piece in pieces])[of_piece]
    if bool((steps[1:] > steps[:-1]).all()):
        return RowOrder(of_piece, indices, steps)
    order = np.lexsort((lines, ranks, steps))
    return RowOrder(of_piece[order], indices[order], steps[order])


def _behind(piece: StoredRows, after: Position) -> Mask:
    ties = piece.steps == after.step
    if (piece.epoch, piece.writer) == (after.epoch, after.writer):
        ties &= piece.lines > after.line
    elif (piece.epoch, piece.writer) < (after.epoch, after.writer):
        ties[:] = False
    behind: Mask = (piece.steps > after.step) | ties
    return behind


def take_rows(pieces: Sequence[StoredRows], of_piece: Indices, indices: Indices) -> list[dict[str, Any]]:
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


def _before(step: float) -> Position:
    """Where a page ends that has seen every row below this step, and none at it: no epoch comes before."""
    return Position(step, -1, "", -1)


def _position(pieces: Sequence[StoredRows], order: RowOrder, place: int) -> Position:
    piece = pieces[int(order.pieces[place])]
    return Position(float(order.steps[place]), piece.epoch, piece.writer, int(piece.lines[order.indices[place]]))
