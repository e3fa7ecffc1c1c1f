"""Puts tables and functions where they lie once runs are spread over machines, one at a time. See table_kinds.py.

Called by distribute.py for a whole database, and by migrate.py for what is new in one that is distributed. Every step
looks first at what Citus knows, so that all of it can be interrupted anywhere and done again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import msgspec

from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.table_kinds import DISTRIBUTED, FUNCTIONS_BY_RUN, FUNCTIONS_EVERYWHERE, LOCAL, REFERENCE

# The table that the others of its kind lie with, which has shards of its own beside those of other programs.
FIRST_TABLE: Final = "runs"
# What pg_dist_partition says of a table in shards, and of one that is everywhere.
_IN_SHARDS: Final = "h"
_EVERYWHERE: Final = ("n", "t")

_QUERIES = QueryFile("placement.sql")


class PlacedTableRow(msgspec.Struct, frozen=True):
    """One table that Citus knows; `colocation` is the same for tables that lie together."""

    name: str
    method: str
    replication: str
    column: str | None
    colocation: int


class PlacedFunctionRow(msgspec.Struct, frozen=True):
    """One function that all machines have; `argument` counts from 0, None: it does not run where a row lies."""

    name: str
    argument: int | None


class ThereRow(msgspec.Struct, frozen=True):
    """The name of a table or function."""

    name: str


_SELECT_THERE = _QUERIES.query("select_there", ThereRow)
_SELECT_PLACED_TABLES = _QUERIES.query("select_placed_tables", PlacedTableRow)
_SELECT_PLACED_FUNCTIONS = _QUERIES.query("select_placed_functions", PlacedFunctionRow)
_COPY_TABLE_EVERYWHERE = _QUERIES.command("copy_table_everywhere")
_DISTRIBUTE_TABLE = _QUERIES.command("distribute_table")
_BRING_FUNCTION = _QUERIES.command("bring_function")
_DISTRIBUTE_FUNCTION = _QUERIES.command("distribute_function")


class Becomes(Enum):
    """What a table or function becomes, as it is told."""

    COPIED = "copied to every machine"
    SPREAD = "spread over the machines"
    BROUGHT = "known to every machine"
    BY_RUN = "run where its run lies"


@dataclass(frozen=True, slots=True)
class Step:
    """One table or function that is not yet where it belongs."""

    name: str
    kind: Becomes


@dataclass(frozen=True, slots=True)
class Placement:
    """What a database has of ours, and what Citus knows of it, by name."""

    there: frozenset[str]
    tables: dict[str, PlacedTableRow]
    functions: dict[str, PlacedFunctionRow]

    def table_steps(self) -> list[Step]:
        """The tables that are to be placed, in the order in which that works."""
        # Each table after those that it refers to.
        spread = [FIRST_TABLE, *(name for name in DISTRIBUTED if name != FIRST_TABLE)]
        steps = [Step(name, Becomes.COPIED) for name in REFERENCE] + [Step(name, Becomes.SPREAD) for name in spread]
        return [step for step in steps if step.name in self.there - self.tables.keys()]

    def function_steps(self) -> list[Step]:
        """The functions that are to be placed. One that PostgreSQL replaces stays where it is."""
        brought = [Step(name, Becomes.BROUGHT) for name in FUNCTIONS_EVERYWHERE if name not in self.functions]
        by_run = [
            Step(name, Becomes.BY_RUN)
            for name in FUNCTIONS_BY_RUN
            if name not in self.functions or self.functions[name].argument is None
        ]
        return [step for step in [*brought, *by_run] if step.name in self.there]

    @property
    def is_begun(self) -> bool:
        """Whether any of our tables is placed."""
        return not self.tables.keys().isdisjoint([*REFERENCE, *DISTRIBUTED])

    def misplaced(self) -> list[str]:
        """What is to be told of each table that lies where it must not; empty when none does."""
        first = self.tables.get(FIRST_TABLE)
        told = []
        for name, table in sorted(self.tables.items()):
            if name in LOCAL:
                told.append(f"{name} must lie on the coordinator alone, and Citus has it")
            if name in REFERENCE and (table.method, table.replication) != _EVERYWHERE:
                told.append(f"{name} must be a reference table, and is not")
            if name in DISTRIBUTED and (table.method, table.column) != (_IN_SHARDS, DISTRIBUTED[name]):
                told.append(f"{name} must be distributed by {DISTRIBUTED[name]}, and is not")
            elif name in DISTRIBUTED and (first is None or table.colocation != first.colocation):
                told.append(f"{name} must lie with {FIRST_TABLE}, and does not")
        return told


async def select_placement(connection: Connection) -> Placement:
    """Where everything lies now. Only where Citus is there."""
    names = [*REFERENCE, *DISTRIBUTED, *LOCAL], [*FUNCTIONS_EVERYWHERE, *FUNCTIONS_BY_RUN]
    there = await connection.rows(_SELECT_THERE, *names)
    tables = await connection.rows(_SELECT_PLACED_TABLES)
    functions = await connection.rows(_SELECT_PLACED_FUNCTIONS)
    return Placement(
        frozenset(row.name for row in there),
        {row.name: row for row in tables},
        {row.name: row for row in functions},
    )


async def place_new_tables(connection: Connection) -> None:
    """Place the tables that a migration has made, in its transaction."""
    for step in (await select_placement(connection)).table_steps():
        await take_step(connection, step)


async def place_new_functions(connection: Connection) -> None:
    """Place the functions that have come, in the transaction that brought them."""
    for step in (await select_placement(connection)).function_steps():
        await take_step(connection, step)


async def take_step(connection: Connection, step: Step, shards: int | None = None) -> None:
    """Place one table or function; `shards` is of the first table alone, whose shards the others share."""
    if step.kind is Becomes.COPIED:
        await connection.execute(_COPY_TABLE_EVERYWHERE, step.name)
    elif step.kind is Becomes.SPREAD:
        is_first = step.name == FIRST_TABLE
        beside, count = ("none", shards) if is_first else (FIRST_TABLE, None)
        await connection.execute(_DISTRIBUTE_TABLE, step.name, DISTRIBUTED[step.name], beside, count)
    elif step.kind is Becomes.BROUGHT:
        await connection.execute(_BRING_FUNCTION, step.name)
    else:
        argument = FUNCTIONS_BY_RUN[step.name]
        await connection.execute(_DISTRIBUTE_FUNCTION, step.name, argument, FIRST_TABLE)
