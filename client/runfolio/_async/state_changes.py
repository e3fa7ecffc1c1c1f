"""The states that a run came into. Made by run.py."""

from __future__ import annotations

from runfolio._async.pages import AsyncPages
from runfolio._async.transport import AsyncTransport
from runfolio._core.history import variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import LIST_STATE_CHANGES
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._core.state_change import StateChange


class AsyncStateChanges(AsyncPages[StateChange]):
    """The log of a run's states, the oldest first."""

    def __init__(self, transport: AsyncTransport, path: RunPath, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[StateChange]:
        variables = {**variables_of(self._path), "first": first, "after": after, "withTotal": with_total}
        answer = await self._transport.execute(LIST_STATE_CHANGES, variables)
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        found = present_run(project.run, self._path).state_changes
        changes = [StateChange.of(edge.node) for edge in found.edges]
        return Page(changes, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
