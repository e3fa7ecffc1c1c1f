"""The tables can be spread over machines by run_id (Citus): what that forbids is not there."""

from __future__ import annotations

from typing import Any

import pytest

from runfolio_server.sql.migrations import Migration, known_migrations
from runfolio_server.sql.named import NoRow, Query, QueryFile, composed
from runfolio_server.sql.table_kinds import (
    DISTRIBUTED,
    FUNCTIONS_BY_RUN,
    FUNCTIONS_EVERYWHERE,
    FUNCTIONS_OF_COORDINATOR,
    LOCAL,
    REFERENCE,
)
from tests.sent_statements import SentStatements, broken_by, named_statements
from tests.sql.databases import connected, function_files
from tests.sql.distribution_forms import FORMS
from tests.sql.distribution_rules import (
    HARMLESS,
    IMMUTABLE,
    RULES,
    RULES_OF_SEVERAL_RUNS,
    broken_rules,
)
from tests.sql.function_statements import function_statements
from tests.sql.queries import QUERIES
from tests.sql.run_statement import Statement
from tests.sql.statement_tree import function_name, parsed, walk

IN_FILTERS = {"json_value_by_name", "sorted_tags"}
BY_RUN_ID = {table for table, column in DISTRIBUTED.items() if column == "run_id"}


async def test_of_every_table_it_is_said_where_it_lies(database_url: str) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )

    assert sorted([*DISTRIBUTED, *REFERENCE, *LOCAL]) == sorted(row["relname"] for row in rows)


def test_of_every_function_it_is_said_where_it_runs() -> None:
    assert sorted([*FUNCTIONS_BY_RUN, *FUNCTIONS_EVERYWHERE, *FUNCTIONS_OF_COORDINATOR]) == sorted(function_files())


def test_a_machine_has_what_its_functions_call_and_what_filters_do() -> None:
    """Filters are evaluated where the runs are."""
    needed, more = set(IN_FILTERS), set(FUNCTIONS_BY_RUN)
    while more:
        called = {
            function_name(part)
            for name in more
            for statement in function_statements()[name]
            for kind, part in walk(parsed(statement))
            if kind == "func_call"
        }
        more = called & function_files().keys() - needed
        needed |= more

    assert sorted(needed - FUNCTIONS_BY_RUN.keys()) == sorted(FUNCTIONS_EVERYWHERE)


@pytest.mark.parametrize("name", FUNCTIONS_BY_RUN)
def test_what_runs_where_its_run_lies_has_the_run_as_its_first_argument(name: str) -> None:
    (created,) = parsed(function_files()[name])

    first = created["create_function_stmt"]["parameters"][0]["function_parameter"]
    assert (FUNCTIONS_BY_RUN[name], "uuid") == (first["name"], first["arg_type"]["names"][-1]["string"]["sval"])


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


@pytest.mark.parametrize(("refused", "taken"), FORMS)
def test_a_form_that_citus_refuses_or_answers_wrongly_is_found_and_the_other_is_not(refused: str, taken: str) -> None:
    assert 1 == len(_broken(refused))
    assert [] == broken_by("it", taken, in_snapshot=True)


def test_every_rule_has_a_statement_that_breaks_it() -> None:
    broken = {rule for refused, _ in FORMS for rule in _broken(refused)}

    assert {f"it {rule}" for rule in (*RULES, *RULES_OF_SEVERAL_RUNS)} == broken


def _broken(sql: str) -> list[str]:
    """What it breaks in a snapshot and, where that is nothing, without one."""
    return broken_by("it", sql, in_snapshot=True) or broken_by("it", sql, in_snapshot=False)


@pytest.mark.parametrize("name", sorted(function_statements()))
def test_no_statement_of_a_function_breaks_a_rule(name: str) -> None:
    statements = function_statements()[name]

    assert [] == [(told, sql) for sql in statements for told in broken_by(name, sql, in_snapshot=False)]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_no_statement_of_a_file_breaks_a_rule(query: Query[Any]) -> None:
    assert [] == broken_by(query.name, query.sql, in_snapshot=query.in_snapshot)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_rule_is_left_out_only_for_a_statement_that_would_break_it(name: str) -> None:
    sql = QUERIES[name].sql if name in QUERIES else QueryFile("migrate.sql").command(name).sql

    assert set(HARMLESS[name]) == set(broken_rules(Statement(parsed(sql)[0])))


async def test_functions_that_the_rules_take_for_immutable_are(database_url: str) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT proname, provolatile = 'i' AS is_immutable FROM pg_proc WHERE proname = ANY ($1)", sorted(IMMUTABLE)
        )

    assert sorted(IMMUTABLE) == sorted({row["proname"] for row in rows})
    assert [] == [row["proname"] for row in rows if not row["is_immutable"]]


@pytest.mark.parametrize("migration", known_migrations(), ids=lambda migration: migration.name)
def test_storage_is_set_before_a_table_is_distributed(migration: Migration) -> None:
    """In the migration that makes it, which is the one that distributes it."""
    trees = parsed(migration.sql)
    made = {tree["create_stmt"]["relation"]["relname"] for tree in trees if "create_stmt" in tree}
    stored = {
        tree["alter_table_stmt"]["relation"]["relname"]
        for tree in trees
        if any(part.get("subtype") == "AT_SetStorage" for _, part in walk(tree))
    }

    assert stored <= made


def test_what_is_sent_is_held_against_the_rules_once_whatever_its_values() -> None:
    sent = SentStatements()

    for number in range(3):
        sent.keep(composed("lists", f"SELECT name FROM runs WHERE notes = 'note {number}' FOR UPDATE", NoRow))
        sent.keep(composed("one", f"SELECT name FROM runs WHERE run_id = ${number + 1} FOR UPDATE", NoRow))
    sent.keep(Query("of_a_test", "SELECT FROM runs FOR UPDATE", NoRow))
    sent.check()

    assert 2 == len(sent.kept)
    assert ["lists locks rows of several runs; call lock_runs"] == list(sent.broken)


def test_names_of_statements_are_read_from_files_and_from_code() -> None:
    assert {"select_stored_rows", "update_run", "select_groups", "lock_runs", "drop_order_index"} <= named_statements()


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
