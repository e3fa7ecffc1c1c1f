"""The alerts that a run has raised. Made by run_life.py."""

from __future__ import annotations

from runfolio._async.pages import AsyncPages
from runfolio._async.transport import AsyncTransport
from runfolio._core.alert import Alert
from runfolio._core.history import variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import LIST_ALERTS
from runfolio._core.page import Page
from runfolio._core.paths import RunPath


class AsyncAlerts(AsyncPages[Alert]):
    """The alerts of a run, the oldest first."""

    def __init__(self, transport: AsyncTransport, path: RunPath, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[Alert]:
        variables = {**variables_of(self._path), "first": first, "after": after, "withTotal": with_total}
        answer = await self._transport.execute(LIST_ALERTS, variables)
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        found = present_run(project.run, self._path).alerts
        alerts = [Alert.of(edge.node) for edge in found.edges]
        return Page(alerts, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
