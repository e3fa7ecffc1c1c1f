"""The tables can be spread over machines by run_id (Citus): what that forbids is not there."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from runfolio_server.sql.table_kinds import DISTRIBUTED, LOCAL, REFERENCE
from tests.sql.databases import connected, function_files, tables_sql

BY_RUN_ID = {table for table, column in DISTRIBUTED.items() if column == "run_id"}

SQL_FILES = (
    {
        path.name: path.read_text(encoding="utf-8")
        for path in Path(str(resources.files("runfolio_server.sql"))).rglob("*.sql")
    }
    | {"tables.sql": tables_sql()}
    | {f"functions/{name}.sql": text for name, text in function_files().items()}
)


async def test_of_every_table_it_is_said_where_it_lies(database_url: str) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )

    assert sorted([*DISTRIBUTED, *REFERENCE, *LOCAL]) == sorted(row["relname"] for row in rows)


async def test_a_reference_table_comes_after_those_that_it_refers_to_and_none_refers_to_shards(
    database_url: str,
) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT conrelid::regclass::text AS source, confrelid::regclass::text AS target"
            " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        )

    found = [(row["source"], row["target"]) for row in rows]
    assert [] == [
        (source, target)
        for source, target in found
        if source in REFERENCE and target not in REFERENCE[: REFERENCE.index(source)]
    ]
    assert [] == [(source, target) for source, target in found if source in LOCAL and target in DISTRIBUTED]


async def test_the_distributed_tables_are_those_that_have_a_run_id(database_url: str) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT c.relname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull"
            " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'run_id'"
        )

    assert BY_RUN_ID == {row["relname"] for row in rows}
    assert {("uuid", True)} == {(row["type"], row["attnotnull"]) for row in rows}


async def test_unused_objects_can_lie_beside_their_runs_and_beside_other_owners(database_url: str) -> None:
    async with connected(database_url) as connection:
        (column,) = await connection.fetch(
            "SELECT format_type(atttypid, atttypmod) AS type, attnotnull FROM pg_attribute"
            " WHERE attrelid = 'unused_object'::regclass AND attname = 'owner_id'"
        )
        keys = await connection.fetch(
            "SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index"
            " WHERE indrelid = 'unused_object'::regclass AND indisunique"
        )

    # Tables lie beside each other when they are distributed by columns of one type.
    assert ("uuid", True) == (column["type"], column["attnotnull"])
    assert [True] == ["(owner_id, object_key)" in row["definition"] for row in keys]


async def test_every_unique_key_of_a_distributed_table_has_the_run_id(database_url: str) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT i.indexrelid::regclass::text AS name,"
            " EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = i.indrelid AND a.attname = 'run_id'"
            "   AND a.attnum = ANY (i.indkey::int2[])) AS has_run_id"
            " FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid"
            " WHERE i.indisunique AND EXISTS ("
            "   SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'run_id')"
            " AND c.relnamespace = 'public'::regnamespace"
        )

    assert len(rows) >= len(BY_RUN_ID)
    assert [] == [row["name"] for row in rows if not row["has_run_id"]]


async def test_no_foreign_key_leads_to_a_distributed_table_without_its_run_id(database_url: str) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT k.conname, k.confrelid::regclass::text AS target, pg_get_constraintdef(k.oid) AS definition"
            " FROM pg_constraint AS k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace"
        )

    leading = [row for row in rows if row["target"] in DISTRIBUTED]
    assert [] == [row["conname"] for row in leading if row["definition"].count("run_id") < 2]


async def test_distributed_tables_have_no_triggers_and_no_sequences(database_url: str) -> None:
    async with connected(database_url) as connection:
        triggers = await connection.fetch(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY ($1)",
            list(DISTRIBUTED),
        )
        identities = await connection.fetch(
            "SELECT attname FROM pg_attribute WHERE attidentity <> '' AND attrelid::regclass::text = ANY ($1)",
            list(DISTRIBUTED),
        )

    assert ([], []) == (triggers, identities)


@pytest.mark.parametrize("file", sorted(SQL_FILES))
def test_no_statement_skips_locks_or_takes_advisory_ones(file: str) -> None:
    code = re.sub(r"--[^\n]*", "", SQL_FILES[file])

    assert "SKIP LOCKED" not in code.upper()
    assert ("pg_advisory" in code) == (file == "migrate.sql"), "only the migrations are serialized by a lock"


@pytest.mark.parametrize("file", sorted(SQL_FILES))
def test_no_statement_takes_every_column(file: str) -> None:
    code = re.sub(r"--[^\n]*", "", SQL_FILES[file])

    starred = re.findall(r"SELECT \*[^;]*?;", code)
    # A PL/pgSQL row variable is filled by all columns, whatever they are.
    assert [] == [text for text in starred if "SELECT * INTO" not in text]


async def test_no_function_gives_back_the_row_type_of_a_table(database_url: str) -> None:
    """What returns a table's row type depends on the table, which then cannot be distributed."""
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT p.proname FROM pg_proc AS p"
            " CROSS JOIN LATERAL unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype) AS a (type)"
            " JOIN pg_type AS t ON t.oid = a.type"
            " WHERE p.pronamespace = 'public'::regnamespace AND t.typrelid <> 0"
        )

    assert [] == [row["proname"] for row in rows]
