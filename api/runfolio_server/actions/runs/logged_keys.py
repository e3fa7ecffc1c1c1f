"""The keys of a run's history besides its summary, after both were made anew. Used by rewind.py and fork.py."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from runfolio_server.domain.json_text import to_jsonb
from runfolio_server.history.reading.keys import list_keys
from runfolio_server.sql.pool import Database
from runfolio_server.sql.runs.runs import SET_LOGGED_KEYS

HISTORY: Final = "history"


async def renew_logged_keys(database: Database, run_id: UUID) -> None:
    """Let the run have the keys of the rows that count now. Idempotent."""
    names = [key.name for key in (await list_keys(database, [run_id], HISTORY))[run_id]]
    async with database.connection() as connection:
        await connection.execute(SET_LOGGED_KEYS, run_id, to_jsonb(dict.fromkeys(names, "")))
