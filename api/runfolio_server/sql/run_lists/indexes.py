"""Indexes on demand: which there are, which orders and ranges are asked for, and the statements that make or drop one.

An API process asks OrderIndexes for the index of a list; the worker keeps the indexes (worker/index_upkeep.py). See
indexes.sql, and filters/sql/index_sql.py for what such an index is.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import asyncpg
import msgspec

from runfolio_server.filters.language.fields import JsonField
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.index_sql import (
    OrderIndex,
    compared_fields,
    drop_statement,
    field_name,
    indexed_field,
    order_index,
)
from runfolio_server.filters.sql.json_where import Ranges
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import NoRow, Query, QueryFile
from runfolio_server.sql.pool import Connection

EXCHANGE_INTERVAL_S: Final = 30.0
PENDING_MAX_ORDERS: Final = 200
"""Orders that one process remembers between two exchanges; more are not counted."""


class OrderIndexRow(msgspec.Struct, frozen=True):
    """An index on demand and about how many runs it has; not valid: being built, or the building was cut short.

    `runs` is None where PostgreSQL has no estimate: the index is new or empty, or runs are distributed.
    """

    name: str
    is_valid: bool
    runs: int | None


class UsedOrderRow(msgspec.Struct, frozen=True):
    """A field by which the runs of a project are often listed."""

    project_id: int
    field: str


_FILE = QueryFile("run_lists/indexes.sql")

ADD_ORDER_USES: Final = _FILE.command("add_order_uses")
SELECT_ORDER_INDEXES: Final = _FILE.query("select_order_indexes", OrderIndexRow)
SELECT_USED_ORDERS: Final = _FILE.query("select_used_orders", UsedOrderRow)
SELECT_INDEX_BUILDS: Final = _FILE.query("select_index_builds", CountRow)
FORGET_ORDER_USES: Final = _FILE.command("forget_order_uses")


@dataclass(frozen=True, slots=True)
class ReadyIndex:
    """An index that can be walked along, and about how many runs it has; None: nobody knows."""

    index: OrderIndex
    runs: int | None


class OrderIndexes:
    """What one API process knows of the indexes, and the orders it was asked for since it last told.

    The knowledge may be old: a walk along an index that is gone is slow, not wrong.
    """

    def __init__(self) -> None:
        self._ready: dict[str, int | None] = {}
        self._uses: Counter[tuple[int, str]] = Counter()
        self._exchanged_at = -EXCHANGE_INTERVAL_S

    async def choose(self, connection: Connection, project_id: int, query: RunQuery) -> ReadyIndex | None:
        """The index that serves a project's list in the query's order, or None.

        That the order was used is remembered, and so is what the filters compare with numbers.
        """
        ordered = indexed_field(query.order)
        fields = dict.fromkeys([ordered, *map(field_name, compared_fields(query.filters))])
        for field in fields:
            if field and (len(self._uses) < PENDING_MAX_ORDERS or (project_id, field) in self._uses):
                self._uses[project_id, field] += 1
        if any(fields) and time.monotonic() - self._exchanged_at >= EXCHANGE_INTERVAL_S:
            await self.exchange(connection)
        if ordered is None:
            return None
        index = order_index(project_id, ordered)
        return ReadyIndex(index, self._ready[index.name]) if index.name in self._ready else None

    def ranges(self, project_id: int, query: RunQuery) -> Ranges:
        """What compile_filter wants to know of the indexes that serve the filters' comparisons with numbers."""
        found: dict[JsonField, tuple[str, str]] = {}
        for field in compared_fields(query.filters):
            name = field_name(field)
            index = None if name is None else order_index(project_id, name)
            if index is not None and index.name in self._ready:
                found[field] = index.expressions[:2]
        return found

    async def exchange(self, connection: Connection) -> None:
        """Write what was used, and look which indexes there are. Two statements, now and then."""
        # Set first: other requests go on meanwhile.
        self._exchanged_at = time.monotonic()
        told, self._uses = self._uses, Counter()
        if told:
            orders = sorted(told)
            # Where nothing can be written, lists are read all the same.
            with suppress(asyncpg.InsufficientResourcesError, asyncpg.ReadOnlySQLTransactionError):
                await connection.execute(
                    ADD_ORDER_USES,
                    [project_id for project_id, _ in orders],
                    [field for _, field in orders],
                    [told[order] for order in orders],
                )
        rows = await connection.rows(SELECT_ORDER_INDEXES)
        self._ready = {row.name: row.runs for row in rows if row.is_valid}


async def create_order_index(connection: Connection, index: OrderIndex) -> None:
    """Make an index while runs are read and written. Cut short, it leaves one that is not valid."""
    await connection.execute(_headed("create_order_index", index.create))


async def analyze_runs(connection: Connection) -> None:
    """Tell the planner how the values of new indexes are distributed."""
    await connection.execute(_headed("analyze_runs", "ANALYZE runs"))


async def drop_order_index(connection: Connection, name: str) -> None:
    """Drop an index while runs are read and written. Raises ValueError for one that is not on demand."""
    await connection.execute(_headed("drop_order_index", drop_statement(name)))


def _headed(name: str, sql: str) -> Query[NoRow]:
    """The header tells other workers, in the views of PostgreSQL, what is going on."""
    return Query(name, f"-- {name}:\n{sql}", NoRow)
