"""Bring the database to the newest migration: forward only, safe when several servers start at once.

Called by `serve` and `migrate` before anything else; the files are schema/runfolio_schema/migrations/NNNN_name.sql.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

import asyncpg
import msgspec

from runfolio_server.errors import AppError
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.pool import Connection, translated_errors

MINIMUM_SERVER_VERSION = 150_000
# Any number will do; all runfolio servers of one database must use the same. It holds the migration lock only.
MIGRATION_LOCK = 7_236_015_001
FILE_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")

_QUERIES = QueryFile("migrate.sql")


class MigrationError(AppError):
    """The database cannot be brought to this version; the message says why."""


class AppliedRow(msgspec.Struct, frozen=True):
    """One migration that the database has."""

    number: int
    name: str
    checksum: str


class ServerVersionRow(msgspec.Struct, frozen=True):
    """`server_version_num` of PostgreSQL, e.g. 150018."""

    number: int


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text: a released migration is never edited, and this notices."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations() -> list[Migration]:
    """The migrations that this version ships, in order."""
    folder = resources.files("runfolio_schema").joinpath("migrations")
    found = []
    for file in folder.iterdir():
        match = FILE_NAME.match(file.name)
        if match:
            found.append(Migration(int(match[1]), file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


async def migrate(url: str) -> list[str]:
    """Apply what is missing, each in a transaction of its own; the names of those applied.

    Raises MigrationError when the database is newer than this program, was built from other files, or is too old a
    PostgreSQL, and Unavailable when it cannot be reached.
    """
    with translated_errors():
        raw = await _connect(url)
        try:
            connection = Connection(raw)  # type: ignore[arg-type]  # a plain connection has the same methods
            version = await connection.row(_QUERIES.query("select_server_version", ServerVersionRow))
            if version is not None and version.number < MINIMUM_SERVER_VERSION:
                raise MigrationError(
                    f"PostgreSQL {version.number // 10_000} is too old; runfolio needs 15 or newer. "
                    "Point --database-url at a newer server."
                )
            applied = []
            for migration in known_migrations():
                if await _apply(connection, migration):
                    applied.append(migration.name)
            return applied
        finally:
            await raw.close()


async def _connect(url: str) -> asyncpg.Connection[asyncpg.Record]:
    try:
        return await asyncpg.connect(url, timeout=10)
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise MigrationError(f"PostgreSQL does not let runfolio in: {error}; check the database URL.") from error
    except ValueError as error:
        # The error may quote a part of the password.
        raise MigrationError(
            "The database URL cannot be read; it looks like postgresql://user:password@host:5432/database, with "
            "special characters of the password as %XX."
        ) from error


async def _apply(connection: Connection, migration: Migration) -> bool:
    async with connection.transaction():
        # Held until the commit, so that of several starting servers one applies and the others find it done.
        await connection.execute(_QUERIES.command("take_migration_lock"), MIGRATION_LOCK)
        await connection.execute(_QUERIES.command("create_migration_table"))
        done = {row.number: row for row in await connection.rows(_QUERIES.query("select_applied", AppliedRow))}
        _check_history(done)
        if migration.number in done:
            return False
        await connection.script(migration.sql)
        await connection.execute(
            _QUERIES.command("insert_applied"), migration.number, migration.name, migration.checksum
        )
        return True


def _check_history(done: dict[int, AppliedRow]) -> None:
    known = {migration.number: migration for migration in known_migrations()}
    for number, row in done.items():
        if number not in known:
            raise MigrationError(
                f"The database has migration {row.name}, which this version of runfolio does not know. "
                "Start the newer version that made it."
            )
        if known[number].checksum != row.checksum:
            raise MigrationError(f"Migration {row.name} differs from the one that built this database.")
