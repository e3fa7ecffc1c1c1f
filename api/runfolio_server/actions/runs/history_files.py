"""The history of an ended run as Parquet files, made when somebody first asks: all of it, or none.

A file covers the steps after the one before it, and never changes: SDKs keep what they have once read of the first,
the second, … file of a run. A run that goes on answers no files; when it has ended again, further files hold its new
rows. Where that cannot be (steps that repeat or go back, rows that a file cannot hold), the live rows are the answer,
and the reason is kept. A run that was rewound has none any more: an SDK would take the first one that it has kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.domain.object_key import ObjectKey
from runfolio_server.domain.owner import Owner, OwnerKind
from runfolio_server.domain.run_state import ENDED_STATES
from runfolio_server.errors import NoRoom
from runfolio_server.heavy_threads import in_thread
from runfolio_server.history.reading.parquet import NotRepresentable, rows_to_parquet
from runfolio_server.history.reading.scan import Span, fetch_rows, in_order, take_rows
from runfolio_server.history.storage.stored_rows import stored_rows_of
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.history.history_files import (
    INSERT_HISTORY_FILE,
    SELECT_EXPORT,
    SELECT_HISTORY_FILES,
    UPSERT_EXPORT,
    HistoryExportRow,
)
from runfolio_server.sql.pool import Database

LOGGER = logging.getLogger(__name__)

ROWS_PER_FILE = 100_000
VALUES_PER_FILE = 1_000_000
# What one request makes; the next goes on where it stopped.
ROWS_PER_REQUEST = 1_000_000
# What is decoded at once, by rows until it is known how wide they are.
FIRST_ROWS = 100
ROWS_AT_ONCE = 50_000
VALUES_AT_ONCE = 250_000
NO_STEP = -1


@dataclass(frozen=True, slots=True)
class HistoryFiles:
    """Keys of the objects that hold the rows of a run, in order of step; `has_other_rows`: these are not all."""

    object_keys: list[str]
    has_other_rows: bool


async def history_files(database: Database, store: ObjectStore, run_id: UUID) -> HistoryFiles:
    """The files of a run that has ended, made now if need be; none when there are rows that they do not hold."""
    export = await _export(database, run_id)
    if export is not None and export.was_rewound:
        return HistoryFiles([], has_other_rows=export.rows > 0)
    if export is not None and export.state in ENDED_STATES and export.rows and export.rows_seen != export.rows:
        try:
            await _make_files(database, store, run_id, export)
        except NoRoom:
            # Reading needs none: the rows themselves are the answer, and the files are for another time.
            return HistoryFiles([], has_other_rows=True)
        export = await _export(database, run_id)
    if export is None or not export.rows:
        return HistoryFiles([], has_other_rows=False)
    is_whole = export.rows_seen == export.file_rows == export.rows and export.refusal is None
    if export.state not in ENDED_STATES or not is_whole:
        return HistoryFiles([], has_other_rows=True)
    return await _stored_files(database, store, run_id)


async def _export(database: Database, run_id: UUID) -> HistoryExportRow | None:
    async with database.connection() as connection:
        return await connection.row(SELECT_EXPORT, run_id)


async def _stored_files(database: Database, store: ObjectStore, run_id: UUID) -> HistoryFiles:
    async with database.connection() as connection:
        files = await connection.rows(SELECT_HISTORY_FILES, run_id)
    found = await asyncio.gather(*(store.size(file.object_key) for file in files))
    if found != [file.size for file in files]:
        # An SDK would take the error page of a missing file for the file, and for ever.
        LOGGER.error("run %s has history files whose bytes are gone; its live rows are answered", run_id)
        return HistoryFiles([], has_other_rows=True)
    return HistoryFiles([file.object_key for file in files], has_other_rows=False)


async def _make_files(database: Database, store: ObjectStore, run_id: UUID, export: HistoryExportRow) -> None:
    """Put the rows behind the last file into files, and keep what came of it."""
    number, rows_in_files, refusal = export.next_number, export.file_rows, None
    last_step = NO_STEP if export.step_high is None else export.step_high
    try:
        async for rows in _row_groups(database, run_id, last_step):
            content = await in_thread(rows_to_parquet, rows)
            if not await _add_file(database, store, run_id, number, rows, content):
                return
            number += 1
            rows_in_files += len(rows)
            if rows_in_files - export.file_rows >= ROWS_PER_REQUEST:
                break
        if rows_in_files > export.rows:
            return  # The run went on meanwhile.
        if rows_in_files < export.rows:
            if rows_in_files - export.file_rows >= ROWS_PER_REQUEST:
                return
            raise NotRepresentable("rows came whose steps are in a file already")
    except NotRepresentable as reason:
        refusal = str(reason)
    async with database.connection() as connection:
        await connection.execute(UPSERT_EXPORT, run_id, export.rows, refusal)


async def _add_file(
    database: Database, store: ObjectStore, run_id: UUID, number: int, rows: list[dict[str, Any]], content: bytes
) -> bool:
    """Store and list a file; whether it is ours, and not one that somebody else has just made."""
    key = str(ObjectKey.fresh(Owner(OwnerKind.RUN, run_id)))
    await store.put(key, _chunks(content), len(content))
    async with database.connection() as connection:
        is_ours = await connection.execute(
            INSERT_HISTORY_FILE, run_id, number, rows[-1][STEP_KEY], len(rows), len(content), key
        )
    if not is_ours:
        await store.delete(key)
    return bool(is_ours)


async def _row_groups(database: Database, run_id: UUID, last_step: int) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows behind this step, as many at a time as make a file. Raises NotRepresentable for steps out of order."""
    group: list[dict[str, Any]] = []
    values = 0
    low: float | None = last_step + 1
    rows_wanted = FIRST_ROWS
    while low is not None:
        rows, low = await _rows_from(database, run_id, low, rows_wanted)
        for row in rows:
            last_step = _next_step(row, last_step)
            if group and (len(group) >= ROWS_PER_FILE or values + len(row) > VALUES_PER_FILE):
                yield group
                group, values = [], 0
            group.append(row)
            values += len(row)
        if rows:
            rows_wanted = max(FIRST_ROWS, min(ROWS_AT_ONCE, VALUES_AT_ONCE // max(map(len, rows))))
    if group:
        yield group


async def _rows_from(
    database: Database, run_id: UUID, low: float, rows_wanted: int
) -> tuple[list[dict[str, Any]], float | None]:
    """Rows from this step on, in order, and the step from which on there are others; None: these were the last."""
    span = Span(low=low)
    rows = await fetch_rows(database, run_id, "history", span, rows_wanted=rows_wanted)
    next_step = rows[0].next_step if rows else None

    def take() -> list[dict[str, Any]]:
        pieces = stored_rows_of(rows)
        order = in_order(pieces, span, before=next_step)
        return take_rows(pieces, order.pieces, order.indices)

    # Decoding would hold up the server's loop.
    return await in_thread(take), next_step


def _next_step(row: dict[str, Any], last_step: int) -> int:
    """The row's step. Raises NotRepresentable when it is not one that follows the last."""
    step = row.get(STEP_KEY)
    if type(step) is not int:
        raise NotRepresentable("a row has no step" if step is None else f"a step is {step!r:.60}")
    if step <= last_step:
        raise NotRepresentable(f"the step {step} repeats")
    return step


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
