"""Columns of one or many runs: some keys of every row that has one of them, in the order of scan.py.

Called by graph/, loaders/ and the export endpoint. Each page is one statement for all runs, whatever compaction does
meanwhile, and holds a bounded part of them; no connection is held between pages.
"""

from __future__ import annotations

import math
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
from runfolio_server.history.reading.scan import RowOrder, Span, in_order
from runfolio_server.history.reading.thinning import Thinning
from runfolio_server.history.storage.cells import Cells, Floats, Indices, Mask, empty_cells, joined_cells
from runfolio_server.history.storage.key_path import EVERY_KEY, STEPS_KEY, exactly, merged, ranges_of
from runfolio_server.history.storage.stored_rows import StoredRows, is_heavy, stored_rows_of
from runfolio_server.sql.history.history import SELECT_STORED_ROWS_OF_RUNS, RunStoredRow
from runfolio_server.sql.pool import Database

PAGE_BYTES = 4 * 1024 * 1024
"""About what a page takes once decoded; one piece may be more."""
RUNS_PER_STATEMENT = 1000
VALUES_IN_LOOP = 50_000
"""Choosing samples from more values, or joining more, is done in a thread, so that other requests go on."""
VALUES_TO_GIVE_BACK = 1_000_000
"""After a sample of more values than that the C library is asked to give memory back: see allocator.py."""
SAMPLED_VALUES_MAX = 20_000_000
"""Values of one run that are held to choose a sample from."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns: some keys of a stream in a range of steps (`high` is left out), whole or sampled.

    With an x axis other than `_step`, only rows where that is a number; a sample is spread over it.
    """

    stream: str
    names: tuple[str, ...]
    low: float = -math.inf
    high: float = math.inf
    samples: int | None = None
    x_axis: str = STEP_KEY
    are_all: bool = False
    """Whether `names` are all keys that the runs have: of thousands that is one look into the index, not thousands."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys to read: the x axis first, where it is one."""
        return tuple(dict.fromkeys([*([] if self.x_axis == STEP_KEY else [self.x_axis]), *self.names]))


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
    async for tables, unfinished in _pages(database, run_ids, wanted, page_bytes):
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
            if table.run != unfinished:
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


async def _pages(
    database: Database, run_ids: Sequence[UUID], wanted: Wanted, page_bytes: float
) -> AsyncIterator[tuple[list[Table], int | None]]:
    """Pages, each with the place of the run that goes on in the next one."""
    named = (found for name in wanted.columns for found in ranges_of(name))
    deciding = [EVERY_KEY] if wanted.are_all else merged(named)
    fetched = merged([*deciding, exactly(STEPS_KEY)])
    places = {run_id: run for run, run_id in enumerate(run_ids)}
    first, low = 0, wanted.low
    while first < len(run_ids):
        async with database.connection() as connection:
            rows = await connection.rows(
                SELECT_STORED_ROWS_OF_RUNS,
                list(run_ids[first : first + RUNS_PER_STATEMENT]),
                wanted.stream,
                [found.low for found in deciding],
                [found.high for found in deciding],
                [found.low for found in fetched],
                [found.high for found in fetched],
                wanted.low,
                wanted.high,
                low,
                page_bytes,
            )
        place, next_step = (rows[0].next_place, rows[0].next_step) if rows else (None, None)
        unfinished = None if place is None else first + place - 1
        page = _Page(places, first, low, unfinished, next_step)
        yield await in_thread_if(is_heavy(rows), _tables, rows, wanted, page), unfinished
        if unfinished is None or next_step is None:
            first, low = first + RUNS_PER_STATEMENT, wanted.low
        else:
            first, low = unfinished, max(next_step, wanted.low)


@dataclass(frozen=True, slots=True)
class _Page:
    """Where a page stands: rows of its first run begin at `low`, those of the unfinished one end before `next_step`."""

    places: dict[UUID, int]
    first: int
    low: float
    unfinished: int | None
    next_step: float | None


def _tables(rows: Sequence[RunStoredRow], wanted: Wanted, page: _Page) -> list[Table]:
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
