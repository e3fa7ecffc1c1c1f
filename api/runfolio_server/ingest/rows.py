"""Rows or columns that a program sends over GraphQL → Batch. Called by graph/mutations/; stored by append.py."""

from __future__ import annotations

from collections.abc import Sequence

from runfolio_server.errors import AppError
from runfolio_server.ingest.batch import Batch, ColumnBlock, LineBlock, LineStream, RejectedLine
from runfolio_server.ingest.lines import check_writer, line_block
from runfolio_server.ingest.summary import read_summary

EXIT_CODE_LIMIT = 2**31


def batch_of_rows(
    stream: LineStream,
    writer: str,
    first_line: int,
    rows: Sequence[bytes],
    *,
    summary: str | None = None,
    exit_code: int | None = None,
) -> Batch:
    """The batch of these rows, the first of which has the number `first_line` among those of the writer.

    Raises AppError for a writer, a number, an exit code or a summary that is not allowed. Rows that are no objects are
    listed in the batch and kept out.
    """
    rejected: list[RejectedLine] = []
    block = line_block(stream, first_line, rows, rejected, path="input.rows")
    return _batch([block] if block.lines else [], None, writer, rejected, summary, exit_code)


def batch_of_columns(
    block: ColumnBlock,
    writer: str,
    rejected: list[RejectedLine],
    *,
    summary: str | None = None,
    exit_code: int | None = None,
) -> Batch:
    """The batch of these columns, with what they are without; otherwise like batch_of_rows."""
    return _batch([], block, writer, rejected, summary, exit_code)


def _batch(
    blocks: list[LineBlock],
    columns: ColumnBlock | None,
    writer: str,
    rejected: list[RejectedLine],
    summary: str | None,
    exit_code: int | None,
) -> Batch:
    try:
        found = None if summary is None else read_summary(summary)
    except ValueError as error:
        raise AppError(
            f"summaryMetrics is {summary!r:.60}; allowed: a JSON object ({error})", path="input.summaryMetrics"
        ) from None
    if exit_code is not None and not -EXIT_CODE_LIMIT <= exit_code < EXIT_CODE_LIMIT:
        raise AppError(f"exitCode is {exit_code}; allowed: a 32-bit integer", path="input.exitCode")
    return Batch(
        writer=check_writer(writer, "writer"),
        blocks=blocks,
        columns=columns,
        summary=found,
        summary_rejected=len(found.left_out) if found else 0,
        exit_code=exit_code,
        rejected=rejected,
    )
