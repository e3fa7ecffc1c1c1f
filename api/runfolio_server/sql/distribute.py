"""Turn an existing database into one whose runs are spread over machines (Citus). Called by `runfolio distribute`.

What it will do is told by distribution_plan.py; the steps are those of placement.py, each in a transaction of its own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

import asyncpg
import msgspec

from runfolio_server.errors import AppError
from runfolio_server.sql.database_errors import translated_errors
from runfolio_server.sql.distribution import APPLICATION_NAMES
from runfolio_server.sql.distribution_plan import UNAWARE, MachineRow, Plan, TableSizeRow, next_steps
from runfolio_server.sql.functions import known_functions, missing_functions
from runfolio_server.sql.migrate import MIGRATION_LOCK, check_server, connect_to_change
from runfolio_server.sql.migrations import missing_migrations
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.placement import Placement, select_placement, take_step
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.table_kinds import DISTRIBUTED, LOCAL, REFERENCE

CITUS_LEAST: Final = 13
"""The first version of Citus that statements may be sent to: the rules of distribution were found on 13.2."""

CLOSE_S: Final = 10

_QUERIES = QueryFile("distribute.sql")


class DistributionError(AppError):
    """The database cannot be distributed as it is; the message says what to change."""


class CitusRow(msgspec.Struct, frozen=True):
    """The version that the database has, such as 13.2-1, None: none; whether the server's machine has its files."""

    version: str | None
    is_installed: bool


class ServerRow(msgspec.Struct, frozen=True):
    """How many connections servers have from an address."""

    address: str
    connections: int


class HeldRow(msgspec.Struct, frozen=True):
    """Whether the lock is ours."""

    is_held: bool


_HOLD_MIGRATION_LOCK = _QUERIES.query("hold_migration_lock", HeldRow)
_SELECT_CITUS = _QUERIES.query("select_citus", CitusRow)
_SELECT_MACHINES = _QUERIES.query("select_machines", MachineRow)
_SELECT_SERVERS = _QUERIES.query("select_servers", ServerRow)
_SELECT_SIZES = _QUERIES.query("select_sizes", TableSizeRow)


async def plan_distribution(url: str) -> Plan:
    """What is there, and what is to be done; changes nothing.

    Raises DistributionError where the database cannot be distributed, MigrationError where it cannot be reached by this
    URL, and Unavailable where nobody answers.
    """
    async with _connected(url) as connection:
        placement = await _checked_placement(connection)
        return Plan(
            citus=(await _citus_version(connection)) or "",
            machines=await _machines(connection),
            servers=await _servers(connection),
            sizes={row.name: row for row in await _sizes(connection)},
            steps=[*placement.table_steps(), *placement.function_steps()],
            placed=frozenset(placement.tables),
        )


async def distribute(url: str, shards: int, tell: Callable[[str], None]) -> None:
    """Take each step that is left, tell of each before it is taken, check all of it, and tell what to do next.

    It holds the lock of the migrations, so that a server that starts meanwhile waits. Raises as plan_distribution does,
    and DistributionError where servers are connected.
    """
    async with _connected(url) as connection:
        held = await connection.row(_HOLD_MIGRATION_LOCK, MIGRATION_LOCK)
        if held is None or not held.is_held:
            raise DistributionError("Somebody else migrates or distributes this database right now; wait for the end.")
        await _check_nobody_is_connected(connection)
        placement = await _checked_placement(connection)
        steps = [*placement.table_steps(), *placement.function_steps()]
        for number, step in enumerate(steps, 1):
            tell(f"{number} of {len(steps)}: {step.name}, {step.kind.value}")
            async with connection.transaction():
                await take_step(connection, step, shards)
        await _check_all(connection)
        tell(next_steps(await _sizes(connection), await _servers(connection)))


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection]:
    """Without deadlines: a table is copied for as long as it takes."""
    with translated_errors():
        raw = await connect_to_change(url, statement_timeout="0", idle_in_transaction_session_timeout="0")
        try:
            yield Connection(raw)
        except asyncpg.InsufficientPrivilegeError as error:
            raise DistributionError(f"The user of the database URL may not do this: {error}.") from error
        finally:
            await raw.close(timeout=CLOSE_S)


