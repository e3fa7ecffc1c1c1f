"""What of the server a fault campaign went through, as the tables of history show it. Used by campaign.py."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import asyncpg

# A merged segment holds several batches; one of late lines lies before others of its stream that were made earlier.
EXERCISED = """
WITH segments AS (
  SELECT run_id, stream, writer, epoch, segment, n, xmin::text::bigint AS made
  FROM history_chunk
  WHERE key = E'\\\\#'
)
SELECT
  (SELECT count(*) FROM segments),
  (SELECT coalesce(max(n), 0) FROM segments)::int,
  (
    SELECT count(*)
    FROM segments AS late
    WHERE EXISTS (
      SELECT FROM segments AS early
      WHERE (early.run_id, early.stream, early.writer, early.epoch)
          = (late.run_id, late.stream, late.writer, late.epoch)
        AND early.segment > late.segment AND early.made < late.made
    )
  ),
  (SELECT count(*) FROM run_stream WHERE epoch > 0),
  (SELECT count(*) FROM history_file),
  (SELECT coalesce(sum(tail_lines), 0) FROM run_stream)::bigint
"""


@dataclass(frozen=True)
class Exercised:
    """Counts."""

    segments: int
    longest_segment: int
    segments_of_late_lines: int
    further_epochs: int
    history_files: int
    lines_in_tails: int

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in asdict(self).items())


async def look(url: str) -> Exercised:
    """Ask the database."""
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(EXERCISED)
    finally:
        await connection.close()
    assert row is not None
    return Exercised(*row)
