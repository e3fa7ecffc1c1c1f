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
from runfolio_server.sql.distribution import DISTRIBUTED_SETTINGS
from runfolio_server.sql.functions import apply_functions, known_functions
from runfolio_server.sql.migrations import MigrationError, apply_migration, known_migrations
from runfolio_server.sql.named import QueryFile
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

    Returns what was applied, as named in runfolio_schema: `migrations/0001_first`, `functions/start_run`. Raises
    MigrationError when the database is newer than this program, was built from other files, or is too old a PostgreSQL,
    and Unavailable when it cannot be reached.
    """
    with translated_errors():
        raw = await _connect(url)
        try:
            connection = Connection(raw)  # type: ignore[arg-type]  # a plain connection has the same methods
            await _check_server(connection)
            applied = []
            for migration in known_migrations():
                async with _locked(connection):
                    if await apply_migration(connection, migration):
                        applied.append(f"migrations/{migration.name}")
            async with _locked(connection):
                functions = await apply_functions(connection, known_functions(), version("runfolio"))
            return applied + [f"functions/{name}" for name in functions]
        finally:
            await raw.close()


async def _connect(url: str) -> asyncpg.Connection[asyncpg.Record]:
    try:
        return await asyncpg.connect(url, timeout=10, server_settings=DISTRIBUTED_SETTINGS)
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise MigrationError(f"PostgreSQL does not let runfolio in: {error}; check the database URL.") from error
    except ValueError as error:
        # The error may quote a part of the password.
        raise MigrationError(
            "The database URL cannot be read; it looks like postgresql://user:password@host:5432/database, with "
            "special characters of the password as %XX."
        ) from error


async def _check_server(connection: Connection) -> None:
    found = await connection.row(_QUERIES.query("select_server_version", ServerVersionRow))
    if found is not None and found.number < MINIMUM_SERVER_VERSION:
        raise MigrationError(
            f"PostgreSQL {found.number // 10_000} is too old; runfolio needs 15 or newer. "
            "Point --database-url at a newer server."
        )


@asynccontextmanager
async def _locked(connection: Connection) -> AsyncIterator[None]:
    """A transaction with the migration lock, so that of several starting servers one applies and the others find it."""
    async with connection.transaction():
        await connection.execute(_QUERIES.command("take_migration_lock"), MIGRATION_LOCK)
        yield
