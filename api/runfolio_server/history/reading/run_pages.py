"""Pages of what the rows of many runs are made of, run after run. Called by table.py.

Each page is one statement for all runs, whatever compaction does meanwhile. A run in which rows of others count too, as
the statement tells, has pages of its own, of one statement for each run that has some of its rows.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.history.reading.pieces import holders_of
from runfolio_server.history.storage.key_path import EVERY_KEY, STEPS_KEY, exactly, merged, ranges_of
from runfolio_server.sql.history.history import HOLDER_KIND, SELECT_STORED_ROWS_OF_RUNS, RunStoredRow
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Database

PAGE_BYTES = 4 * 1024 * 1024
"""About what a page takes once decoded; one piece may be more."""
RUNS_PER_STATEMENT = 1000


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
class PageOfRuns:
    """Where a page stands: rows of its first run begin at `low`, those of the unfinished one end before `next_step`.

    `places` are those of the runs, from 0.
    """

    places: Mapping[UUID, int]
    first: int
    low: float
    unfinished: int | None
    next_step: float | None


async def run_pages(
    database: Database, run_ids: Sequence[UUID], wanted: Wanted, page_bytes: float
) -> AsyncIterator[tuple[list[RunStoredRow], PageOfRuns]]:
    """Pages in the order of the runs; the unfinished run of each goes on in the next one."""
    reader = _Reader(database, wanted, page_bytes)
    places = {run_id: run for run, run_id in enumerate(run_ids)}
    # Runs with rows of others that are known by now: they end what one statement reads.
    holders: dict[UUID, tuple[UUID, ...]] = {}
    first, low = 0, wanted.low
    while first < len(run_ids):
        past = min(first + RUNS_PER_STATEMENT, len(run_ids))
        past = next((run for run in range(first, past) if run_ids[run] in holders), past)
        if past == first:
            rows = await reader.rows_of_one(run_ids[first], holders[run_ids[first]], low)
        else:
            rows = await reader.rows(SELECT_STORED_ROWS_OF_RUNS.own, run_ids[first:past], low)
            if found := _holders_by_run(rows):
                holders |= found
                continue
        place, next_step = (rows[0].next_place, rows[0].next_step) if rows else (None, None)
        unfinished = None if place is None else first + place - 1
        yield rows, PageOfRuns(places, first, low, unfinished, next_step)
        if unfinished is None or next_step is None:
            first, low = max(past, first + 1), wanted.low
        else:
            first, low = unfinished, max(next_step, wanted.low)


class _Reader:
    """Sends the statement of a page."""

    def __init__(self, database: Database, wanted: Wanted, page_bytes: float) -> None:
        named = (found for name in wanted.columns for found in ranges_of(name))
        self._database = database
        self._wanted = wanted
        self._page_bytes = page_bytes
        self._deciding = [EVERY_KEY] if wanted.are_all else merged(named)
        self._fetched = merged([*self._deciding, exactly(STEPS_KEY)])

    async def rows(
        self, query: Query[RunStoredRow], run_ids: Sequence[UUID], low: float, *view: UUID
    ) -> list[RunStoredRow]:
        """What a page of these runs is made of, that of the first one from the step `low` on."""
        async with self._database.connection() as connection:
            return await connection.rows(
                query,
                list(run_ids),
                self._wanted.stream,
                [found.low for found in self._deciding],
                [found.high for found in self._deciding],
                [found.low for found in self._fetched],
                [found.high for found in self._fetched],
                self._wanted.low,
                self._wanted.high,
                low,
                self._page_bytes,
                *view,
            )

    async def rows_of_one(self, run_id: UUID, holders: Sequence[UUID], low: float) -> list[RunStoredRow]:
        """What a page of a run is made of in which rows of others count; below its next step it is complete."""
        own = await self.rows(SELECT_STORED_ROWS_OF_RUNS.own, [run_id], low)
        parts = [[row for row in own if row.kind != HOLDER_KIND]]
        parts += [await self.rows(SELECT_STORED_ROWS_OF_RUNS.of_view, [holder], low, run_id) for holder in holders]
        steps = [part[0].next_step for part in parts if part and part[0].next_step is not None]
        next_step = min(steps, default=None)
        place = None if next_step is None else 1
        return [
            msgspec.structs.replace(row, run_id=run_id, next_step=next_step, next_place=place)
            for part in parts
            for row in part
        ]


def _holders_by_run(rows: Sequence[RunStoredRow]) -> dict[UUID, tuple[UUID, ...]]:
    found: dict[UUID, list[RunStoredRow]] = {}
    for row in rows:
        if row.kind == HOLDER_KIND:
            found.setdefault(row.run_id, []).append(row)
    return {run_id: holders_of(of_run) for run_id, of_run in found.items()}
