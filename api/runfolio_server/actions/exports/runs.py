"""All runs of a project, or those that a filter chooses, as columns: page by page, whatever their number.

Memory: a page, and 16 bytes for each run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from runfolio_server.actions.access import checked_project
from runfolio_server.actions.exports.columns import ATTRIBUTES, DURATION, WantedColumn, parse_columns, value_of
from runfolio_server.domain.document_columns import (
    Columns,
    TooManyCells,
    config_columns,
    encode_columns,
    read_documents,
    summary_columns,
    unwrapped,
)
from runfolio_server.domain.hidden import Sight, sight_of, without_hidden
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_duration import duration_of
from runfolio_server.domain.viewer import Viewer
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.sql.pool import Database
from runfolio_server.sql.run_lists.export import RUN_ID_BYTES, SELECT_EXPORT_RUNS, ExportRow, select_run_ids

PAGE_RUNS: Final = 500
# Of the documents of one page; the page itself is of this size too.
PAGE_BYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which runs, in which order, and which columns: null means all of them.

    The names of columns are those of columns.py; the answer has each as it was asked for.
    """

    entity_name: str
    project_name: str
    filters: str | None = None
    order: str | None = None
    columns: Sequence[str] | None = None


async def open_export(database: Database, viewer: Viewer, request: ExportRequest) -> RunExport:
    """The export, once everything about the request is right.

    Raises NotFound for a project that the viewer does not see, AppError for filters, order or columns that are not
    allowed, Forbidden for what is hidden from the viewer.
    """
    async with database.connection() as connection:
        project = await checked_project(connection, viewer, Permission.READ, request.entity_name, request.project_name)
    sight = sight_of(viewer, project.entity_id, project.visibility)
    query = RunQuery.asked(sight, request.filters, request.order)
    columns = None if request.columns is None else parse_columns(request.columns, sight)
    return RunExport(database, project.project_id, request, query, columns, sight)


class RunExport:
    """Reads one export.

    Which runs it has, and their order, is settled at the beginning; each is read when its turn comes, and left out when
    it was deleted meanwhile. No connection is held between two pages.
    """

    def __init__(
        self,
        database: Database,
        project_id: int,
        request: ExportRequest,
        query: RunQuery,
        columns: Sequence[WantedColumn] | None,
        sight: Sight,
    ) -> None:
        self._database = database
        self._project_id = project_id
        self._request = request
        self._query = query
        self._wanted = columns
        self._sight = sight

    async def lines(self) -> AsyncIterator[bytes]:
        """A line of JSON for each page, `{"runs": 2, "columns": {"id": ["a", "b"], …}}`, then `{"end": {"runs": 2}}`.

        There is a first page even when there are no runs. Keys of the order that none of the runs has are named at the
        end, as `missing_order_keys` beside `runs`.
        """
        async with self._database.connection() as connection:
            chosen = await select_run_ids(connection, self._project_id, self._query)
        run_ids = chosen.run_ids
        start = count = 0
        is_last = False
        while not is_last:
            page_ids = run_ids[start : start + PAGE_RUNS * RUN_ID_BYTES]
            rows = await self._rows(page_ids)
            whole = [row for row in rows if row.is_whole]
            start += len(page_ids) if len(whole) == len(rows) else (rows[len(whole)].position - 1) * RUN_ID_BYTES
            is_last = start >= len(run_ids)
            if whole or (is_last and count == 0):
                size = sum(len(row.config_text) + len(row.summary_text) for row in whole)
                for line in await in_thread_if(size > HEAVY_BYTES, list, self._lines(whole)):
                    yield line
            count += len(whole)
        missing = {"missing_order_keys": chosen.missing_order_keys} if chosen.missing_order_keys else {}
        yield encode_columns({"end": {"runs": count, **missing}}, is_strict=True)

    async def _rows(self, run_ids: bytes) -> list[ExportRow]:
        if not run_ids:
            return []
        keys = [UUID(bytes=run_ids[at : at + RUN_ID_BYTES]) for at in range(0, len(run_ids), RUN_ID_BYTES)]
        async with self._database.connection() as connection:
            return await connection.rows(SELECT_EXPORT_RUNS, keys, PAGE_BYTES)

    def _lines(self, rows: Sequence[ExportRow]) -> Iterator[bytes]:
        """One page, or more of them where its runs have little in common."""
        try:
            yield self._encode(rows)
        except TooManyCells:
            middle = len(rows) // 2
            yield from self._lines(rows[:middle])
            yield from self._lines(rows[middle:])

    def _encode(self, rows: Sequence[ExportRow]) -> bytes:
        if not self._sight.sees_all:
            rows = [row if self._sight.of_run_by(row.username) else without_hidden(row) for row in rows]
        configs = read_documents([row.config_text for row in rows] if self._wants("config") else [])
        summaries = read_documents([row.summary_text for row in rows] if self._wants("summary") else [])
        columns = self._attributes(rows)
        if self._wanted is None:
            columns = {**columns, **config_columns(configs.objects), **summary_columns(summaries.objects)}
        else:
            environments = read_documents([row.environment for row in rows] if self._wants("environment") else [])
            documents = {
                "config": list(map(unwrapped, configs.objects)),
                "summary": summaries.objects,
                "environment": environments.objects,
            }
            columns = {wanted.name: _values(wanted, columns, documents) for wanted in self._wanted}
        page = {"runs": len(rows), "columns": columns}
        return encode_columns(page, is_strict=configs.is_strict and summaries.is_strict)

    def _wants(self, document: str) -> bool:
        return self._wanted is None or any(wanted.document == document for wanted in self._wanted)

    def _attributes(self, rows: Sequence[ExportRow]) -> Columns:
        constants: dict[str, Any] = {"entity": self._request.entity_name, "project": self._request.project_name}
        names = set(ATTRIBUTES) if self._wanted is None else {wanted.attribute for wanted in self._wanted}
        found = {
            name: [constants[name]] * len(rows) if field is None else [getattr(row, field) for row in rows]
            for name, field in ATTRIBUTES.items()
            if name in names
        }
        if DURATION in names:
            found[DURATION] = [duration_of(row, row.runtime) for row in rows]
        return found


def _values(
    wanted: WantedColumn, attributes: Columns, documents: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[Any]:
    """The values of one column, None where a run has none."""
    if wanted.attribute is not None:
        return attributes[wanted.attribute]
    key = wanted.key
    return [] if key is None else [value_of(document, key) for document in documents[wanted.document]]
