"""Columns of one or many runs: some keys of every row that has one of them, in the order of scan.py.

Called by graph/, loaders/ and the export endpoint. What pages are made of is fetched by run_pages.py; each holds a
bounded part of the runs, and no connection is held between pages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import numpy as np

from runfolio_server.allocator import give_memory_back
from runfolio_server.answer_budget import Reading, weigh
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.errors import AppError
from runfolio_server.heavy_threads import in_thread, in_thread_if
from runfolio_server.history.reading.downsample import downsample_rows
from runfolio_server.history.reading.run_pages import PAGE_BYTES, PageOfRuns, Wanted, run_pages
from runfolio_server.history.reading.scan import RowOrder, Span, in_order
from runfolio_server.history.reading.thinning import Thinning
from runfolio_server.history.storage.cells import Cells, Floats, Indices, Mask, empty_cells, joined_cells
from runfolio_server.history.storage.stored_rows import StoredRows, is_heavy, stored_rows_of
from runfolio_server.sql.history.history import RunStoredRow
from runfolio_server.sql.pool import Database

VALUES_IN_LOOP = 50_000
"""Choosing samples from more values, or joining more, is done in a thread, so that other requests go on."""
VALUES_TO_GIVE_BACK = 1_000_000
"""After a sample of more values than that the C library is asked to give memory back: see allocator.py."""
SAMPLED_VALUES_MAX = 20_000_000
"""Values of one run that are held to choose a sample from."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one run: the step of each and, in the order of `Wanted.columns`, its values. `run` is its place."""

    run: int
    steps: Floats
    columns: list[Cells]

    @property
    def size(self) -> int:
        """How many values it has: rows times columns."""
        return len(self.steps) * max(1, len(self.columns))

    def text_size(self) -> int:
        """How many characters its values have that are no numbers."""
        return sum(weigh(value).size for cells in self.columns for value in cells.objects.values())

    def take(self, indices: Indices) -> Table:
        """These rows, in this order."""
        return Table(self.run, self.steps[indices], [cells.take(indices) for cells in self.columns])


async def read_tables(
    database: Database, run_ids: Sequence[UUID], wanted: Wanted, *, page_bytes: float = PAGE_BYTES
) -> AsyncIterator[list[Table]]:
    """The rows of the runs, in their order, page by page; a run may go on in the next page unless it is sampled.

    Runs without rows are left out. Raises AppError when a run has too many values to be sampled.
    """
    # The run that is being sampled, and may go on in the next page.
    sampling: _Sampling | None = None
    async for rows, page in run_pages(database, run_ids, wanted, page_bytes):
        tables = await in_thread_if(is_heavy(rows), _tables, rows, wanted, page)
        del rows
        if wanted.samples is None:
            yield tables
            continue
        done: list[Table] = []
        for table in tables:
            if sampling is not None and sampling.run != table.run:
                done.append(await sampling.table())
                sampling = None
            sampling = sampling or _Sampling(table.run, wanted)
            await sampling.add(table)
            if table.run != page.unfinished:
                done.append(await sampling.table())
                sampling = None
        yield done
    if sampling is not None:
        yield [await sampling.table()]


async def read_all(
    database: Database, run_ids: Sequence[UUID], wanted: Wanted, *, values_max: int, reading: Reading
) -> list[Table]:
    """One table per run, in their order, empty for a run without rows.

    Raises AppError when there are more values, of rows times keys, than that, and AnswerTooLarge as soon as they are
    more than the answer may hold.
    """
    found: list[list[Table]] = [[] for _ in run_ids]
    count = 0
    async for tables in read_tables(database, run_ids, wanted):
        for table in tables:
            found[table.run].append(table)
            count += table.size
            reading.take(table.text_size(), table.size)
        if count > values_max:
            raise AppError(
                f"These are more than {values_max} values; ask for samples, fewer keys, runs or steps, "
                "or export the history."
            )

    def joined() -> list[Table]:
        return [joined_tables(parts) if parts else empty_table(run, wanted) for run, parts in enumerate(found)]

    return await in_thread_if(count > VALUES_IN_LOOP, joined)


def empty_table(run: int, wanted: Wanted) -> Table:
    """No rows."""
    return Table(run, np.zeros(0), [empty_cells(0) for _ in wanted.columns])


