"""Databases beside the module's own, and raw connections: for tests that build or break a schema themselves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import TypeAlias

import asyncpg

RawConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def tables_sql() -> str:
    """The text of tables.sql."""
    return resources.files("runfolio_schema").joinpath("tables.sql").read_text(encoding="utf-8")


def function_files() -> dict[str, str]:
    """The text of each file of functions/, by its name without a suffix."""
    folder = resources.files("runfolio_schema").joinpath("functions")
    return {file.name.removesuffix(".sql"): file.read_text(encoding="utf-8") for file in folder.iterdir()}


@asynccontextmanager
async def empty_database(postgres_url: str, name: str, template: str = "template1") -> AsyncIterator[str]:
    """The URL of a database with nothing in it, or of a copy of another; dropped at the end of the block."""
    async with connected(postgres_url) as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield re.sub(r"(?<!:)(?<!/)/[^/?]*(?=\?|$)", f"/{name}", postgres_url, count=1)
    finally:
        async with connected(postgres_url) as connection:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[RawConnection]:
    """A connection of asyncpg's own, for catalogs and plans."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
