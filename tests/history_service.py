"""History through the service: logging rows and compacting them, for tests of what reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from runfolio_server.ingest.compact import compact_stream
from runfolio_server.sql.history.compaction import TailedStreamRow
from runfolio_server.sql.named import Query
from runfolio_server.sql.pool import Database
from tests.service import Service

SELECT_TAILED = Query(
    "select_tailed",
    "SELECT DISTINCT run_id, stream, writer, epoch FROM history_tail ORDER BY 1, 2, 3, 4",
    TailedStreamRow,
)


async def log_rows(
    service: Service, path: str, rows: Sequence[Mapping[str, Any]], offset: int = 0, batch: int = 1000
) -> None:
    """Log rows to the run `entity/project/run`, in batches."""
    for first in range(0, len(rows), batch):
        lines = [json.dumps(row) for row in rows[first : first + batch]]
        answer = await service.log(path, offset + first, lines)
        assert answer.status == 200, answer


async def compact_some(database: Database) -> None:
    """Compact every tail there is, as far as it goes."""
    async with database.connection() as connection:
        streams = await connection.rows(SELECT_TAILED)
    for stream in streams:
        while await compact_stream(database, stream.run_id, stream.stream, stream.writer, stream.epoch):
            pass
