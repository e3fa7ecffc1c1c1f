"""Migrations and functions are sent one statement at a time, and place what they bring where runs are distributed.

Against a recorder in the place of Citus, which says itself what that does not show.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from runfolio_server.sql.distribute import distribute
from runfolio_server.sql.functions import known_functions
from runfolio_server.sql.migrate import migrate
from runfolio_server.sql.migrations import Migration, apply_migration, known_migrations
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.statements import split_statements
from runfolio_server.sql.table_kinds import DISTRIBUTED, REFERENCE
from tests.sql.citus_recorder import CALLS, SPREAD, install_recorder, recorded_calls, texts
from tests.sql.databases import RawConnection, connected, empty_database

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def url(postgres_url: str, anyio_backend: object) -> AsyncIterator[str]:
    """A migrated database with a recorder."""
    async with empty_database(postgres_url, "test_placing_migrations") as made:
        await migrate(made)
        async with connected(made) as connection:
            await install_recorder(connection)
        yield made


@pytest.fixture
async def observer(url: str) -> AsyncIterator[RawConnection]:
    async with connected(url) as connection:
        yield connection


@pytest.mark.parametrize("is_distributed", [False, True])
async def test_a_table_is_placed_by_the_migration_that_makes_it_and_only_where_runs_are(
    observer: RawConnection, *, is_distributed: bool
) -> None:
    """Nothing is to be called for it: its kind, which each table must have, is enough."""
    connection = Connection(observer, is_distributed=is_distributed)
    for name in [*REFERENCE[-1:], *SPREAD[1:]]:
        making = [
            statement
            for migration in known_migrations()
            for statement in split_statements(migration.sql)
            if f"CREATE TABLE {name} " in statement or f"ALTER TABLE {name} " in statement
        ]
        undone = observer.transaction()
        await undone.start()
        await observer.execute(f"DROP TABLE {name}")
        if is_distributed:
            await distribute_but(observer, name)

        await apply_migration(connection, Migration(9999, "9999_made", ";\n".join(making)))

        placed = [text for text in CALLS if f"({name}," in text or f"({name})" in text]
        assert (placed if is_distributed else []) == await texts(observer)
        await undone.rollback()


async def distribute_but(observer: RawConnection, name: str) -> None:
    """As if all but this table had been placed long ago."""
    await observer.execute(
        "INSERT INTO pg_dist_partition SELECT t::regclass, 'n', NULL, 1, 't' FROM unnest($1::text[]) AS t",
        [table for table in REFERENCE if table != name],
    )
    await observer.execute(
        "INSERT INTO pg_dist_partition"
        " SELECT t::regclass, 'h', c, 2, 's' FROM unnest($1::text[], $2::text[]) AS u (t, c)",
        [table for table in SPREAD if table != name],
        [DISTRIBUTED[table] for table in SPREAD if table != name],
    )


async def test_a_function_that_comes_later_is_placed_in_the_transaction_that_brings_it(
    url: str, observer: RawConnection
) -> None:
    await distribute(url, 8, lambda _: None)
    for name in ("ingest_lines", "ingest_batch"):
        await observer.execute(f"DELETE FROM pg_dist_object WHERE objid = '{name}'::regproc")
        await observer.execute(f"DROP FUNCTION {name}")
        await observer.execute("DELETE FROM schema_functions WHERE name = $1", name)
    await observer.execute("DELETE FROM recorder.call")

    assert ["functions/ingest_batch", "functions/ingest_lines"] == await migrate(url)

    calls = await recorded_calls(observer)
    assert [
        "create_distributed_function(ingest_lines, , default)",
        "create_distributed_function(ingest_batch, p_run_id, runs)",
    ] == [call.text for call in calls]
    assert 1 == len({call.transaction for call in calls})
    assert {"sequential"} == {call.mode for call in calls}


async def test_migrations_and_functions_are_sent_one_statement_at_a_time(postgres_url: str) -> None:
    sent: list[str] = []
    async with empty_database(postgres_url, "test_one_at_a_time") as url, connected(url) as connection:
        with connection.query_logger(lambda record: sent.append(record.query)):
            async with connection.transaction():
                await apply_migration(Connection(connection), known_migrations()[0])

    made = [text for text in sent if "CREATE TABLE runs " in text]
    assert 1 == len(made)
    assert [] == [text for text in sent if len(split_statements(text)) != 1]
    assert [] == [function.name for function in known_functions() if len(split_statements(function.sql)) != 1]
