"""Runs for export: which there are, in order, and then what a table shows of them, page by page.

Called by actions/exports/runs.py; see export.sql. Only fixed text is put together here; every value is bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from runfolio_server.domain.run_attributes import RUN_ATTRIBUTES
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.filters.sql.compile import compile_filter
from runfolio_server.filters.sql.joined import joined_tables
from runfolio_server.filters.sql.order_sql import compile_order
from runfolio_server.filters.sql.parameters import Parameters
from runfolio_server.sql.named import QueryFile, composed
from runfolio_server.sql.pool import Connection
from runfolio_server.sql.run_lists.missing_keys import document_keys, missing_names, presence_expression

RUN_ID_BYTES: Final = 16


class ExportRow(msgspec.Struct, frozen=True):
    """A run of an export; `position` counts the ids from 1. Without `is_whole` its documents are left out."""

    position: int
    is_whole: bool
    username: str
    name: str
    display_name: str
    state: str
    tags: list[str]
    group_name: str | None
    job_type: str | None
    notes: str | None
    sweep_name: str | None
    host: str | None
    created_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    started_at: datetime | None
    exit_code: int | None
    environment: str
    runtime: float | None
    config_text: str
    summary_text: str


class RunIdsRow(msgspec.Struct, frozen=True):
    """Run ids, RUN_ID_BYTES each, one after the other; None: there are no runs. See PresenceRow for `are_there`."""

    run_ids: bytes | None
    are_there: list[bool | None]


@dataclass(frozen=True, slots=True)
class ChosenRuns:
    """The ids of runs in order, RUN_ID_BYTES each, and the names of the order's keys that none of them has."""

    run_ids: bytes
    missing_order_keys: list[str]


EXPORTED_COLUMNS: Final = tuple(
    attribute.column for attribute in RUN_ATTRIBUTES if attribute.export_names and attribute.is_stored
)

SELECT_EXPORT_RUNS: Final = QueryFile("run_lists/export.sql").query(
    "select_export_runs", ExportRow, columns=EXPORTED_COLUMNS
)


async def select_run_ids(connection: Connection, project_id: int, query: RunQuery) -> ChosenRuns:
    """All runs that the filters choose, in order: RUN_ID_BYTES each, so that a million take 16 MB."""
    where = compile_filter(query.filters, 2, project_id)
    ordered = compile_order(query.order, 2 + len(where.parameters))
    keys, parameters = document_keys(query.order), Parameters(2 + len(where.parameters) + len(ordered.parameters))
    sql = (
        f"SELECT string_agg(uuid_send(r.run_id), ''::bytea ORDER BY {ordered.order_by}),\n"
        f"  {presence_expression(keys, parameters)}\n"
        f"FROM runs AS r{joined_tables(query.order.fields)}\n"
        f"WHERE r.project_id = $1 AND r.deleted_at IS NULL\n  AND {where.sql}"
    )
    statement = composed("select_run_ids", sql, RunIdsRow)
    arguments = [*where.parameters, *ordered.parameters, *parameters.values]
    row = await connection.row(statement, project_id, *arguments)
    if row is None or row.run_ids is None:
        return ChosenRuns(b"", [])
    return ChosenRuns(row.run_ids, missing_names(keys, row.are_there))
