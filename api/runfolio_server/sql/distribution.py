"""Whether runs are spread over machines (Citus), and what each connection is told for that case.

Used by pool.py, migrate.py and distribute.py.

One code serves both: where runs are distributed a few queries need a snapshot: see `Query` in named.py.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import asyncpg

AnyConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

DISTRIBUTED_SETTINGS: Final = {
    # With it on, the first look-up of a type takes each connection half a second instead of ten milliseconds.
    # PostgreSQL alone takes the name as one that means nothing to it.
    "citus.override_table_visibility": "off",
}
APPLICATION_NAMES: Final = ("runfolio", "runfolio events")
"""What servers and workers call themselves: the connections of the pool, and the one that listens."""

CHANGING_SETTINGS: Final = {
    **DISTRIBUTED_SETTINGS,
    # Changes of tables in shards that follow each other in one transaction are refused when they go side by side.
    "citus.multi_shard_modify_mode": "sequential",
    # Else Citus takes in each table that refers to one that is everywhere, `runs` before it is distributed among them.
    "citus.enable_local_reference_table_foreign_keys": "off",
}
"""What connections that change the schema are told."""

# Two statements: where nothing is distributed the second one names a table that is not there.
_HAS_CITUS: Final = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL"
_ARE_RUNS_DISTRIBUTED: Final = (
    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition AS p"
    " WHERE p.logicalrelid = to_regclass('runs') AND p.partmethod = 'h')"
)


async def has_citus(raw: AnyConnection) -> bool:
    """Whether this database has the catalogues of Citus."""
    return bool(await raw.fetchval(_HAS_CITUS))


async def are_runs_distributed(raw: AnyConnection) -> bool:
    """Whether the table `runs` of this database is in shards; asked once, when a pool is opened."""
    return await has_citus(raw) and bool(await raw.fetchval(_ARE_RUNS_DISTRIBUTED))
