"""Where a run comes from, its forks, and the branches that it has left. Extended by run.py."""

from __future__ import annotations

from runfolio._async.branches import AsyncBranches
from runfolio._async.connected_run import AsyncConnectedRun
from runfolio._async.pages import AsyncPages
from runfolio._async.transport import AsyncTransport
from runfolio._core.fork_point import ForkPoint, RunFork
from runfolio._core.history import variables_of
from runfolio._core.missing import present_project, present_run
from runfolio._core.operations import GET_FORK_POINT, LIST_FORKS
from runfolio._core.page import Page
from runfolio._core.paths import RunPath


class AsyncRunLineage(AsyncConnectedRun):
    """The lineage of a run."""

    def branches(self, per_page: int = 100) -> AsyncBranches:
        """What it was each time before it was rewound, the oldest first, with the rows that it had then."""
        return AsyncBranches(self._transport, self._path, per_page)

    @property
    async def forked_from(self) -> ForkPoint | None:
        """The run that it was forked from, and at which step; None: it is no fork. Asked for each time."""
        answer = await self._transport.execute(GET_FORK_POINT, variables_of(self._path))
        project = present_project(answer.project, self.entity, self.project)
        found = present_run(project.run, self._path).forked_from
        if found is None:
            return None
        return ForkPoint(found.run_name, found.step, found.row_count, found.run is None)

    def forks(self, per_page: int = 100) -> AsyncForks:
        """The runs that were forked from it, the oldest first."""
        return AsyncForks(self._transport, self._path, per_page)


class AsyncForks(AsyncPages[RunFork]):
    """The forks of a run, the oldest first."""

    def __init__(self, transport: AsyncTransport, path: RunPath, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[RunFork]:
        variables = {**variables_of(self._path), "first": first, "after": after, "withTotal": with_total}
        answer = await self._transport.execute(LIST_FORKS, variables)
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        found = present_run(project.run, self._path).forks
        forks = [RunFork(edge.node.run_name, edge.node.step, edge.node.row_count) for edge in found.edges]
        return Page(forks, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