async def _checked_placement(connection: Connection) -> Placement:
    """Where everything lies. Raises DistributionError unless the rest can be put where it belongs."""
    await check_server(connection)
    await _check_citus(connection)
    await _check_schema(connection)
    _check_machines(await _machines(connection))
    placement = await select_placement(connection)
    _check_places(placement)
    return placement


async def _citus_version(connection: Connection) -> str | None:
    found = await connection.row(_SELECT_CITUS)
    return None if found is None else found.version


async def _check_citus(connection: Connection) -> None:
    found = await connection.row(_SELECT_CITUS)
    if found is None or found.version is None:
        if found is not None and found.is_installed:
            raise DistributionError(
                "This database has no Citus, though its machine has: run CREATE EXTENSION citus; in this database, and "
                "in one of the same name on each other machine."
            )
        raise DistributionError(
            "This PostgreSQL has no Citus. Install it on this machine and on each other one "
            "(https://docs.citusdata.com), put shared_preload_libraries = 'citus' into postgresql.conf, restart "
            "PostgreSQL, and run CREATE EXTENSION citus; in this database and in one of the same name on each other "
            "machine."
        )
    number = re.match(r"\d+", found.version)
    if number is None or int(number[0]) < CITUS_LEAST:
        raise DistributionError(
            f"Citus {found.version} is too old; runfolio needs {CITUS_LEAST} or newer. Install one on every machine, "
            "and run ALTER EXTENSION citus UPDATE; in each database."
        )


async def _check_schema(connection: Connection) -> None:
    missing = await missing_migrations(connection)
    missing = missing or await missing_functions(connection, known_functions(), version("runfolio"))
    if missing:
        raise DistributionError(
            f"The database is not of this version: {', '.join(missing)} is missing. Run `runfolio migrate` first."
        )


def _check_machines(machines: list[MachineRow]) -> None:
    if machines and not any(machine.is_coordinator for machine in machines):
        raise DistributionError(
            "Citus knows other machines, but not this one, on which tables refer to those that are copied to "
            "every machine. Run SELECT citus_set_coordinator_host('…'); with the name by which the others reach it."
        )
    if machines and not any(machine.has_shards for machine in machines):
        raise DistributionError(
            f"None of the machines may have shards ({', '.join(machine.address for machine in machines)}). Register "
            "another with citus_add_node, or let this one have them: citus_set_node_property with 'shouldhaveshards'."
        )


def _check_places(placement: Placement) -> None:
    told = placement.misplaced()
    if told:
        raise DistributionError(
            f"Tables lie where they must not: {'; '.join(told)}. Take each back with SELECT undistribute_table('…'); "
            "and run this again."
        )


async def _check_all(connection: Connection) -> None:
    """Raises DistributionError unless every table and function is where it belongs."""
    placement = await select_placement(connection)
    _check_places(placement)
    left = [step.name for step in (*placement.table_steps(), *placement.function_steps())]
    absent = sorted({*DISTRIBUTED, *REFERENCE, *LOCAL} - placement.there)
    if left or absent:
        raise DistributionError(f"Not all is where it belongs: {', '.join([*left, *absent])}. Run this again.")


async def _check_nobody_is_connected(connection: Connection) -> None:
    servers = await _servers(connection)
    if servers:
        raise DistributionError(
            f"Nothing was changed: servers or workers are connected ({', '.join(servers)}). Stop them, and a pooler "
            f"that keeps their connections, and run this again. {UNAWARE}"
        )


async def _machines(connection: Connection) -> list[MachineRow]:
    return await connection.rows(_SELECT_MACHINES)


async def _servers(connection: Connection) -> list[str]:
    """Who is connected, as it is told."""
    rows = await connection.rows(_SELECT_SERVERS, list(APPLICATION_NAMES))
    return [f"{row.connections} from {row.address}" for row in rows]


async def _sizes(connection: Connection) -> list[TableSizeRow]:
    return await connection.rows(_SELECT_SIZES, [*REFERENCE, *DISTRIBUTED, *LOCAL])
