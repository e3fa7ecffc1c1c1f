"""The numbered migrations, which make and change tables: forward only, each applied once. Called by migrate.py.

The files are schema/runfolio_schema/migrations/NNNN_name.sql.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

import msgspec

from runfolio_server.errors import AppError
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.placement import place_new_tables
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.statements import split_statements

FILE_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
# Of the first of the eleven migrations that databases had before they were joined into one.
CHECKSUM_BEFORE_THE_JOINING = "c4accd68c2c5b88c3f7946cbd18d67d9d5ba270b1c1c40f0437bff62f8c39dcf"

_QUERIES = QueryFile("migrations.sql")


class MigrationError(AppError):
    """The database cannot be brought to this version; the message says why."""


class AppliedRow(msgspec.Struct, frozen=True):
    """One migration that the database has."""

    number: int
    name: str
    checksum: str


class IsMigratedRow(msgspec.Struct, frozen=True):
    """Whether the database was ever brought to a version."""

    is_migrated: bool


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


async def apply_migration(connection: Connection, migration: Migration) -> bool:
    """Apply it unless it was; whether it was applied now. The caller has the transaction and the lock.

    Where runs are distributed, so are the tables that it makes, each as table_kinds.py says: at its end, when they have
    their storage.

    Raises MigrationError when the database is newer than this program, or was built from other files.
    """
    await connection.execute(_QUERIES.command("create_migration_table"))
    done = {row.number: row for row in await connection.rows(_QUERIES.query("select_applied", AppliedRow))}
    _check_history(done)
    if migration.number in done:
        return False
    for statement in split_statements(migration.sql):
        await connection.script(statement)
    if connection.is_distributed:
        await place_new_tables(connection)
    await connection.execute(_QUERIES.command("insert_applied"), migration.number, migration.name, migration.checksum)
    return True


async def missing_migrations(connection: Connection) -> list[str]:
    """The names of those that the database does not have. Raises MigrationError as apply_migration does."""
    found = await connection.row(_QUERIES.query("select_is_migrated", IsMigratedRow))
    if found is None or not found.is_migrated:
        return [migration.name for migration in known_migrations()]
    done = {row.number: row for row in await connection.rows(_QUERIES.query("select_applied", AppliedRow))}
    _check_history(done)
    return [migration.name for migration in known_migrations() if migration.number not in done]


def _check_history(done: dict[int, AppliedRow]) -> None:
    if 1 in done and done[1].checksum == CHECKSUM_BEFORE_THE_JOINING:
        raise MigrationError(
            "This database was made before the first release and cannot be brought to this version: start the version "
            "that made it, fetch what you want to keep from /export/{entity}/{project}/runs.ndjson and "
            "/export/{entity}/{project}/{run}/history.parquet, and give this version an empty database or, where it "
            "brings its own, another --data-dir."
        )
    known = {migration.number: migration for migration in known_migrations()}
    for number, row in done.items():
        if number not in known:
            raise MigrationError(
                f"The database has migration {row.name}, which this version of runfolio does not know. "
                "Start the newer version that made it."
            )
        if known[number].checksum != row.checksum:
            raise MigrationError(f"Migration {row.name} differs from the one that built this database.")
