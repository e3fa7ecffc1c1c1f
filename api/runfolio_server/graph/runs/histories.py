"""History of many runs of a project as columns, and of a group of runs as one curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.errors import AppError
from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import ROWS_ASSUMED, Cost, costs, key_count, number, values_cost
from runfolio_server.graph.runs.arguments import Filters, RunOrder
from runfolio_server.graph.runs.history import STREAM_NAMES, HistoryStream, Stream
from runfolio_server.graph.runs.history_columns import (
    ColumnKeys,
    HistoryColumns,
    MaxStep,
    MinStep,
    Samples,
    XAxis,
    wanted_columns,
)
from runfolio_server.graph.runs.run import Run
from runfolio_server.history.reading.mean_curve import MeanCurve, mean_curve_of_runs
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.run_lists.chosen_runs import select_chosen_runs, select_group_runs
from runfolio_server.sql.runs.runs import RunRow

RUNS_DEFAULT = 100
RUNS_MAX = 1000
BAND_RUNS_MAX = 1000
BAND_SAMPLES_DEFAULT = 200
BAND_SAMPLES_MAX = 2000
# To read a history of each run of a group, which may be a thousand.
GROUP_COST = 5000


def _columns_cost(arguments: Mapping[str, Any]) -> Cost:
    names = arguments.get("names")
    runs = max(0, number(arguments, "first", len(names) if isinstance(names, list) and names else RUNS_DEFAULT))
    rows = max(0, number(arguments, "samples", ROWS_ASSUMED))
    return Cost(values_cost(runs * rows, key_count(arguments)), items=runs)


@strawberry.type(description="A run and columns of its history.")
class RunHistoryColumns:
    """One run of many."""

    run: Run = strawberry.field(description="The run.")
    columns: HistoryColumns = strawberry.field(description="Its columns; empty when it has none of the keys.")


@strawberry.type(description="A key over many runs as one curve: arrays of the same length, in order of step.")
class HistoryBand:
    """The mean line of runs and its band."""

    x: list[float] = strawberry.field(description="Steps: of each stretch the mean of those that have numbers.")
    mean: list[float] = strawberry.field(
        description="The mean over the runs; each run counts once, with the mean of its numbers in the stretch."
    )
    std: list[float | None] = strawberry.field(
        description="Standard deviation of a sample of runs; null: of one run, or beyond what a Float holds."
    )
    min: list[float] = strawberry.field(
        description="The least of these means of the runs, not of their numbers: a spike inside a stretch of many "
        "steps is not seen here, but in the samples and in `metric` of a run."
    )
    max: list[float] = strawberry.field(
        description="The greatest of these means of the runs, not of their numbers, likewise."
    )
    count: list[int] = strawberry.field(description="How many runs have numbers there.")
    run_count: int = strawberry.field(
        description="How many runs were read: all of the group, or of more than 1,000 so many, spread evenly from the "
        "first made to the last."
    )

    @classmethod
    def of(cls, band: MeanCurve, run_count: int) -> HistoryBand:
        """The arrays as lists, and how many runs were read."""
        finite = (band.std < float("inf")).tolist()
        return cls(
            x=band.x.tolist(),
            mean=band.mean.tolist(),
            std=[value if known else None for value, known in zip(band.std.tolist(), finite, strict=True)],
            min=band.low.tolist(),
            max=band.high.tolist(),
            count=band.count.tolist(),
            run_count=run_count,
        )


@dataclass(frozen=True, slots=True)
class GroupScope:
    """What makes a group: the runs of a project that the query chooses and whose fields have these values."""

    project_id: int
    query: RunQuery
    by: Sequence[Field]
    values: Sequence[str | None]


@strawberry.type
class RunGroupHistory:
    """The field of RunGroup that reads the history of its runs."""

    scope: strawberry.Private[GroupScope]

    @strawberry.field(
        description="A key over its runs as one curve: their mean and the band around it. Of more than 1,000 runs, "
        "1,000 spread evenly are read: see `runCount`.",
        metadata=costs(lambda arguments: Cost(GROUP_COST + number(arguments, "samples", BAND_SAMPLES_DEFAULT))),
    )
    async def history(
        self,
        info: RequestInfo,
        key: Annotated[str, strawberry.argument(description="A key of their history.")],
        samples: Annotated[
            int,
            strawberry.argument(
                description="Into how many equally long stretches of steps the curve is cut; 1 to 2,000. Where runs "
                "have fewer steps than that, each step is a stretch."
            ),
        ] = BAND_SAMPLES_DEFAULT,
        stream: Stream = HistoryStream.HISTORY,
    ) -> HistoryBand:
        """The band of a key."""
        if not 1 <= samples <= BAND_SAMPLES_MAX:
            raise AppError(f"samples is {samples}; allowed: 1 to {BAND_SAMPLES_MAX}", path="samples")
        database, scope = info.context.database, self.scope
        async with database.connection() as connection:
            runs = await select_group_runs(
                connection, scope.project_id, scope.query.page(BAND_RUNS_MAX), scope.by, scope.values
            )
        async with info.context.reads:
            found = await mean_curve_of_runs(database, [run.run_id for run in runs], STREAM_NAMES[stream], key, samples)
        return HistoryBand.of(found, len(runs))


@strawberry.type
class ProjectColumns:
    """The field of Project that reads the history of its runs."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(
        description="Some keys of the history of many runs as columns, in one request: for charts.",
        metadata=costs(_columns_cost),
    )
    async def history_columns(
        self,
        info: RequestInfo,
        keys: ColumnKeys,
        names: Annotated[
            list[str] | None,
            strawberry.argument(description="Only the runs of these names, at most 1,000; null: any. Unknown: none."),
        ] = strawberry.UNSET,
        filters: Filters = strawberry.UNSET,
        order: RunOrder = strawberry.UNSET,
        first: Annotated[
            int | None,
            strawberry.argument(
                description="How many runs at most, up to 1,000; unless told all that are named, else 100."
            ),
        ] = strawberry.UNSET,
        min_step: MinStep = strawberry.UNSET,
        max_step: MaxStep = strawberry.UNSET,
        samples: Samples = strawberry.UNSET,
        x_axis: XAxis = STEP_KEY,
        stream: Stream = HistoryStream.HISTORY,
    ) -> list[RunHistoryColumns]:
        """Columns of many runs."""
        wanted = wanted_columns(keys, min_step, max_step, samples, x_axis, stream)
        chosen = names if isinstance(names, list) else None
        limit = first if isinstance(first, int) else len(chosen) if chosen else RUNS_DEFAULT
        if chosen and len(chosen) > RUNS_MAX:
            raise AppError(f"{len(chosen)} names; allowed: {RUNS_MAX}", path="names")
        if not 1 <= limit <= RUNS_MAX:
            raise AppError(f"first is {limit}; allowed: 1 to {RUNS_MAX}", path="first")
        query = RunQuery.parse(filters or None, order or None).page(limit)
        async with info.context.database.connection() as connection:
            rows = await select_chosen_runs(connection, RunRow, self.row.project_id, query, chosen)
        tables = await info.context.loaders.history_tables.load_many([(row.run_id, wanted) for row in rows])
        return [
            RunHistoryColumns(run=Run.of(row), columns=await HistoryColumns.of(table, wanted))
            for row, table in zip(rows, tables, strict=True)
        ]