def joined_tables(parts: Sequence[Table]) -> Table:
    """The rows of all of them, one after the other."""
    if len(parts) == 1:
        return parts[0]
    columns = [joined_cells(cells) for cells in zip(*(part.columns for part in parts), strict=True)]
    return Table(parts[0].run, np.concatenate([part.steps for part in parts]), columns)


def _joined_and_emptied(parts: Sequence[Table]) -> Table:
    """The rows of all of them, key after key, so that only one key of a wide run is held twice."""
    if len(parts) == 1:
        return parts[0]
    columns = []
    for number in range(len(parts[0].columns)):
        columns.append(joined_cells([part.columns[number] for part in parts]))
        for part in parts:
            part.columns[number] = empty_cells(0)
    return Table(parts[0].run, np.concatenate([part.steps for part in parts]), columns)


def _tables(rows: Sequence[RunStoredRow], wanted: Wanted, page: PageOfRuns) -> list[Table]:
    places = page.places
    found = []
    in_runs = sorted(rows, key=lambda row: places[row.run_id])
    for run_id, of_run in groupby(in_runs, key=lambda row: row.run_id):
        run = places[run_id]
        span = Span(None, page.low if run == page.first else wanted.low, wanted.high)
        before = page.next_step if run == page.unfinished else None
        table = _table(run, stored_rows_of(of_run), wanted, span, before)
        if len(table.steps):
            found.append(table)
    return found


def _table(run: int, pieces: Sequence[StoredRows], wanted: Wanted, span: Span, before: float | None) -> Table:
    order = in_order(pieces, span, before=before)
    table = Table(run, order.steps, [_column(pieces, order, name) for name in wanted.columns])
    if wanted.x_axis == STEP_KEY:
        kept: Mask = np.zeros(len(order.steps), bool)
        for cells in table.columns:
            kept = kept | cells.present()
    else:
        kept = table.columns[0].is_number
    return table if bool(kept.all()) else table.take(np.flatnonzero(kept))


def _column(pieces: Sequence[StoredRows], order: RowOrder, name: str) -> Cells:
    """The values of a key in the rows of an order."""
    whole = joined_cells([piece.cells(name) for piece in pieces])
    offsets = np.cumsum([0, *(len(piece.lines) for piece in pieces)])
    indices = offsets[order.pieces] + order.indices
    if len(indices) == len(whole) and bool((indices == np.arange(len(indices))).all()):
        return whole
    return whole.take(indices)


class _Sampling:
    """One run of which a sample is wanted: its rows, thinned while they come."""

    def __init__(self, run: int, wanted: Wanted) -> None:
        self.run = run
        self._wanted = wanted
        self._samples = wanted.samples or 0
        self._thinning = Thinning(max(1, len(wanted.names)), self._samples)
        self._parts: list[Table] = []

    async def add(self, table: Table) -> None:
        """The next rows."""
        await in_thread_if(table.size > VALUES_IN_LOOP, self._add, table)
        size = sum(part.size for part in self._parts)
        if size > SAMPLED_VALUES_MAX:
            raise AppError(
                f"A run has more than {SAMPLED_VALUES_MAX} values to choose samples from; ask for fewer keys or steps."
            )

    async def table(self) -> Table:
        """The sample."""
        size = sum(part.size for part in self._parts)
        chosen = await in_thread_if(size > VALUES_IN_LOOP, self._chosen)
        if size > VALUES_TO_GIVE_BACK:
            await in_thread(give_memory_back)
        return chosen

    def _add(self, table: Table) -> None:
        kept = self._thinning.add(self._series(table))
        self._parts.append(table if len(kept) == len(table.steps) else table.take(kept))
        if self._thinning.has_many:
            self._parts = [self._thinned()]

    def _chosen(self) -> Table:
        table = self._thinned()
        if len(table.steps) <= self._samples:
            return table
        x = table.steps if self._wanted.x_axis == STEP_KEY else table.columns[0].numbers
        return table.take(downsample_rows(x, self._series(table), self._samples))

    def _thinned(self) -> Table:
        parts, self._parts = self._parts, []
        table = _joined_and_emptied(parts)
        kept = self._thinning.thin(self._series(table))
        return table if len(kept) == len(table.steps) else table.take(kept)

    def _series(self, table: Table) -> list[Floats]:
        names = zip(self._wanted.columns, table.columns, strict=True)
        return [cells.numbers for name, cells in names if name != self._wanted.x_axis] or [table.steps]
