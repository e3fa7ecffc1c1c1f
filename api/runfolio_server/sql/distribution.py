"""Whether runs are spread over machines (Citus), and what each connection is told for that case. Used by pool.py.

One code serves both: where runs are distributed a few queries need a snapshot: see `Query` in named.py.
"""

from __future__ import annotations

from typing import Final

import asyncpg

DISTRIBUTED_SETTINGS: Final = {
    # With it on, the first look-up of a type takes each connection half a second instead of ten milliseconds.
    # PostgreSQL alone takes the name as one that means nothing to it.
    "citus.override_table_visibility": "off",
}
# Two statements: where nothing is distributed the second one names a table that is not there.
_IS_DISTRIBUTED: Final = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL"
_ARE_RUNS_DISTRIBUTED: Final = (
    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition AS p"
    " WHERE p.logicalrelid = to_regclass('runs') AND p.partmethod = 'h')"
)


async def are_runs_distributed(raw: asyncpg.pool.PoolConnectionProxy[asyncpg.Record]) -> bool:
    """Whether the table `runs` of this database is in shards; asked once, when a pool is opened."""
    if not await raw.fetchval(_IS_DISTRIBUTED):
        return False
    return bool(await raw.fetchval(_ARE_RUNS_DISTRIBUTED))
