"""The log of a run's states: every one that it came into, when and why. Read by graph/.

Those who write an event of a run hold its row, so the numbers of one run rise in the order of commit: this order needs
no look at transactions, and holds wherever the run is stored.
"""

from __future__ import annotations

from uuid import UUID

from runfolio_server.errors import CursorExpired
from runfolio_server.sql.events.events import (
    COUNT_STATE_CHANGES,
    SELECT_FIRST_EVENT_NUMBER,
    SELECT_STATE_CHANGES_PAGE,
    SELECT_WAS_STARTED,
    StateChangeRow,
)
from runfolio_server.sql.pool import Connection


async def state_changes_page(
    connection: Connection, run_id: UUID, after: int | None, limit: int
) -> list[StateChangeRow]:
    """Changes of a run's state, the oldest first, at most `limit`; `after` is the number of the last one that was read.

    Raises CursorExpired when changes after that one are not kept any more.
    """
    rows = await connection.rows(SELECT_STATE_CHANGES_PAGE, run_id, after or 0, limit)
    if after is not None:
        # After the page: what is swept between the two statements is told as well.
        first = await connection.row(SELECT_FIRST_EVENT_NUMBER, run_id)
        if first is not None and first.number is not None and first.number > after + 1:
            raise CursorExpired("Changes after this cursor are not kept any more; begin without one.", path="after")
    return rows


async def count_state_changes(connection: Connection, run_id: UUID) -> int:
    """How many changes of a run's state are kept."""
    row = await connection.row(COUNT_STATE_CHANGES, run_id)
    return 0 if row is None else row.count


async def was_started(connection: Connection, run_id: UUID) -> bool:
    """Whether its log tells that a process began the run or was heard from; what is only described was not."""
    row = await connection.row(SELECT_WAS_STARTED, run_id)
    return row is not None and row.was_started
