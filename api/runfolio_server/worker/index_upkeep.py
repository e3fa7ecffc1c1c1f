"""Makes indexes for the orders and ranges by which large projects are listed, and drops those that nobody uses.

Servers count what they are asked for (sql/run_lists/indexes.py); here is decided which are worth an index. Everything
stays right without: an index only makes pages quick.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runfolio_server.errors import AppError, NoRoom, Unavailable
from runfolio_server.filters.sql.index_sql import OrderIndex, order_index
from runfolio_server.seldom import Seldom
from runfolio_server.sql.pool import Connection, Database, open_database
from runfolio_server.sql.run_lists.indexes import (
    FORGET_ORDER_USES,
    SELECT_INDEX_BUILDS,
    SELECT_ORDER_INDEXES,
    SELECT_USED_ORDERS,
    analyze_runs,
    create_order_index,
    drop_order_index,
)

LOGGER = logging.getLogger(__name__)
SELDOM = Seldom(LOGGER)

INTERVAL_S = 60.0
USES_MIN = 3
RUNS_MIN = 2000
"""Below, a scan takes less than 3 ms. Building takes 4 s for a million runs."""
INDEXES_MAX = 20
"""Of all projects together: every statement on runs that is planned looks at each of them."""
INDEXES_PER_PROJECT_MAX = 5
UNUSED_DAYS = 14
ORDERS_PER_PROJECT_MAX = 100
BUILD_TIMEOUT_S = 3600.0
CONNECT_TIMEOUT_S = 10.0
# How long an index that could not be made is left alone.
PATIENCE_S = 3600.0


async def keep_indexes_forever(database: Database, database_url: str) -> None:
    """Make and drop what is due, pause, look again; building has a connection of its own."""
    failed_until: dict[str, float] = {}
    while True:
        try:
            await keep_indexes_once(database, database_url, failed_until)
        except Unavailable as error:
            SELDOM.warning("The upkeep of indexes waits: %s", error)
        await asyncio.sleep(INTERVAL_S)


async def keep_indexes_once(
    database: Database, database_url: str, failed_until: dict[str, float]
) -> tuple[list[str], list[str]]:
    """Drop what is broken or unused, then make what is missing; the names of both, made ones first.

    One that fails is left alone until the time in `failed_until` (of time.monotonic), so that it stops no other.
    """
    async with database.connection() as connection:
        await connection.execute(FORGET_ORDER_USES, UNUSED_DAYS, ORDERS_PER_PROJECT_MAX)
        building = await connection.row(SELECT_INDEX_BUILDS)
        if building is not None and building.count:
            # Perhaps another worker's: what is not valid now may soon be.
            return [], []
        found = await connection.rows(SELECT_ORDER_INDEXES)
        used = await connection.rows(
            SELECT_USED_ORDERS, UNUSED_DAYS, USES_MIN, RUNS_MIN, INDEXES_MAX * ORDERS_PER_PROJECT_MAX
        )
    wanted = [index for row in used if (index := _index_of(row.project_id, row.field)) is not None]
    names = {index.name for index in wanted}
    dropping = [row.name for row in found if not row.is_valid or row.name not in names]
    missing = _missing(wanted, {row.name for row in found} - set(dropping))
    making = [index for index in missing if failed_until.get(index.name, 0.0) <= time.monotonic()]
    dropped = [name for name in dropping if await _drop(database_url, name)]
    made = [index.name for index in making if await _make(database_url, index, failed_until)]
    return made, dropped


def _index_of(project_id: int, field: str) -> OrderIndex | None:
    try:
        return order_index(project_id, field)
    except AppError:
        # Remembered by a server of another version.
        return None


def _missing(wanted: list[OrderIndex], names: set[str]) -> list[OrderIndex]:
    """The wanted indexes that are not there, the most used first, as many as there is room for."""
    room = INDEXES_MAX - len(names)
    by_project = Counter(index.project_id for index in wanted if index.name in names)
    missing = []
    for index in wanted:
        if index.name not in names and by_project[index.project_id] < INDEXES_PER_PROJECT_MAX and room > 0:
            missing.append(index)
            by_project[index.project_id] += 1
            room -= 1
    return missing


async def _make(database_url: str, index: OrderIndex, failed_until: dict[str, float]) -> bool:
    try:
        async with _builder(database_url) as builder:
            await create_order_index(builder, index)
            await analyze_runs(builder)
    except NoRoom as error:
        LOGGER.warning("The index of project %d by %r could not be made: %s", index.project_id, index.field, error)
        failed_until[index.name] = time.monotonic() + PATIENCE_S
        return False
    except Unavailable:
        raise
    except Exception:
        LOGGER.exception("The index of project %d by %r could not be made", index.project_id, index.field)
        failed_until[index.name] = time.monotonic() + PATIENCE_S
        return False
    LOGGER.info("Project %d is now listed by %r from an index", index.project_id, index.field)
    return True


async def _drop(database_url: str, name: str) -> bool:
    try:
        async with _builder(database_url) as builder:
            await drop_order_index(builder, name)
    except Unavailable:
        raise
    except Exception:
        LOGGER.exception("The index %s could not be dropped", name)
        return False
    LOGGER.info("Index %s dropped: broken, or unused for %d days", name, UNUSED_DAYS)
    return True


@asynccontextmanager
async def _builder(database_url: str) -> AsyncIterator[Connection]:
    """A connection whose statements may take long, for as long as the block."""
    database = await open_database(database_url, size=1, wait_s=CONNECT_TIMEOUT_S, statement_timeout_s=BUILD_TIMEOUT_S)
    try:
        async with database.connection() as connection:
            yield connection
    finally:
        await database.close()
