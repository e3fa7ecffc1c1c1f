"""The runs of a project. Made by api.py and project.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from runfolio._async.pages import AsyncPages
from runfolio._async.run import AsyncRun
from runfolio._async.transport import AsyncTransport
from runfolio._core.html import list_table
from runfolio._core.missing import present_entity, present_project
from runfolio._core.operations import LIST_RUNS
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._core.run_data import table_row
from runfolio.frames import runs_frame

if TYPE_CHECKING:
    from pandas import DataFrame


class AsyncRuns(AsyncPages[AsyncRun]):
    """Runs of a project, oldest first.

    `find_entity` gives the entity's name, which may have to be asked for.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        find_entity: Callable[[], Awaitable[str]],
        project: str,
        *,
        per_page: int = 50,
    ) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._find_entity = find_entity
        self._project = project

    async def to_pandas(self) -> DataFrame:
        """A row for each run: attributes, then `config.*` and `summary.*` under dotted names.

        Raises MissingExtraError when pandas is not installed.
        """
        return runs_frame([table_row(run) for run in await self.load()])

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncRun]:
        entity = await self._find_entity()
        answer = await self._transport.execute(
            LIST_RUNS,
            {"entity": entity, "project": self._project, "first": first, "after": after, "withTotal": with_total},
        )
        if answer.project is None:
            present_entity(answer.entity, entity, self._transport.base_url)
        found = present_project(answer.project, entity, self._project).runs
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
