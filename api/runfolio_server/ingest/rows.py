"""Rows or columns that a program sends over GraphQL → Batch. Called by graph/mutations/; stored by append.py."""

from __future__ import annotations

from collections.abc import Sequence

from runfolio_server.errors import AppError
from runfolio_server.ingest.batch import Batch, ColumnBlock, LineBlock, LineStream, RejectedLine
from runfolio_server.ingest.lines import check_writer, line_block, summary_of

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

    Raises AppError for a writer, a number or an exit code that is not allowed. Rows that are no objects are listed in
    the batch and kept out; a summary that is none is listed under the stream `summary`.
    """
    rejected: list[RejectedLine] = []
    block = line_block(stream, first_line, rows, rejected, path="input.rows")
    return _batch([block] if block.lines else [], None, writer, rejected, summary, exit_code)


def batch_of_columns(
    block: ColumnBlock, writer: str, *, summary: str | None = None, exit_code: int | None = None
) -> Batch:
    """The batch of these columns; otherwise like batch_of_rows."""
    return _batch([], block, writer, [], summary, exit_code)


def _batch(
    blocks: list[LineBlock],
    columns: ColumnBlock | None,
    writer: str,
    rejected: list[RejectedLine],
    summary: str | None,
    exit_code: int | None,
) -> Batch:
    summary_text, summary_value = (None, None) if summary is None else summary_of(summary, 0, rejected)
    if exit_code is not None and not -EXIT_CODE_LIMIT <= exit_code < EXIT_CODE_LIMIT:
        raise AppError(f"exitCode is {exit_code}; allowed: a 32-bit integer", path="input.exitCode")
    return Batch(
        writer=check_writer(writer, "writer"),
        blocks=blocks,
        columns=columns,
        summary_text=summary_text,
        summary=summary_value,
        exit_code=exit_code,
        rejected=rejected,
    )
