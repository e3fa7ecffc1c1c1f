"""Keys and columns of history and what metrics come to, for many runs at once: what the loaders of history fetch."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from runfolio_server.answer_budget import Reading
from runfolio_server.history.reading.keys import RUNS_PER_STATEMENT, KeySummary, list_keys
from runfolio_server.history.reading.metric import MetricSummary, summarise_metric
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.history.reading.table import Table, read_all
from runfolio_server.sql.pool import Database

VALUES_MAX = 1_000_000
"""Rows times keys of the columns that are asked for alike in one request."""

StreamKey = tuple[UUID, str]
"""Run and stream."""
TableKey = tuple[UUID, Wanted]
HistoryKey = tuple[UUID, str, str]
"""Run, stream and name of a key."""


async def load_keys(database: Database, keys: Sequence[StreamKey], reading: Reading) -> list[list[KeySummary]]:
    """The keys of each stream, in their order; the names are taken from the budget statement by statement."""
    found: dict[StreamKey, list[KeySummary]] = {}
    for stream in dict.fromkeys(stream for _, stream in keys):
        run_ids = [run_id for run_id, other in keys if other == stream]
        for first in range(0, len(run_ids), RUNS_PER_STATEMENT):
            await reading.may_go_on()
            part = await list_keys(database, run_ids[first : first + RUNS_PER_STATEMENT], stream)
            reading.take_texts([key.name for keys_of_run in part.values() for key in keys_of_run])
            found.update(((run_id, stream), keys_of_run) for run_id, keys_of_run in part.items())
    return [found[key] for key in keys]


async def load_tables(database: Database, keys: Sequence[TableKey], reading: Reading) -> list[Table]:
    """One table per key, in their order: one reading for all runs of which the same is wanted."""
    found: dict[TableKey, Table] = {}
    for wanted in dict.fromkeys(wanted for _, wanted in keys):
        run_ids = [run_id for run_id, other in keys if other == wanted]
        await reading.may_go_on()
        tables = await read_all(database, run_ids, wanted, values_max=VALUES_MAX, reading=reading)
        found.update(zip(((run_id, wanted) for run_id in run_ids), tables, strict=True))
    return [found[key] for key in keys]


async def load_metrics(database: Database, keys: Sequence[HistoryKey], reading: Reading) -> list[MetricSummary]:
    """One summary per key, in their order."""
    found: dict[HistoryKey, MetricSummary] = {}
    for stream, name in dict.fromkeys((stream, name) for _, stream, name in keys):
        run_ids = [run_id for run_id, *other in keys if other == [stream, name]]
        summaries = await summarise_metric(database, run_ids, stream, name, reading)
        found.update(zip(((run_id, stream, name) for run_id in run_ids), summaries, strict=True))
    return [found[key] for key in keys]
