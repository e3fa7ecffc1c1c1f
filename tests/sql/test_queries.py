"""Every query of every .sql file: PostgreSQL accepts it, and its columns are the fields of its row class."""

from __future__ import annotations

import inspect
import re
import typing
from datetime import datetime
from importlib import resources
from pathlib import Path
from types import NoneType
from typing import Any
from uuid import UUID

import msgspec
import pytest

from runfolio_server.sql.named import HEADER, NoRow, QueryFile
from tests.sql.databases import RawConnection, connected
from tests.sql.queries import MODULES, QUERIES

FOLDER = Path(str(resources.files("runfolio_server.sql")))
QUERY_FILES = {
    name: QueryFile(name) for name in sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.sql"))
}
ROW_CLASSES: dict[str, type[msgspec.Struct]] = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if inspect.isclass(value) and issubclass(value, msgspec.Struct)
}
PYTHON_BY_POSTGRES: dict[str, object] = {
    "bool": bool,
    "bytea": bytes,
    "float4": float,
    "float8": float,
    "int2": int,
    "int4": int,
    "int8": int,
    "int8[]": list[int],
    "json": str,
    "jsonb": str,
    "text": str,
    "text[]": list[str],
    "timestamptz": datetime,
    "uuid": UUID,
    "uuid[]": list[UUID],
}
# A statement whose rows may hold null where the table's column does not, or the other way round.
MIXES_ROWS = re.compile(r"\bUNION\b|\b(LEFT|RIGHT|FULL) JOIN\b|\bRETURNS TABLE\b")
TABLES_OF = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)")
# Where the statement knows better than the table.
NULL_ANYWAY = {
    ("select_run_events_page", "project_id"): "its row class also holds events of no project",
    ("select_segment_chunks", "key"): "its row class also holds batches, which have no key",
    ("select_cut_chunks", "key"): "likewise",
}
NEVER_NULL = {
    ("take_lease", "lease"): "set by the same statement",
    **{
        (name, "deleted_at"): "the statement finds deleted ones"
        for name in (
            "select_deleted_project",
            "select_deleted_project_by_name",
            "select_deleted_projects_page",
            "select_projects_to_purge",
        )
    },
}
# They call functions that only Citus has: tests/sql/test_distribute.py runs them beside a recorder of these.
OF_CITUS = {"distribute.sql", "placement.sql"}
ALL = [(file, name) for file, queries in QUERY_FILES.items() for name in queries._found]
PLAIN = [(file, name) for file, name in ALL if file not in OF_CITUS]
# Put together in Python, once, of fixed text.
COMPOSED = [("runs/change.py", "update_run")]


@pytest.mark.parametrize(("file", "name"), ALL)
def test_a_query_is_named_in_the_module_of_its_file(file: str, name: str) -> None:
    module = FOLDER.joinpath(file.replace(".sql", ".py"))

    assert f'"{name}"' in module.read_text(encoding="utf-8")


def test_every_comment_that_looks_like_a_header_is_one() -> None:
    for file in QUERY_FILES:
        text = FOLDER.joinpath(file).read_text(encoding="utf-8")
        written = set(re.findall(r"^-- ([a-z_]+):", text, re.MULTILINE))

        assert written == {match["name"] for match in HEADER.finditer(text)}, file
        assert written == set(QUERY_FILES[file]._found), file


@pytest.mark.parametrize(("file", "name"), [*PLAIN, *COMPOSED])
async def test_a_query_prepares_and_its_columns_are_the_fields_of_its_row(
    database_url: str, file: str, name: str
) -> None:
    sql, row_name = _statement(file, name)
    async with connected(database_url) as connection:
        statement = await connection.prepare(sql)
        columns = [(attribute.name, attribute.type.name) for attribute in statement.get_attributes()]
        nullable = await _nullable_by_column(connection, sql)

    if row_name is None:
        assert {kind for _, kind in columns} <= {"void"}
        return
    fields = _fields(row_name)
    unknown = [kind for _, kind in columns if kind not in PYTHON_BY_POSTGRES]
    assert [] == unknown, "a type that has no Python class here"
    assert [PYTHON_BY_POSTGRES[kind] for _, kind in columns] == [python for _, python, _ in fields]
    for (column, _), (field, _, is_optional) in zip(columns, fields, strict=True):
        if (name, field) in NULL_ANYWAY or (name, field) in NEVER_NULL:
            assert is_optional == ((name, field) in NULL_ANYWAY)
        elif column in nullable:
            assert nullable[column] == is_optional, f"{field} of {row_name} and null in {column}"


@pytest.mark.parametrize(("file", "name"), [*PLAIN, *COMPOSED])
async def test_the_header_of_a_query_names_every_parameter(database_url: str, file: str, name: str) -> None:
    sql, _ = _statement(file, name)
    header = HEADER.search(sql)
    assert header is not None
    async with connected(database_url) as connection:
        count = len((await connection.prepare(sql)).get_parameters())

    arguments = header["arguments"]
    named = {int(number) for number in re.findall(r"\$(\d+)", arguments)}
    for first, last in re.findall(r"\$(\d+) (?:…|to) \$(\d+)", arguments):
        named |= set(range(int(first), int(last) + 1))
    if re.search(r"\$\d+ …(?! \$)", arguments):
        named |= set(range(max(named), count + 1))
    assert set(range(1, count + 1)) == named


@pytest.mark.parametrize(("file", "name"), [(file, name) for file, name in ALL if name.endswith("_page")])
def test_a_page_has_an_order_and_a_limit(file: str, name: str) -> None:
    sql, _ = _statement(file, name)

    assert re.search(r"\bORDER BY\b[^;]*\bLIMIT \$\d+;$", sql)


def _statement(file: str, name: str) -> tuple[str, str | None]:
    """The text that is sent, and the name of its row class. Some statements are only read in a function."""
    query = QUERIES.get(name)
    if query is None:
        return QUERY_FILES[file]._found[name][:2]
    return query.sql, None if query.row is NoRow else query.row.__name__


def _fields(row_name: str) -> list[tuple[str, Any, bool]]:
    """Name, type without None, and whether None is allowed."""
    row = ROW_CLASSES[row_name]
    hints = typing.get_type_hints(row)
    found = []
    for name in row.__struct_fields__:
        members = typing.get_args(hints[name]) if typing.get_origin(hints[name]) is not list else ()
        plain = [member for member in members if member is not NoneType]
        found.append((name, plain[0] if plain else hints[name], NoneType in members))
    return found


async def _nullable_by_column(connection: RawConnection, sql: str) -> dict[str, bool]:
    """Whether columns may be null, by name: only where every table that the statement names agrees."""
    if MIXES_ROWS.search(sql):
        return {}
    records = await connection.fetch(
        "SELECT a.attname, bool_or(NOT a.attnotnull) AS some, bool_and(NOT a.attnotnull) AS every"
        " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
        " WHERE c.relname = ANY ($1) AND c.relkind = 'r' AND a.attnum > 0 GROUP BY a.attname",
        TABLES_OF.findall(sql),
    )
    return {record["attname"]: record["every"] for record in records if record["some"] == record["every"]}
