"""Bring the database to this version: migrations, then functions; safe when several servers start at once.

Called by `serve` and `migrate` before anything else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import asyncpg
import msgspec

from runfolio_server.sql.database_errors import translated_errors
from runfolio_server.sql.distribution import CHANGING_SETTINGS, are_runs_distributed, has_citus
from runfolio_server.sql.functions import apply_functions, known_functions
from runfolio_server.sql.migrations import MigrationError, apply_migration, known_migrations
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.placement import select_placement
from runfolio_server.sql.pool import Connection

MINIMUM_SERVER_VERSION = 150_000
# Any number will do; all runfolio servers of one database must use the same. It holds the migration lock only.
MIGRATION_LOCK = 7_236_015_001

_QUERIES = QueryFile("migrate.sql")


class ServerVersionRow(msgspec.Struct, frozen=True):
    """`server_version_num` of PostgreSQL, e.g. 150018."""

    number: int


async def migrate(url: str) -> list[str]:
    """Apply what is missing: each migration in a transaction of its own, then all functions in one.

    Where runs are distributed, each puts its new tables and functions where they belong. Returns what was applied, as
    named in runfolio_schema: `migrations/0001_first`, `functions/start_run`. Raises MigrationError when the database is
    newer than this program, was built from other files, is too old a PostgreSQL, or is distributed by half, and
    Unavailable when it cannot be reached.
    """
    with translated_errors():
        raw = await connect_to_change(url)
        try:
            connection = Connection(raw, is_distributed=await are_runs_distributed(raw))
            await check_server(connection)
            applied = []
            for migration in known_migrations():
                async with _locked(connection):
                    if await apply_migration(connection, migration):
                        applied.append(f"migrations/{migration.name}")
            async with _locked(connection):
                functions = await apply_functions(connection, known_functions(), version("runfolio"))
            if await has_citus(raw):
                await _check_whole(connection)
            return applied + [f"functions/{name}" for name in functions]
        finally:
            await raw.close()


async def connect_to_change(url: str, **settings: str) -> asyncpg.Connection[asyncpg.Record]:
    """A connection for changes of the schema, with these settings too; MigrationError: the URL leads nowhere."""
    try:
        return await asyncpg.connect(url, timeout=10, server_settings={**CHANGING_SETTINGS, **settings})
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise MigrationError(f"PostgreSQL does not let runfolio in: {error}; check the database URL.") from error
    except ValueError as error:
        # The error may quote a part of the password.
        raise MigrationError(
            "The database URL cannot be read; it looks like postgresql://user:password@host:5432/database, with "
            "special characters of the password as %XX."
        ) from error


async def check_server(connection: Connection) -> None:
    """Raise MigrationError for a PostgreSQL that is too old."""
    found = await connection.row(_QUERIES.query("select_server_version", ServerVersionRow))
    if found is not None and found.number < MINIMUM_SERVER_VERSION:
        raise MigrationError(
            f"PostgreSQL {found.number // 10_000} is too old; runfolio needs 15 or newer. "
            "Point --database-url at a newer server."
        )


async def _check_whole(connection: Connection) -> None:
    placement = await select_placement(connection)
    left = [step.name for step in placement.table_steps()]
    if left and placement.is_begun:
        raise MigrationError(
            f"The database was not distributed to the end: {', '.join(left)} are still on one machine, and statements "
            "over several tables would be refused. Run `runfolio distribute` again, which goes on where it was."
        )


@asynccontextmanager
async def _locked(connection: Connection) -> AsyncIterator[None]:
    """A transaction with the migration lock, so that of several starting servers one applies and the others find it."""
    async with connection.transaction():
        await connection.execute(_QUERIES.command("take_migration_lock"), MIGRATION_LOCK)
        yield
