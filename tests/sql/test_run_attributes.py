"""The table of attributes and the table of runs say the same, and what a change names is written."""

from __future__ import annotations

from runfolio_server.domain.run_attribute import ValueKind
from runfolio_server.domain.run_attributes import CHANGEABLE, RUN_ATTRIBUTES
from tests.sql.databases import connected

POSTGRES = {
    ValueKind.TEXT: "text",
    ValueKind.TEXTS: "text[]",
    ValueKind.TIME: "timestamp with time zone",
    ValueKind.NUMBER: "integer",
    ValueKind.BOOLEAN: "boolean",
    ValueKind.DOCUMENT: "text",
}
# What finds a run, whether it is there, and who writes its documents: no attributes, for they are never told of it.
OTHERS = {"run_id", "project_id", "created_by", "deleted_at", "config_writer", "summary_writer"}
# Of processes that are sent again: nobody reads them.
OTHERS |= {"newest_start", "is_sent_again", "is_older", "told_starts", "logged_keys"}
# One document of what a process tells: domain/run_environment.py.
OTHERS |= {"environment"}


async def test_each_stored_attribute_is_a_column_of_runs_and_each_column_an_attribute(database_url: str) -> None:
    async with connected(database_url) as connection:
        rows = await connection.fetch(
            "SELECT attname, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS is_nullable"
            " FROM pg_attribute WHERE attrelid = 'runs'::regclass AND attnum > 0 AND NOT attisdropped"
        )
    wanted = {
        attribute.row_field: (POSTGRES[attribute.kind], attribute.is_nullable)
        for attribute in RUN_ATTRIBUTES
        if attribute.is_stored
    }
    documents = {attribute.column: ("jsonb", False) for attribute in CHANGEABLE if attribute.kind is ValueKind.DOCUMENT}

    found = {row["attname"]: (row["type"], row["is_nullable"]) for row in rows if row["attname"] not in OTHERS}
    assert found == {**wanted, **documents}, "domain/run_attributes.py and the table runs in tables.sql differ"
