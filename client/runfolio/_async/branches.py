"""What a run was each time before it was rewound. Made by run_lineage.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, overload

from runfolio._async.pages import AsyncPages
from runfolio._async.scan import AsyncScan
from runfolio._async.transport import AsyncTransport
from runfolio._core import json_text
from runfolio._core.history import keys_of, variables_of
from runfolio._core.missing import present_branch, present_project, present_run
from runfolio._core.moments import utc
from runfolio._core.operations import LIST_BRANCHES, SAMPLE_BRANCH, SCAN_BRANCH
from runfolio._core.page import Page
from runfolio._core.paths import RunPath
from runfolio._generated import RunBranchFields
from runfolio.frames import history_frame

if TYPE_CHECKING:
    from pandas import DataFrame


class AsyncRunBranch:
    """What a run was before it was rewound to `step`: the rows that it had then, those up to `step` among them.

    `number` is from 1, `last_step` the greatest step (None: no rows), `row_count` how many rows there were, and
    `left_at` when the run was rewound.
    """

    def __init__(self, fields: RunBranchFields, path: RunPath, transport: AsyncTransport) -> None:
        self._transport = transport
        self._path = path
        self.number: int = fields.number
        self.step: float = fields.step
        self.last_step: float | None = fields.last_step
        self.row_count: int = fields.row_count
        self.left_at: datetime = utc(fields.left_at)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.number} of {self._path}: {self.row_count} rows, left at step {self.step:g}>"
        )

    @overload
    async def history(
        self, samples: int = ..., keys: Sequence[str] | str | None = ..., x_axis: str = ..., pandas: Literal[True] = ...
    ) -> DataFrame: ...
    @overload
    async def history(
        self, samples: int = ..., keys: Sequence[str] | str | None = ..., x_axis: str = ..., *, pandas: Literal[False]
    ) -> list[dict[str, Any]]: ...
    async def history(
        self,
        samples: int = 500,
        keys: Sequence[str] | str | None = None,
        x_axis: str = "_step",
        pandas: bool = True,
    ) -> DataFrame | list[dict[str, Any]]:
        """Rows chosen to show the curve, as those of `Run.history`."""
        wanted = keys_of(keys)
        variables = {"number": self.number, "keys": wanted, "xAxis": x_axis, "samples": samples}
        answer = await self._transport.execute(SAMPLE_BRANCH, {**variables_of(self._path), **variables})
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        branch = present_branch(present_run(project.run, self._path).branch, self._path, self.number)
        rows = json_text.parse_objects(branch.history_sample)
        return history_frame(rows, x_axis=x_axis, keys=wanted) if pandas else rows

    def scan_history(
        self,
        keys: Sequence[str] | str | None = None,
        page_size: int = 1000,
        min_step: int | None = None,
        max_step: int | None = None,
    ) -> AsyncBranchScan:
        """Every row with a step from `min_step` up to, not including, `max_step`; None: no bound."""
        return AsyncBranchScan(
            self._transport,
            self._path,
            self.number,
            keys=keys,
            page_size=page_size,
            min_step=min_step,
            max_step=max_step,
        )


class AsyncBranchScan(AsyncScan[dict[str, Any]]):
    """Every row of a branch in a range of steps, in step order, as those of a run."""

    def __init__(
        self,
        transport: AsyncTransport,
        path: RunPath,
        number: int,
        *,
        keys: Sequence[str] | str | None,
        page_size: int,
        min_step: int | None,
        max_step: int | None,
    ) -> None:
        super().__init__(page_size)
        self._transport = transport
        self._path = path
        self._number = number
        self.keys = keys_of(keys)
        self.min_step = min_step
        self.max_step = max_step

    async def _fetch(self, after: str | None) -> Page[dict[str, Any]]:
        wanted = {"keys": self.keys, "minStep": self.min_step, "maxStep": self.max_step}
        page = {"number": self._number, "first": self.page_size, "after": after}
        answer = await self._transport.execute(SCAN_BRANCH, {**variables_of(self._path), **wanted, **page})
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        branch = present_branch(present_run(project.run, self._path).branch, self._path, self._number)
        found = branch.history_rows
        return Page(json_text.parse_objects(found.rows), found.page_info.has_next_page, found.page_info.end_cursor)


class AsyncBranches(AsyncPages[AsyncRunBranch]):
    """The branches that a run has left, the oldest first."""

    def __init__(self, transport: AsyncTransport, path: RunPath, per_page: int) -> None:
        super().__init__(per_page)
        self._transport = transport
        self._path = path

    async def _fetch(self, first: int, after: str | None, *, with_total: bool) -> Page[AsyncRunBranch]:
        variables = {**variables_of(self._path), "first": first, "after": after, "withTotal": with_total}
        answer = await self._transport.execute(LIST_BRANCHES, variables)
        project = present_project(answer.project, str(self._path.entity), self._path.project)
        found = present_run(project.run, self._path).branches
        branches = [AsyncRunBranch(edge.node, self._path, self._transport) for edge in found.edges]
        return Page(branches, found.page_info.has_next_page, found.page_info.end_cursor, found.total_count)
