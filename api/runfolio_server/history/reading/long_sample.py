"""Samples of runs that are too long to be read at once: thinned page by page, and then the chosen rows are read.

Called by sample.py, which also reads rows by their lines with what is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from runfolio_server.allocator import give_memory_back
from runfolio_server.answer_budget import Reading
from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.heavy_threads import in_thread, in_thread_if
from runfolio_server.history.reading.downsample import downsample_rows, evenly_spaced
from runfolio_server.history.reading.pieces import Source, select_pieces
from runfolio_server.history.reading.scan import RowOrder, Span, cut_row, fetch_rows, in_order
from runfolio_server.history.reading.thinning import Thinning
from runfolio_server.history.storage.cells import Floats, Indices
from runfolio_server.history.storage.key_path import EVERY_KEY, STEPS_KEY, exactly, merged, ranges_of
from runfolio_server.history.storage.stored_rows import StoredRows, is_heavy, stored_rows_of
from runfolio_server.sql.history.history import SELECT_STORED_ROWS_OF_LINES, StoredRow
from runfolio_server.sql.pool import Database

ROWS_AT_ONCE = 262_144
"""Rows of which the keys are read by one statement; runs of fewer rows are sampled in one go."""
ROWS_OF_FIRST_STATEMENT = 256
"""Of segments from which whole rows are taken: how wide they are is known only then."""
ROWS_PER_STATEMENT = 65_536
VALUES_PER_STATEMENT = 1_000_000
LARGE_BYTES = 4 * 1024 * 1024
"""Of JSON: after so much of one statement it is worth some milliseconds to give memory back."""


class Line(NamedTuple):
    """Where a row is logged. A line never changes, whether it is in the tail or in a chunk by now."""

    epoch: int
    writer: str
    number: int


async def sample_long_run(
    database: Database,
    source: Source,
    stream: str,
    rows: Sequence[StoredRow],
    span: Span,
    *,
    x_axis: str,
    samples: int,
    is_whole: bool,
    reading: Reading,
) -> list[str]:
    """See sample.py; `rows` are what the first statement has read of the span, ROWS_AT_ONCE rows or so.

    `is_whole`: the keys of the span choose rows, but the rows are not cut down to them.
    """
    keys = None if is_whole else span.keys
    kept = _KeptRows(keys, x_axis, samples)
    rest: Span | None = span
    while rest is not None:
        next_step = rows[0].next_step if rows else None
        await in_thread(kept.add, rows, rest, next_step)
        rest = None if next_step is None else replace(rest, low=next_step)
        if rest is not None:
            rows = await fetch_rows(
                database, source, stream, rest, rows_wanted=ROWS_AT_ONCE, with_values=span.keys is not None
            )
    reader = LinesReader(database, source, stream, keys, reading)
    texts: list[str] = []
    waiting: list[Line] = []
    for row_count, lines in await in_thread(kept.chosen):
        waiting += lines
        reader.expect(row_count)
        if reader.is_due:
            texts += await reader.read(waiting)
            waiting = []
    return texts + (await reader.read(waiting) if waiting else [])


class LinesReader:
    """Reads rows by their lines, as JSON text, cut down to these keys or whole."""

    def __init__(
        self, database: Database, source: Source, stream: str, keys: tuple[str, ...] | None, reading: Reading
    ) -> None:
        self.reading = reading
        self._database = database
        self._source = source
        self._stream = stream
        self._keys = keys
        self._rows_expected = 0
        self._rows_at_once = ROWS_OF_FIRST_STATEMENT
        self._ranges = [EVERY_KEY]
        if keys is not None:
            self._ranges = merged(
                [*(found for key in keys for found in ranges_of(key)), exactly(STEP_KEY), exactly(STEPS_KEY)]
            )
            self._rows_at_once = _rows_at_once(1 + len(keys))

    def expect(self, rows: int) -> None:
        """Lines of a piece with so many rows will be read by the next statement: it is decoded whole."""
        self._rows_expected += rows

    @property
    def is_due(self) -> bool:
        """Whether what is expected is as much as should be read at once."""
        return self._rows_expected >= self._rows_at_once

    async def read(self, lines: Sequence[Line]) -> list[str]:
        """The rows of these lines, in their order. Raises AnswerTooLarge when they are more than it may hold."""
        self._rows_expected = 0
        rows = await select_pieces(
            self._database,
            SELECT_STORED_ROWS_OF_LINES,
            self._source,
            self._stream,
            [line.writer for line in lines],
            [line.epoch for line in lines],
            [line.number for line in lines],
            [found.low for found in self._ranges],
            [found.high for found in self._ranges],
        )
        texts = await in_thread_if(is_heavy(rows), self._texts, rows, lines)
        del rows
        if sum(map(len, texts)) >= LARGE_BYTES:
            await in_thread(give_memory_back)
        self.reading.take_texts(texts)
        return texts

    def _texts(self, rows: Sequence[StoredRow], lines: Sequence[Line]) -> list[str]:
        places = {line: place for place, line in enumerate(lines)}
        texts = [""] * len(lines)
        width = 1
        pieces = stored_rows_of(rows)
        while pieces:
            # One decoded at a time.
            piece = pieces.pop()
            numbers = [line.number for line in lines if (line.epoch, line.writer) == (piece.epoch, piece.writer)]
            indices = np.flatnonzero(np.isin(piece.lines, numbers))
            for number, row in zip(piece.lines[indices].tolist(), piece.rows(indices), strict=True):
                width = max(width, len(row))
                shown = row if self._keys is None else cut_row(row, self._keys)
                texts[places[Line(piece.epoch, piece.writer, number)]] = json_text.dump(shown)
        if self._keys is None:
            self._rows_at_once = _rows_at_once(width)
        return texts


def values_of(pieces: Sequence[StoredRows], order: RowOrder, name: str) -> Floats:
    """The value of a key in each row of an order; NaN where it is missing or no number."""
    found = np.full(len(order.steps), np.nan)
    for number, piece in enumerate(pieces):
        places = order.pieces == number
        if places.any():
            found[places] = piece.numbers(name)[order.indices[places]]
    return found


class _KeptRows:
    """What is kept of the rows that were read: where each is, and the values by which some are chosen."""

    def __init__(self, keys: tuple[str, ...] | None, x_axis: str, samples: int) -> None:
        self._keys = keys
        self._x_axis = x_axis
        self._samples = samples
        self._thinning = Thinning(len(keys or ()), samples)
        # An entry for each part: x and the series, and which piece and line each row is.
        self._values: list[list[Floats]] = []
        self._places: list[tuple[Indices, Indices]] = []
        # Epoch, writer and rows of each piece.
        self._pieces: list[tuple[int, str, int]] = []

    def add(self, rows: Sequence[StoredRow], span: Span, before: float | None) -> None:
        """The rows of these pieces that lie in the span, up to the step `before`."""
        pieces = stored_rows_of(rows)
        order = in_order(pieces, span, before=before)
        if len(order.steps) == 0:
            return
        series, x = [np.zeros(len(order.steps))], order.steps
        if self._keys is not None:
            names = [name for name in self._keys if name != self._x_axis]
            series = [values_of(pieces, order, name) for name in names] or [order.steps]
            x = order.steps if self._x_axis == STEP_KEY else values_of(pieces, order, self._x_axis)
        kept = self._thinning.add(series)
        of_pieces, indices = order.pieces[kept], order.indices[kept]
        lines = np.zeros(len(kept), np.intp)
        for number, piece in enumerate(pieces):
            places = of_pieces == number
            lines[places] = piece.lines[indices[places]]
        self._values.append([values[kept] for values in (x, *series)])
        self._places.append((of_pieces + len(self._pieces), lines))
        self._pieces += [(piece.epoch, piece.writer, len(piece.lines)) for piece in pieces]
        if self._thinning.has_many:
            self._thin()

    def chosen(self) -> list[tuple[int, list[Line]]]:
        """The lines in the sample, in order, piece by piece; with each how many rows the piece has."""
        if not self._values:
            return []
        self._thin()
        ((x, *series),), ((of_pieces, lines),) = self._values, self._places
        is_spaced = self._keys is None
        chosen = evenly_spaced(len(x), self._samples) if is_spaced else downsample_rows(x, series, self._samples)
        rows = zip(of_pieces[chosen].tolist(), lines[chosen].tolist(), strict=True)
        found = []
        for number, of_piece in groupby(rows, key=lambda row: row[0]):
            epoch, writer, row_count = self._pieces[number]
            found.append((row_count, [Line(epoch, writer, line) for _, line in of_piece]))
        return found

    def _thin(self) -> None:
        values = [np.concatenate(parts) for parts in zip(*self._values, strict=True)]
        of_pieces, lines = (np.concatenate(parts) for parts in zip(*self._places, strict=True))
        kept = self._thinning.thin(values[1:])
        self._values = [[array[kept] for array in values]]
        self._places = [(of_pieces[kept], lines[kept])]


def _rows_at_once(width: int) -> int:
    return min(ROWS_PER_STATEMENT, max(1, VALUES_PER_STATEMENT // width))
