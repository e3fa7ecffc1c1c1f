"""History of many runs of a project as columns, and of a group of runs as one curve. Used by Project and RunGroup."""

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
from runfolio_server.graph.limits.cost import Cost, costs, key_count, number, values_cost
from runfolio_server.graph.limits.runs_cost import chosen_runs_page
from runfolio_server.graph.runs.history import STREAM_NAMES, HistoryStream, Stream
from runfolio_server.graph.runs.history_columns import (
    HistoryColumns,
    sampled_rows,
)
from runfolio_server.graph.runs.long_columns import read_long, wanted_long
from runfolio_server.history.reading.mean_curve import MeanCurve, mean_curve_of_runs
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.sql.run_lists.chosen_runs import select_group_runs, select_part_runs
from runfolio_server.sql.run_lists.long_columns import PartRunRow

RUNS_DEFAULT = 100
RUNS_MAX = 1000
CURVE_RUNS_MAX = 1000
CURVE_SAMPLES_DEFAULT = 200
CURVE_SAMPLES_MAX = 2000
# To read a history of each run of a group, which may be a thousand.
GROUP_COST = 5000


def histories_cost(arguments: Mapping[str, Any]) -> Cost:
    """What columns of many runs cost."""
    names = arguments.get("names")
    runs = max(0, number(arguments, "first", len(names) if isinstance(names, list) and names else RUNS_DEFAULT))
    reading = values_cost(runs * max(0, sampled_rows(arguments)), key_count(arguments))
    return Cost(chosen_runs_page(arguments).own + reading, items=runs)


def curve_cost(arguments: Mapping[str, Any]) -> Cost:
    """What a curve costs: along another axis than the step the histories are read twice."""
    reading = GROUP_COST if arguments.get("xAxis", STEP_KEY) == STEP_KEY else 2 * GROUP_COST
    return Cost(reading + number(arguments, "samples", CURVE_SAMPLES_DEFAULT))


@strawberry.type(description="A key over many runs as one curve: arrays of the same length, in order of x.")
class HistoryCurve:
    """The mean curve of runs."""

    x: list[float] = strawberry.field(
        description="Places on the x axis: of each stretch the mean of those that have numbers."
    )
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
    def of(cls, curve: MeanCurve, run_count: int) -> HistoryCurve:
        """The arrays as lists, and how many runs were read."""
        finite = (curve.std < float("inf")).tolist()
        return cls(
            x=curve.x.tolist(),
            mean=curve.mean.tolist(),
            std=[value if known else None for value, known in zip(curve.std.tolist(), finite, strict=True)],
            min=curve.low.tolist(),
            max=curve.high.tolist(),
            count=curve.count.tolist(),
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
        description="A key over its runs as one curve: their mean, with spread and extremes. Of more than 1,000 runs, "
        "1,000 spread evenly are read: see `runCount`.",
        metadata=costs(curve_cost),
    )
    async def history(
        self,
        info: RequestInfo,
        key: Annotated[str, strawberry.argument(description="A key of their history.")],
        samples: Annotated[
            int,
            strawberry.argument(
                description="Into how many equally long stretches of the x axis the curve is cut; 1 to 2,000. Where "
                "runs have fewer steps than that, each step is a stretch."
            ),
        ] = CURVE_SAMPLES_DEFAULT,
        stream: Stream = HistoryStream.HISTORY,
        x_axis: Annotated[
            str,
            strawberry.argument(
                description="What the curve runs along: `_step`, or a key such as `_runtime` or `epoch`, of whose rows "
                "those count that have a finite number there."
            ),
        ] = STEP_KEY,
    ) -> HistoryCurve:
        """A key over the group's runs as one curve."""
        if not 1 <= samples <= CURVE_SAMPLES_MAX:
            raise AppError(f"samples is {samples}; allowed: 1 to {CURVE_SAMPLES_MAX}", path="samples")
        database, scope = info.context.database, self.scope
        async with database.connection() as connection:
            runs = await select_group_runs(
                connection, scope.project_id, scope.query.page(CURVE_RUNS_MAX), scope.by, scope.values
            )
        async with info.context.reads:
            found = await mean_curve_of_runs(
                database, [run.run_id for run in runs], STREAM_NAMES[stream], key, samples, x_axis
            )
        return HistoryCurve.of(found, len(runs))


async def read_histories(
    info: RequestInfo,
    project_id: int,
    query: RunQuery,
    wanted: Wanted,
    names: Sequence[str] | None,
    first: int | None,
) -> list[tuple[PartRunRow, HistoryColumns]]:
    """Columns of each run that is chosen, in the query's order: those of the names, or the `first` ones.

    Raises AppError for more names or runs than one request may ask for.
    """
    limit = first if isinstance(first, int) else len(names) if names else RUNS_DEFAULT
    if names and len(names) > RUNS_MAX:
        raise AppError(f"{len(names)} names; allowed: {RUNS_MAX}", path="names")
    if not 1 <= limit <= RUNS_MAX:
        raise AppError(f"first is {limit}; allowed: 1 to {RUNS_MAX}", path="first")
    context, long = info.context, wanted_long(info, "run")
    async with context.database.connection() as connection:
        portion = long.shared_by(limit, context.budget.bytes_left)
        chosen = await select_part_runs(connection, project_id, query.page(limit), names, portion)
        rows = await read_long(info, connection, chosen, portion)
    tables = await context.loaders.history_tables.load_many([(row.run_id, wanted) for row in rows])
    found = []
    with context.budget.reading("historyColumns") as taken:
        for row, table in zip(rows, tables, strict=True):
            taken.take(0, table.size)
            found.append((row, await HistoryColumns.of(table, wanted)))
    return found
