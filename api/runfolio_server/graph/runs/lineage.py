"""Where a run comes from and what it has left: its fork point, its forks, and the branches that it was rewound from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import strawberry

from runfolio_server.actions.access import visible_run
from runfolio_server.context import Context
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.permission import Permission
from runfolio_server.graph.execution.row_fields import batch_field
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs, rows_cost
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.scalars import Instant, Int64, JSONString
from runfolio_server.graph.runs.history import (
    ROWS_DEFAULT,
    SAMPLES_DEFAULT,
    FirstRows,
    HistoryRows,
    Keys,
    MaxStep,
    MinStep,
    SampleCount,
    XAxis,
    history_page,
    history_samples,
)
from runfolio_server.graph.runs.shown import shown_runs
from runfolio_server.history.reading.pieces import Branch
from runfolio_server.sql.history.branches import COUNT_BRANCHES, SELECT_BRANCH, SELECT_BRANCHES_PAGE, RunBranchRow
from runfolio_server.sql.history.forks import COUNT_FORKS, SELECT_FORKS_PAGE, ForkOfRunRow, ForkRow
from runfolio_server.sql.runs.runs import RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.runs.run import Run

LazyRun = Annotated["Run", strawberry.lazy("runfolio_server.graph.runs.run")]
STREAM: Final = "history"


@strawberry.type(description="Where a fork begins.")
class RunForkPoint:
    """The parent of a fork."""

    row: strawberry.Private[ForkRow]
    run_name: str = strawberry.field(description="The run that it was forked from, of the same project.")
    step: float = strawberry.field(description="The last step that the two have in common.")
    row_count: Int64 = strawberry.field(description="How many rows they have in common.")

    @strawberry.field(description="That run; null: it was deleted since. The rows stay.")
    async def run(self, info: RequestInfo) -> LazyRun | None:
        """The parent."""
        return await _run(info, self.row.parent_id)

    @classmethod
    def of(cls, row: ForkRow) -> RunForkPoint:
        """The fork point of a row."""
        return cls(row=row, run_name=row.parent_name, step=row.step, row_count=Int64(row.rows))


@strawberry.type(description="A run that was forked from another one.")
class RunFork:
    """A fork of a run."""

    row: strawberry.Private[ForkOfRunRow]
    run_name: str = strawberry.field(description="The fork, of the same project.")
    step: float = strawberry.field(description="The last step that the two have in common.")
    row_count: Int64 = strawberry.field(description="How many rows they have in common.")

    @strawberry.field(description="The fork itself; null: it was deleted just now.")
    async def run(self, info: RequestInfo) -> LazyRun | None:
        """The fork."""
        return await _run(info, self.row.run_id)

    @classmethod
    def of(cls, row: ForkOfRunRow) -> RunFork:
        """The fork of a row."""
        return cls(row=row, run_name=row.name, step=row.step, row_count=Int64(row.rows))


@strawberry.type(description="What a run was before it was rewound: the rows that it had then.")
class RunBranch:
    """One branch that a run has left."""

    row: strawberry.Private[RunBranchRow]
    number: int = strawberry.field(description="From 1, in the order in which they were left.")
    step: float = strawberry.field(description="The run was taken back to it: greater steps are on the branch alone.")
    last_step: float | None = strawberry.field(description="The greatest step of the branch.")
    row_count: Int64 = strawberry.field(description="How many rows it had when it was left.")
    left_at: Instant = strawberry.field(description="When the run was taken back.")

    @strawberry.field(
        description="Rows of the branch in a range of steps, in step order: those before it was left too.",
        metadata=costs(lambda arguments: rows_cost(arguments, "first", ROWS_DEFAULT)),
    )
    async def history_rows(
        self,
        info: RequestInfo,
        keys: Keys = strawberry.UNSET,
        min_step: MinStep = strawberry.UNSET,
        max_step: MaxStep = strawberry.UNSET,
        first: FirstRows = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> HistoryRows:
        """A page of rows."""
        scope = ["history", self.row.branch_id.hex, STREAM]
        return await history_page(info, self._source, STREAM, scope, keys, (min_step, max_step), first, after)

    @strawberry.field(
        description="Rows of the branch chosen to show the curve, as Run.historySample.",
        metadata=costs(lambda arguments: rows_cost(arguments, "samples", SAMPLES_DEFAULT)),
    )
    async def history_sample(
        self,
        info: RequestInfo,
        keys: Keys = strawberry.UNSET,
        x_axis: XAxis = "_step",
        samples: SampleCount = SAMPLES_DEFAULT,
    ) -> list[JSONString]:
        """A sample of rows."""
        return await history_samples(info, self._source, STREAM, keys, x_axis, samples)

    @property
    def _source(self) -> Branch:
        return Branch(self.row.branch_id, tuple(self.row.holders))

    @classmethod
    def of(cls, row: RunBranchRow) -> RunBranch:
        """The branch of a row."""
        return cls(
            row=row,
            number=row.number,
            step=row.step,
            last_step=row.last_step,
            row_count=Int64(row.rows),
            left_at=Instant(row.left_at),
        )


async def _run(info: RequestInfo, run_id: UUID) -> Run | None:
    async with info.context.database.connection() as connection:
        row = await visible_run(connection, info.context.viewer, Permission.READ, run_id)
    return None if row is None else (await shown_runs(info.context, [row]))[0]


async def fork_points(runs: Sequence[RunLineage], context: Context) -> list[RunForkPoint | None]:
    """Where each run was forked from; None: it is no fork."""
    found = await context.loaders.fork_point.load_many([run.row.run_id for run in runs])
    return [None if row is None else RunForkPoint.of(row) for row in found]


@strawberry.type
class RunLineage:
    """The fields of Run that tell where it comes from."""

    row: strawberry.Private[RunRow]

    @strawberry.field(
        description="Where it was forked from; null: it begins with itself.", metadata=batch_field(fork_points)
    )
    async def forked_from(self, info: RequestInfo) -> RunForkPoint | None:
        """The fork point."""
        return (await fork_points([self], info.context))[0]

    @strawberry.field(description="The runs that were forked from it, the oldest first.")
    async def forks(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[RunFork]:
        """A page of forks."""
        size = page_size(first)
        place: list[Any] = decode_cursor("forks", after, [str, str]) if after else [None, None]
        created_at = None if place[0] is None else datetime.fromisoformat(place[0])
        fork_id = None if place[1] is None else UUID(place[1])
        run_id = self.row.run_id
        async with info.context.database.connection() as connection:
            rows = await connection.rows(SELECT_FORKS_PAGE, run_id, created_at, fork_id, size + 1)

        async def count() -> int:
            async with info.context.database.connection() as connection:
                found = await connection.row(COUNT_FORKS, run_id)
            return found.count if found else 0

        return build_connection(
            rows,
            size,
            RunFork.of,
            lambda row: encode_cursor("forks", [row.created_at.isoformat(), row.run_id.hex]),
            count,
        )

    @strawberry.field(description="One of its branches; null: it has none of this number.")
    async def branch(
        self, info: RequestInfo, number: Annotated[int, strawberry.argument(description="Its number, from 1.")]
    ) -> RunBranch | None:
        """A branch."""
        async with info.context.database.connection() as connection:
            row = await connection.row(SELECT_BRANCH, self.row.run_id, number)
        return None if row is None else RunBranch.of(row)

    @strawberry.field(description="What it was each time before it was rewound, the oldest first.")
    async def branches(
        self, info: RequestInfo, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Connection[RunBranch]:
        """A page of branches."""
        size = page_size(first)
        after_number: int | None = decode_cursor("branches", after, [int])[0] if after else None
        run_id = self.row.run_id
        async with info.context.database.connection() as connection:
            rows = await connection.rows(SELECT_BRANCHES_PAGE, run_id, after_number, size + 1)

        async def count() -> int:
            async with info.context.database.connection() as connection:
                found = await connection.row(COUNT_BRANCHES, run_id)
            return found.count if found else 0

        return build_connection(rows, size, RunBranch.of, lambda row: encode_cursor("branches", [row.number]), count)
