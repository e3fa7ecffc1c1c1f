"""The runs of a project: those that filters choose, in an order. Made by api.py and project.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runfolio._async.history_tables import fetch_history_table
from runfolio._async.pages import AsyncPages
from runfolio._async.run import AsyncRun
from runfolio._async.run_groups import AsyncGroupedRuns
from runfolio._async.transport import AsyncTransport
from runfolio._core import json_text
from runfolio._core.filters import Filter, filters_json
from runfolio._core.history import Stream, table_parameters
from runfolio._core.html import list_table
from runfolio._core.missing import present_entity, present_project
from runfolio._core.operations import DELETE_RUNS, LIST_RUNS, UPDATE_RUNS
from runfolio._core.page import Page
from runfolio._core.paths import RunPath, url_of
from runfolio._core.run_changes import KEEP, ChangedRuns, Keep, change_of_many
from runfolio._core.run_groups import each_once
from runfolio._core.run_order import Order, order_text, warn_of_missing_keys
from runfolio._core.run_table import Column, RunTable
from runfolio.frames import runs_arrow, runs_pandas, runs_polars
from runfolio.history_table import HistoryTable

if TYPE_CHECKING:
    from pandas import DataFrame
    from polars import DataFrame as PolarsFrame
    from pyarrow import Table


class AsyncRuns(AsyncGroupedRuns, AsyncPages[AsyncRun]):
    """Runs of a project.

    `find_entity` gives the entity's name, which may have to be asked for. What changes many runs, groups them or makes
    a table of them asks about all runs that the filters choose by then, loaded or not.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        find_entity: Callable[[], Awaitable[str]],
        project: str,
        *,
        filters: Filter | Mapping[str, Any] | None = None,
        order: Order = "+created_at",
        per_page: int = 50,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._find_entity = find_entity
        self._project = project
        self._filters = filters_json(filters)
        self._order = order_text(order)

    @property
    def filters(self) -> dict[str, Any]:
        """What chooses the runs, in the server's language."""
        return json_text.parse_object(self._filters)

    @property
    def order(self) -> str:
        """The fields to sort by, each with its sign."""
        return self._order

    async def to_pandas(self, columns: Sequence[str] | None = None) -> DataFrame:
        """A row for each run, in order: attributes, then `config.*` and `summary.*` under dotted names.

        `columns`: only these, in this order, each there even when no run has it. One request, however many runs there
        are. Raises MissingExtraError when pandas is not installed, DownloadError when the answer broke off.
        """
        return runs_pandas(await self._columns(columns))

    async def to_polars(self, columns: Sequence[str] | None = None) -> PolarsFrame:
        """As `to_pandas`, as a Polars DataFrame: NaN stays NaN, what is missing is null, mixed values are JSON text."""
        return runs_polars(await self._columns(columns))

    async def to_arrow(self, columns: Sequence[str] | None = None) -> Table:
        """As `to_polars`, as an Arrow table."""
        return runs_arrow(await self._columns(columns))

    async def histories(
        self,
        keys: Sequence[str] | str | None = None,
        *,
        samples: int | None = None,
        min_step: int | None = None,
        max_step: int | None = None,
        x_axis: str = "_step",
        stream: Stream = "default",
        ids: Sequence[str] | None = None,
        first: int | None = None,
    ) -> HistoryTable:
        """The histories of these runs as columns, run after run in their order, in one request; `run_id` says whose.

        At most 10,000 runs, or of more the `first` so many; `ids`: only those of these. `keys` must be named for more
        than 100 runs. The rest is as for `Run.history_table`, `samples` for each run; a run without rows has none here.
        Raises NotFoundError for an unknown one of `ids`, unless there are filters.
        """
        if ids is not None and (isinstance(ids, str) or not ids):
            raise ValueError(f"ids is {ids!r}; allowed: a list of ids, at least one, or None for all runs")
        chosen = {"filters": self._filters, "order": self._order, "first": None if first is None else str(first)}
        parameters = [
            *table_parameters(
                keys, samples=samples, min_step=min_step, max_step=max_step, x_axis=x_axis, stream=stream
            ),
            *((name, value) for name, value in chosen.items() if value is not None),
            *(("ids", run_id) for run_id in ids or ()),
        ]
        return await fetch_history_table(
            self._transport, await self._find_entity(), self._project, parameters=parameters
        )

    async def update(
        self,
        *,
        add_tags: Iterable[str] = (),
        remove_tags: Iterable[str] = (),
        tags: Iterable[str] | None = None,
        group: str | Keep | None = KEEP,
        job_type: str | Keep | None = KEEP,
        notes: str | Keep | None = KEEP,
        display_name: str | Keep = KEEP,
        config: Mapping[str, Any] | None = None,
        dry_run: bool = False,
    ) -> ChangedRuns:
        """Change every run that the filters choose: what is given, and nothing else; None clears a text.

        `tags` replaces those there are; `config` sets these entries and keeps the others. With `dry_run` nothing is
        changed, just told. The server works in batches: after a failure in the middle, the same call does the rest.
        A run that would get too many tags or too large a config stays as it is, and `refused` of the answer names it.
        Raises ValueError when there is nothing to change, BadRequestError for what is not allowed.
        """
        change = change_of_many(
            tags=tags,
            add_tags=add_tags,
            remove_tags=remove_tags,
            config=config,
            group=group,
            jobType=job_type,
            notes=notes,
            displayName=display_name,
        )
        chosen = {**await self._choice(), "dryRun": dry_run}
        answer = await self._transport.execute(UPDATE_RUNS, {"input": {**chosen, **change}})
        if not dry_run:
            self._forget()
        return ChangedRuns.of("update", answer.update_runs, is_dry_run=dry_run)

    async def delete(self, *, dry_run: bool, with_artifacts: bool = False) -> ChangedRuns:
        """Delete every run that the filters choose, or with `dry_run=True` just tell which.

        `dry_run` has to be said: neither answer is one to get by accident. Ids of deleted runs stay taken. They can be
        undeleted for some days, see `Project.deleted_runs`; then what they have is freed, `with_artifacts` also the
        artifacts that they logged.
        """
        given = {**await self._choice(), "dryRun": dry_run, "deleteArtifacts": with_artifacts}
        answer = await self._transport.execute(DELETE_RUNS, {"input": given})
        if not dry_run:
            self._forget()
        return ChangedRuns.of("delete", answer.delete_runs, is_dry_run=dry_run)

    async def _choice(self) -> dict[str, Any]:
        return {
            "entityName": await self._find_entity(),
            "projectName": self._project,
            "filters": self._filters or "{}",
        }

    async def _columns(self, columns: Sequence[str] | None) -> dict[str, Column]:
        if isinstance(columns, str):
            raise TypeError(f"columns must be a list of str, not the str {columns!r}")
        url = url_of(self._transport.base_url, "export", await self._find_entity(), self._project, "runs.ndjson")
        table = RunTable(url)
        wanted = None if columns is None else each_once(columns)
        await self._transport.export(url, {"filters": self._filters, "order": self._order, "columns": wanted}, table)
        warn_of_missing_keys(table.missing_order_keys, self._project)
        return table.sorted_columns() if wanted is None else table.columns

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncRun]:
        entity = await self._find_entity()
        chosen = {"entity": entity, "project": self._project, "filters": self._filters, "order": self._order}
        paged = {"first": first, "after": after, "withTotal": with_total, "withMissing": after is None}
        answer = await self._transport.execute(LIST_RUNS, {**chosen, **paged})
        if answer.project is None:
            present_entity(answer.entity, entity, self._transport.base_url)
        found = present_project(answer.project, entity, self._project).runs
        warn_of_missing_keys(found.missing_order_keys, self._project)
        runs = [
            AsyncRun(edge.node, RunPath(entity, self._project, edge.node.name), self._transport) for edge in found.edges
        ]
        return Page(runs, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)

    def _repr_html_(self) -> str:
        rows = [
            (run.id, run.name, run.state, f"{run.created_at:%Y-%m-%d %H:%M}", ", ".join(run.tags))
            for run in self._items
        ]
        return list_table(repr(self), ("id", "name", "state", "created (UTC)", "tags"), rows)
