"""A page of a project's runs, read in the quickest of the three ways that there are. Called by graph/.

Along the index of the order, where there is one (by_index.py); in order of creation, as far as need be
(by_creation.py); else all runs are scanned and sorted (list.py). All three give the same rows.
The first two look at so many runs before they filter, which would all be copied to one machine where runs are spread
over several: there each machine filters, sorts and limits its own.
"""

from __future__ import annotations

from runfolio_server.filters.run_query import RunQuery
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.by_creation import is_guessed, select_runs_by_creation
from runfolio_server.sql.run_lists.by_index import select_runs_by_index
from runfolio_server.sql.run_lists.indexes import OrderIndexes
from runfolio_server.sql.run_lists.list import ListedRunRow, select_runs_page
from runfolio_server.sql.run_lists.long_columns import NOTHING_LONG, WantedLong


async def select_run_page(
    connection: Connection,
    indexes: OrderIndexes,
    project_id: int,
    query: RunQuery,
    wanted: WantedLong = NOTHING_LONG,
) -> list[ListedRunRow]:
    """The runs of the query's page, in order; see long_columns.py for what is read with them."""
    ready = await indexes.choose(connection, project_id, query)
    ranges = indexes.ranges(project_id, query)
    if connection.is_distributed:
        return await select_runs_page(connection, project_id, query, ranges, wanted)
    if ready is not None:
        return await select_runs_by_index(connection, ready, query, ranges, wanted)
    if is_guessed(query, ranges):
        return await select_runs_by_creation(connection, project_id, query, ranges, wanted)
    return await select_runs_page(connection, project_id, query, ranges, wanted)
