"""The migrations and the functions build what the schema's files say, and the runner is safe to start anywhere."""

from __future__ import annotations

import asyncio

import pytest

from runfolio_server.errors import Unavailable
from runfolio_server.sql.functions import known_functions
from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.migrations import CHECKSUM_BEFORE_THE_JOINING, MigrationError, known_migrations
from tests.sql.catalog import describe
from tests.sql.databases import connected, empty_database, function_files, tables_sql


async def test_a_migrated_database_is_exactly_tables_sql_and_the_functions(postgres_url: str) -> None:
    async with empty_database(postgres_url, "test_by_migrations") as by_migrations:
        await migrate(by_migrations)
        async with connected(by_migrations) as connection:
            migrated = await describe(connection)
    async with empty_database(postgres_url, "test_by_tables") as by_tables, connected(by_tables) as connection:
        for text in (tables_sql(), *function_files().values()):
            await connection.execute(text)
        declared = await describe(connection)

    assert sorted(set(declared) - set(migrated)) == []
    assert sorted(set(migrated) - set(declared)) == []
    assert len([line for line in declared if line.startswith("relation")]) > 20
    assert len(function_files()) == len([line for line in declared if line.startswith("function")])


async def test_the_migrations_are_numbered_without_a_gap() -> None:
    numbers = [migration.number for migration in known_migrations()]

    assert list(range(1, len(numbers) + 1)) == numbers


async def test_five_servers_that_start_at_once_apply_each_file_once(postgres_url: str) -> None:
    async with empty_database(postgres_url, "test_five_at_once") as url:
        applied = await asyncio.gather(*(migrate(url) for _ in range(5)))
        async with connected(url) as connection:
            rows = await connection.fetch("SELECT name FROM schema_migrations ORDER BY number")

    migrations = [migration.name for migration in known_migrations()]
    known = [f"migrations/{name}" for name in migrations] + [f"functions/{each.name}" for each in known_functions()]
    assert sorted(known) == sorted(name for names in applied for name in names)
    assert migrations == [row["name"] for row in rows]


async def test_a_second_start_applies_nothing(database_url: str) -> None:
    assert [] == await migrate(database_url)


async def test_an_edited_migration_is_refused_by_name(postgres_url: str) -> None:
    async with empty_database(postgres_url, "test_edited") as url:
        await migrate(url)
        async with connected(url) as connection:
            await connection.execute("UPDATE schema_migrations SET checksum = 'another' WHERE number = 1")

        with pytest.raises(MigrationError, match="Migration 0001_first differs from the one that built this database"):
            await migrate(url)


async def test_a_database_from_before_the_migrations_were_joined_is_told_how_to_be_kept(postgres_url: str) -> None:
    async with empty_database(postgres_url, "test_before_the_joining") as url:
        await migrate(url)
        async with connected(url) as connection:
            await connection.execute(
                "UPDATE schema_migrations SET checksum = $1 WHERE number = 1", CHECKSUM_BEFORE_THE_JOINING
            )
            await connection.execute("DELETE FROM schema_migrations WHERE number > 1")
            await connection.execute(
                "INSERT INTO schema_migrations (number, name, checksum) VALUES (2, '0002_finding_runs', '')"
                " ON CONFLICT (number) DO UPDATE SET name = excluded.name"
            )
            await connection.execute("DROP TABLE schema_functions")
            before = await describe(connection)

            with pytest.raises(MigrationError) as refused:
                await migrate(url)

            assert before == await describe(connection)
            assert await connection.fetchval("SELECT to_regclass('schema_functions')") is None
    sentence = str(refused.value)
    assert "/export/{entity}/{project}/runs.ndjson" in sentence
    assert "/export/{entity}/{project}/{run}/history.parquet" in sentence
    assert 1 == len(sentence.split(". "))


async def test_a_database_of_a_newer_version_is_refused_and_stays_as_it_is(postgres_url: str) -> None:
    async with empty_database(postgres_url, "test_newer") as url:
        await migrate(url)
        async with connected(url) as connection:
            await connection.execute(
                "INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, '9999_later', '')"
            )
            before = await describe(connection)

            with pytest.raises(MigrationError, match=r"has migration 9999_later, which this version .* does not know"):
                await migrate(url)

            assert before == await describe(connection)


async def test_a_database_that_is_not_there_is_told_in_one_sentence(database_url: str) -> None:
    name = database_url.partition("?")[0].rpartition("/")[2]
    assert name

    with pytest.raises(MigrationError, match=r"PostgreSQL does not let runfolio in: .*nowhere.*check the database URL"):
        await migrate(database_url.replace(f"/{name}", "/nowhere", 1))


async def test_a_server_that_is_away_may_be_tried_again() -> None:
    with pytest.raises(Unavailable):
        await migrate("postgresql://nobody@127.0.0.1:1/nowhere")


async def test_a_url_that_cannot_be_read_is_refused_without_its_password() -> None:
    with pytest.raises(MigrationError, match=r"The database URL cannot be read") as refused:
        await migrate("postgresql://nobody:hidden@127.0.0.1:port/nowhere")

    assert "hidden" not in str(refused.value)
