"""What a field reads of the long columns of runs: those that the document selects, as far as the answer can hold them.

A list is read in one statement with what is short. What its long columns have together is drawn from the budget before
the rest is read, so that a list of huge documents ends the request and not the memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from runfolio_server.graph.execution.siblings import columns_selected, field_name
from runfolio_server.graph.info import RequestInfo
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.long_columns import LONG_COLUMNS, PartRunRow, WantedLong, with_long_columns

P = TypeVar("P", bound=PartRunRow)


def wanted_long(info: RequestInfo, *names: str) -> WantedLong:
    """The long columns that are selected of the runs to which these fields lead, each of the one before.

    The first of them is one of the field that is resolved, which gives the runs itself when there are none.
    """
    return WantedLong(columns_selected(info, *names) & frozenset(LONG_COLUMNS))


async def read_long(info: RequestInfo, connection: Connection, rows: Sequence[P], wanted: WantedLong) -> list[P]:
    """The rows with all that is wanted of them. Raises AnswerTooLarge when the answer cannot hold it."""
    if not wanted.names:
        return list(rows)
    info.context.budget.expect(field_name(info.path), sum(row.long_bytes for row in rows))
    return await with_long_columns(connection, rows, wanted)
