"""A process that was here before has been sent again: its start changes nothing. Used by lifecycle.py.

The first document of a process does not say when it began, so it is taken for a new one. When the next one says it, and
that is not after the newest start, the run gets back what it had, but for what others have changed meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from runfolio_server.actions.runs.change import checked_change
from runfolio_server.domain import json_text
from runfolio_server.domain.document_merge import merged_texts
from runfolio_server.domain.history_line import TIMESTAMP_KEY
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.runs.documents import REMEMBER_DOCUMENT
from runfolio_server.sql.runs.runs import LOCK_RUN, RunRow
from runfolio_server.sql.runs.untold_starts import (
    COUNT_REPEATED_CONSOLE,
    FORGET_REPEATED_CONSOLE,
    TAKE_UNTOLD_START,
    UntoldStartRow,
)


async def what_was_before(
    connection: Connection, run_id: UUID, puts_back: Sequence[str], field_by_column: Mapping[str, str]
) -> dict[str, object]:
    """The columns to write, as those of check_change, so that these are what they were before the start.

    Its console lines that the run had already are deleted. Call it in the transaction that writes the columns: it locks
    the run. Empty when somebody else has put them back.
    """
    row = await connection.row(LOCK_RUN, run_id)
    untold = await connection.row(TAKE_UNTOLD_START, run_id)
    if row is None or untold is None:
        return {}
    is_heavy = len(untold.before) + len(untold.given) > HEAVY_BYTES
    change = await in_thread_if(is_heavy, _unchanged_since, row, untold, puts_back)
    if "config" in puts_back and untold.sent_text is not None:
        await connection.execute(REMEMBER_DOCUMENT, run_id, "config", "", untold.sent_text)
    await connection.execute(FORGET_REPEATED_CONSOLE, run_id, untold.console_epochs)
    await connection.execute(COUNT_REPEATED_CONSOLE, run_id, untold.console_epochs)
    return await checked_change(change, field_by_column)


def _unchanged_since(row: RunRow, untold: UntoldStartRow, puts_back: Sequence[str]) -> dict[str, object]:
    before, given = (_columns(text) for text in (untold.before, untold.given))
    change: dict[str, object] = {}
    for column in puts_back:
        if column == "config":
            change[column] = _config(row.config_text, given[column], before[column])
            # The rows that the older process may have sent already do not say that they are old.
            if _time_of(row.summary_text) < _time_of(before["summary"]):
                change["summary"] = before["summary"]
        elif getattr(row, column) == given[column]:
            change[column] = before[column]
    return change


def _config(stored: str, given: str, before: str) -> str:
    """What was before, with what others have changed since the start."""
    return before if stored == given else json_text.dump(merged_texts(stored, given, before))


def _time_of(summary: str) -> float:
    time = json_text.parse(summary.encode()).get(TIMESTAMP_KEY)
    return time if isinstance(time, int | float) and math.isfinite(time) else -math.inf


def _columns(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json_text.parse(text.encode())
    return found
