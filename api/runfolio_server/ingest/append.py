"""Batch → the database, in one call and one commit. Called by endpoints/file_stream.py and graph/.

Acknowledged means committed. A repeat is a no-op, an overlap is trimmed to what is wanted, a gap is kept and its lines
are taken when they come, and a row that the run has already is left out (see repeats.py): the rules are in
runfolio_schema/functions, ingest_batch and ingest_lines. Where several write one summary it is two calls and still one
commit: the difference to what the writer sent before is put into it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from runfolio_server.domain import json_text
from runfolio_server.domain.document_merge import merged_texts
from runfolio_server.domain.json_text import to_jsonb
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import (
    KnownLines,
    OverlappingLines,
    SharedSummary,
    TooManyConsoleLines,
    Unavailable,
    UncomparedRows,
)
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.history.storage.kept_members import SHOWN_CHARACTERS, LeftOutKey
from runfolio_server.ingest.batch import Batch, ColumnBlock, RejectedLine
from runfolio_server.ingest.exit_code import state_after_exit
from runfolio_server.ingest.known_lines import OTHER_LINES, SAME_LINES, told_apart
from runfolio_server.ingest.logged_keys import logged_keys
from runfolio_server.ingest.repeats import NO_REPEATS, without_repeats
from runfolio_server.ingest.stored_block import StoredBlock, stored_block_of
from runfolio_server.sql.history.ingest import INGEST_BATCH, INGEST_VISIBLE_BATCH, INGEST_VISIBLE_COLUMNS, IngestedRow
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.runs.documents import SHARE_DOCUMENT, SharedDocumentRow

# Each trim or comparison settles one piece; more means that somebody else writes the same lines at the same time.
TRIMS_MAX = 20
# Of all writers and starts together, gaps included: they are numbered through, and GraphQL tells the number as a 32-bit
# integer.
CONSOLE_LINES_MAX = 2**31 - 1
# What all writers of a summary may have put into it together; one alone may send as much as a request holds.
SHARED_SUMMARY_MAX_BYTES = 16 * 1024 * 1024
NO_ROOM = f"with those of the run's other writers the summary has more than {SHARED_SUMMARY_MAX_BYTES} bytes"


@dataclass(frozen=True, slots=True)
class StoredSummary:
    """A summary to store: its text, that text for filters, and what the writer sent of it (None: all of it).

    `is_without`: there was no room for what the writer sent; the text is that of the others.
    """

    text: str
    jsonb: str
    sent: str | None = None
    is_without: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a batch: the viewer, who may not be allowed to; or None and a user of whom that is known already."""

    viewer: Viewer | None
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the run is told: the batch is stored, and whether somebody asked the run to stop.

    `summary_left_out` are keys of its summary for which there was no room beside those of other writers.
    """

    is_stop_requested: bool
    summary_left_out: Sequence[LeftOutKey]


async def append_batch(
    database: Database, run_id: UUID, batch: Batch, *, viewer: Viewer | None = None, user_id: int | None = None
) -> Acknowledgement | None:
    """Store the batch; None when there is no such run, or none that the viewer may write.

    Without a viewer the caller has checked that the run is one that may be written by the user `user_id`, which the log
    of states tells; columns need a viewer.
    Raises AppError when its lines would leave too many gaps or be too many, or columns are too large, Unavailable when
    PostgreSQL is away: then nothing of it is stored. Console lines that are too many are added to `batch.rejected`.
    """
    pieces = [await stored_block_of(block) for block in batch.blocks]
    if batch.columns is not None:
        pieces.append(await stored_block_of(batch.columns))
    summary = await _summary_alone(batch)
    sender = Sender(viewer, user_id if viewer is None else viewer.user_id)
    is_shared = False
    left_out: list[LeftOutKey] = []
    for _ in range(TRIMS_MAX):
        try:
            if is_shared:
                row, left_out = await _store_shared(database, run_id, batch, pieces, sender)
            else:
                async with database.connection() as connection:
                    row = await _store(connection, run_id, batch, pieces, summary, sender)
        except SharedSummary:
            is_shared = True
        except TooManyConsoleLines:
            batch = _without_console(batch)
        except KnownLines as known:
            pieces = await told_apart(database, run_id, batch.writer, pieces, known)
        except OverlappingLines as overlap:
            pieces = await _trim(pieces, overlap)
        except UncomparedRows as found:
            pieces = await _compare(database, run_id, pieces, found)
        else:
            return None if row is None else Acknowledgement(row.stop_requested, left_out)
    raise Unavailable("Another client keeps writing the same lines; try again.")


def _without_console(batch: Batch) -> Batch:
    """The batch without its console lines, which are told as left out: a refusal would cost the rows beside them."""
    if batch.console is not None:
        reason = f"from here on lines are left out: the run has no numbers for them, of {CONSOLE_LINES_MAX:,} in all"
        batch.rejected.append(RejectedLine("console", batch.console.first_line, reason))
    return replace(batch, console=None)


async def _summary_alone(batch: Batch) -> StoredSummary | None:
    if batch.summary is None:
        return None
    text = batch.summary.text
    return StoredSummary(text, await in_thread_if(len(text) > HEAVY_BYTES, to_jsonb, batch.summary.value))


async def _store_shared(
    database: Database, run_id: UUID, batch: Batch, pieces: Sequence[StoredBlock], sender: Sender
) -> tuple[IngestedRow | None, list[LeftOutKey]]:
    """Store the batch, its summary together with those of the other writers. It has one.

    Also the keys of it for which there was no room.
    """
    sent = batch.summary.text if batch.summary else "{}"
    async with database.transaction() as connection:
        shared = await connection.row(SHARE_DOCUMENT, run_id, "summary", batch.writer)
        if shared is None:
            return None, []
        is_heavy = len(sent) + shared.size > HEAVY_BYTES
        summary = await in_thread_if(is_heavy, _summary_together, shared, sent)
        row = await _store(connection, run_id, batch, pieces, summary, sender)
    return row, [LeftOutKey(key[:SHOWN_CHARACTERS], NO_ROOM) for key in _without(batch, summary)]


def _without(batch: Batch, summary: StoredSummary | None) -> Collection[str]:
    """The keys that the writer sent and there was no room for."""
    return batch.summary.value if batch.summary and summary and summary.is_without else ()


def _summary_together(shared: SharedDocumentRow, sent: str) -> StoredSummary:
    if not shared.is_shared:
        return StoredSummary(sent, to_jsonb(json_text.parse(sent.encode())))
    value = merged_texts(shared.stored_text, shared.previous_text, sent)
    text = json_text.dump(value)
    if len(text) > SHARED_SUMMARY_MAX_BYTES:
        # Refused, the rows of the batch would be lost with it.
        value = json_text.parse(shared.stored_text.encode())
        return StoredSummary(shared.stored_text, to_jsonb(value), sent, is_without=True)
    return StoredSummary(text, to_jsonb(value), sent)


async def _store(
    connection: Connection,
    run_id: UUID,
    batch: Batch,
    pieces: Sequence[StoredBlock],
    summary: StoredSummary | None,
    sender: Sender,
) -> IngestedRow | None:
    lines, console, rest = _of_pieces(pieces), _of_console(batch), _of_run(batch, pieces, summary)
    has_chunks = any(piece.body is None for piece in pieces)
    logged = await logged_keys(batch)
    viewer, user_id = sender.viewer, sender.user_id
    if viewer is None:
        if has_chunks:
            raise ValueError("columns are stored for a viewer only")
        return await connection.row(INGEST_BATCH, run_id, batch.writer, *lines, *console, *rest, user_id, logged)
    if has_chunks:
        return await connection.row(
            INGEST_VISIBLE_COLUMNS, run_id, batch.writer, *lines, *rest, *_of_chunks(pieces), user_id, logged, viewer
        )
    return await connection.row(
        INGEST_VISIBLE_BATCH, run_id, batch.writer, *lines, *console, *rest, user_id, logged, viewer
    )


async def _trim(pieces: Sequence[StoredBlock], overlap: OverlappingLines) -> list[StoredBlock]:
    block = pieces[overlap.piece].block
    trimmed = [await stored_block_of(block.part(first, past_last)) for first, past_last in overlap.wanted]
    return [*pieces[: overlap.piece], *trimmed, *pieces[overlap.piece + 1 :]]


async def _compare(
    database: Database, run_id: UUID, pieces: Sequence[StoredBlock], found: UncomparedRows
) -> list[StoredBlock]:
    """The pieces, in the one that was found the rows that are stored already left out."""
    piece = pieces[found.piece]
    blocks = await without_repeats(database, run_id, piece.block)
    stored = [piece] if blocks == [piece.block] else [await stored_block_of(block) for block in blocks]
    compared = [replace(one, compared=found.stored) for one in stored]
    return [*pieces[: found.piece], *compared, *pieces[found.piece + 1 :]]


def _of_pieces(pieces: Sequence[StoredBlock]) -> list[object]:
    ranges = [piece.steps or (None, None) for piece in pieces]
    blocks = [piece.block for piece in pieces]
    return [
        [block.stream for block in blocks],
        [block.first_line for block in blocks],
        [block.count for block in blocks],
        [None if block.line_zero is None else _digest(block.line_zero) for block in blocks],
        [piece.body for piece in pieces],
        [low for low, _ in ranges],
        [high for _, high in ranges],
        [piece.rejected for piece in pieces],
        [piece.repeated for piece in pieces],
        [_compared(piece) for piece in pieces],
    ]


def _compared(piece: StoredBlock) -> int | None:
    is_told_apart = piece.compared in (SAME_LINES, OTHER_LINES)
    return piece.compared if piece.has_times or is_told_apart else NO_REPEATS


def _of_console(batch: Batch) -> list[object]:
    console = batch.console
    lines = console.lines if console else []
    return [
        console.first_line if console else None,
        _digest(lines[0].time.encode()) if console and console.first_line == 0 and lines[0].time else None,
        [line.time for line in lines],
        [line.level for line in lines],
        [line.label for line in lines],
        [line.text for line in lines],
    ]


def _of_run(batch: Batch, pieces: Sequence[StoredBlock], summary: StoredSummary | None) -> list[object]:
    return [
        summary and summary.text,
        summary and summary.jsonb,
        batch.summary_rejected + len(_without(batch, summary)),
        _newest_system_metrics(pieces),
        batch.is_preempting,
        batch.exit_code,
        None if batch.exit_code is None else state_after_exit(batch.exit_code).value,
        summary and summary.sent,
    ]


def _of_chunks(pieces: Sequence[StoredBlock]) -> list[object]:
    # PostgreSQL counts from 1.
    chunks = [(number, chunk) for number, piece in enumerate(pieces, 1) for chunk in piece.chunks]
    return [
        [number for number, _ in chunks],
        [chunk.key for _, chunk in chunks],
        [chunk.line0 for _, chunk in chunks],
        [chunk.line1 for _, chunk in chunks],
        [chunk.segment for _, chunk in chunks],
        [chunk.n for _, chunk in chunks],
        [chunk.kind for _, chunk in chunks],
        [chunk.step_low for _, chunk in chunks],
        [chunk.step_high for _, chunk in chunks],
        [chunk.low for _, chunk in chunks],
        [chunk.high for _, chunk in chunks],
        [chunk.first for _, chunk in chunks],
        [chunk.last for _, chunk in chunks],
        [chunk.lines for _, chunk in chunks],
        [chunk.data for _, chunk in chunks],
    ]


def _digest(first_line: bytes) -> bytes:
    return hashlib.sha256(first_line).digest()[:16]


def _newest_system_metrics(pieces: Sequence[StoredBlock]) -> str | None:
    for block in (piece.block for piece in reversed(pieces) if piece.block.stream == "events"):
        if isinstance(block, ColumnBlock):
            past_last = block.first_line + block.count
            return json_text.dump(block.part(past_last - 1, past_last).rows()[0])
        newest = next(filter(None, reversed(block.lines)), None)
        if newest is not None:
            return newest.decode()
    return None
