"""The database's functions, applied again when their text has changed. Called by migrate.py after the migrations.

The files are schema/runfolio_schema/functions/NAME.sql, one function each; schema/README.md says how one is changed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

import asyncpg
import msgspec

from runfolio_server.sql.migrations import MigrationError
from runfolio_server.sql.named import QueryFile
from runfolio_server.sql.placement import place_new_functions
from runfolio_server.sql.pool import Connection

_QUERIES = QueryFile("functions.sql")


class FunctionRow(msgspec.Struct, frozen=True):
    """One function that the database has; `release` is the newest that has started there with this text."""

    name: str
    checksum: str
    release: str


class AmbiguousRow(msgspec.Struct, frozen=True):
    """A name that several functions have."""

    name: str


@dataclass(frozen=True, slots=True)
class DatabaseFunction:
    """One file: `sql` is a CREATE OR REPLACE FUNCTION of this name."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, comments included."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_functions() -> list[DatabaseFunction]:
    """The functions that this version ships, in the order of their names, in which they are applied."""
    folder = resources.files("runfolio_schema").joinpath("functions")
    return [
        DatabaseFunction(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]


async def apply_functions(connection: Connection, functions: list[DatabaseFunction], release: str) -> list[str]:
    """Apply those whose text the database does not have, unless a newer release put its own there; their names.

    The caller has the transaction and the lock: all change at once, so that no server calls a new one that needs
    another which has not come yet. `release` is that of these functions, such as 0.1.0. Raises MigrationError when one
    has other arguments or another result than the one that it replaces.
    """
    await connection.execute(_QUERIES.command("create_function_table"))
    done = {row.name: row for row in await connection.rows(_QUERIES.query("select_functions", FunctionRow))}
    applied, confirmed = [], []
    for function in functions:
        row = done.get(function.name)
        if not _is_to_be_applied(function, row, release):
            if row is not None and _order_of(row.release) <= _order_of(release) and row.release != release:
                confirmed.append(function.name)
            continue
        await _replace(connection, function, is_new=row is None)
        await connection.execute(_QUERIES.command("upsert_function"), function.name, function.checksum, release)
        applied.append(function.name)
    if confirmed:
        await connection.execute(_QUERIES.command("update_release"), confirmed, release)
    if applied:
        for ambiguous in await connection.rows(_QUERIES.query("select_ambiguous_functions", AmbiguousRow), applied):
            raise _signature_changed(ambiguous.name)
    if connection.is_distributed:
        await place_new_functions(connection)
    return applied


async def missing_functions(connection: Connection, functions: list[DatabaseFunction], release: str) -> list[str]:
    """The names of those that a start of this release would apply; the database has been migrated."""
    done = {row.name: row for row in await connection.rows(_QUERIES.query("select_functions", FunctionRow))}
    return [function.name for function in functions if _is_to_be_applied(function, done.get(function.name), release)]


def _is_to_be_applied(function: DatabaseFunction, row: FunctionRow | None, release: str) -> bool:
    """Whether the database has not this text, nor that of a newer release; `row` is what it has."""
    if row is None:
        return True
    return row.checksum != function.checksum and _order_of(row.release) <= _order_of(release)


async def _replace(connection: Connection, function: DatabaseFunction, *, is_new: bool) -> None:
    try:
        await connection.script(function.sql)
    except asyncpg.InvalidFunctionDefinitionError as error:
        if is_new:
            raise
        raise _signature_changed(function.name) from error


def _signature_changed(name: str) -> MigrationError:
    return MigrationError(
        f"The function {name} of the database has other arguments or another result than that of this version, and "
        "servers that run may still call it: the new one needs a new name."
    )


def _order_of(release: str) -> list[int]:
    """What releases are compared by: 0.10.1 is [0, 10, 1], and so is its 0.10.1rc2."""
    return [int(number) for number in re.findall(r"(?:^|\.)(\d+)", release)][:3]
