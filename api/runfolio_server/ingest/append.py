"""Batch → the tail, in one database call and one commit. Called by endpoints/file_stream.py and graph/.

Acknowledged means committed. A repeat is a no-op, an overlap is trimmed to what is wanted, a gap is kept and its lines
are taken when they come: the rules are in tables.sql, ingest_batch and ingest_lines.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from runfolio_server.domain.json_text import to_jsonb
from runfolio_server.domain.run_state import state_after_exit
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import OverlappingLines, Unavailable
from runfolio_server.history.steps import step_range
from runfolio_server.history.tail import pack_lines
from runfolio_server.ingest.batch import Batch, LineBlock
from runfolio_server.sql.ingest import INGEST_BATCH, INGEST_VISIBLE_BATCH, IngestedRow
from runfolio_server.sql.pool import Database

# Each trim settles one piece; more than this means that somebody else writes the same lines at the same time.
TRIMS_MAX = 20


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the run is told: the batch is stored, and whether somebody asked the run to stop."""

    is_stop_requested: bool


async def append_batch(
    database: Database, run_id: UUID, batch: Batch, *, viewer: Viewer | None = None
) -> Acknowledgement | None:
    """Store the batch; None when there is no such run, or none that the viewer may write.

    Without a viewer the caller has checked that the run is one that may be written.
    Raises AppError when its lines would leave too many gaps, Unavailable when PostgreSQL is away: then nothing of it
    is stored.
    """
    blocks = batch.blocks
    for _ in range(TRIMS_MAX):
        try:
            async with database.connection() as connection:
                arguments = (run_id, *_arguments(batch, blocks))
                if viewer is None:
                    row = await connection.row(INGEST_BATCH, *arguments)
                else:
                    row = await connection.row(INGEST_VISIBLE_BATCH, *arguments, viewer.entity_ids)
        except OverlappingLines as overlap:
            blocks = _trim(blocks, overlap)
        else:
            return None if row is None else _acknowledgement(row)
    raise Unavailable("Another client keeps writing the same lines; try again.")


def _acknowledgement(row: IngestedRow) -> Acknowledgement:
    return Acknowledgement(is_stop_requested=row.stop_requested)


def _trim(blocks: list[LineBlock], overlap: OverlappingLines) -> list[LineBlock]:
    trimmed = [blocks[overlap.piece].part(first, past_last) for first, past_last in overlap.wanted]
    return [*blocks[: overlap.piece], *trimmed, *blocks[overlap.piece + 1 :]]


def _arguments(batch: Batch, blocks: list[LineBlock]) -> list[object]:
    ranges = [step_range(block.first_line, block.rows) or (None, None) for block in blocks]
    console = batch.console
    lines = console.lines if console else []
    exit_state = None if batch.exit_code is None else state_after_exit(batch.exit_code).value
    return [
        batch.writer,
        [block.stream for block in blocks],
        [block.first_line for block in blocks],
        [len(block.lines) for block in blocks],
        [None if block.line_zero is None else _digest(block.line_zero) for block in blocks],
        [pack_lines(block.lines) for block in blocks],
        [low for low, _ in ranges],
        [high for _, high in ranges],
        [block.lines.count(b"") for block in blocks],
        console.first_line if console else None,
        _digest(lines[0].time.encode()) if console and console.first_line == 0 and lines[0].time else None,
        [line.time for line in lines],
        [line.level for line in lines],
        [line.label for line in lines],
        [line.text for line in lines],
        batch.summary_text,
        None if batch.summary is None else to_jsonb(batch.summary),
        _newest_system_metrics(blocks),
        batch.is_preempting,
        batch.exit_code,
        exit_state,
    ]


def _digest(first_line: bytes) -> bytes:
    return hashlib.sha256(first_line).digest()[:16]


def _newest_system_metrics(blocks: list[LineBlock]) -> str | None:
    lines = [line for block in blocks if block.stream == "events" for line in block.lines if line]
    return lines[-1].decode() if lines else None
