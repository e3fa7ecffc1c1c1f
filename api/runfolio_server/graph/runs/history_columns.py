"""History of a run as columns, and what one key of it comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

import strawberry

from runfolio_server.answer_budget import WeighedList, Weight, weigh
from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.domain.json_text import to_strict_value
from runfolio_server.errors import AppError
from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import (
    ROWS_ASSUMED,
    Cost,
    costs,
    key_count,
    number,
    range_of,
    reading,
    values_cost,
)
from runfolio_server.graph.relay.scalars import JSON, Int64, JSONString
from runfolio_server.graph.runs.history import STREAM_NAMES, HistoryStream, Stream, check_samples
from runfolio_server.heavy_threads import in_thread_if
from runfolio_server.history.reading.metric import MetricSummary, value_at
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.history.reading.table import Table
from runfolio_server.history.storage.cells import Cells
from runfolio_server.loaders.history import VALUES_MAX
from runfolio_server.sql.runs.runs import RunRow

KEYS_MAX = 100
# So many values become JSON within a few milliseconds; more do so in a thread.
VALUES_IN_LOOP = 20_000


@strawberry.enum(description="Which of two numbers is better.")
class MetricGoal(Enum):
    """Which end of a metric is its best."""

    MINIMUM = strawberry.enum_value("min", description="The least is best, as of a loss.")
    MAXIMUM = strawberry.enum_value("max", description="The greatest is best, as of an accuracy.")


ColumnKeys = Annotated[
    list[str],
    strawberry.argument(description="Keys, 1 to 100; rows that have at least one of them are in the answer."),
]
MinStep = Annotated[Int64 | None, strawberry.argument(description="First step of the range; null: from the beginning.")]
MaxStep = Annotated[
    Int64 | None, strawberry.argument(description="The step that ends the range, itself left out; null: none.")
]
Samples = Annotated[
    int | None,
    strawberry.argument(
        description="How many rows of a run at most, chosen to show the curves with their extremes, always the same "
        "ones; 1 to 10,000. Null: every row; the whole answer may hold 1,000,000 values, and exports any number."
    ),
]
XAxis = Annotated[
    str,
    strawberry.argument(
        description="The key to spread a sample over. Another than `_step` is a column too, the first one, and rows "
        "where it is no number are left out: all of them where it is unknown."
    ),
]


@strawberry.type(description="Rows of a history as columns: cheap to send, ready to draw.")
class HistoryColumns:
    """The columns of one run."""

    keys: list[str] = strawberry.field(description="The key of each column.")
    steps: JSON = strawberry.field(
        description="An array: the step of each row, rising; a row without `_step` counts as its number."
    )
    values: list[JSON] = strawberry.field(
        description="For each key an array: its value in each row, null where it has none. Numbers that JSON lacks "
        'are the strings "NaN", "Infinity" and "-Infinity".'
    )

    @classmethod
    async def of(cls, table: Table, wanted: Wanted) -> HistoryColumns:
        """The columns of a table."""
        return await in_thread_if(table.size > VALUES_IN_LOOP, cls._of, table, wanted)

    @classmethod
    def _of(cls, table: Table, wanted: Wanted) -> HistoryColumns:
        steps = [int(step) if step.is_integer() else step for step in table.steps.tolist()]
        return cls(
            keys=list(wanted.columns),
            steps=JSON(WeighedList(steps, Weight(0, 1 + len(steps)))),
            values=[JSON(_json_values(cells)) for cells in table.columns],
        )


@strawberry.type(
    description="What one key comes to over all rows of a run; only finite numbers count, each as the nearest Float."
)
class RunMetric:
    """One key of a run's history."""

    row: strawberry.Private[RunRow]
    stream: strawberry.Private[str]
    summary: strawberry.Private[MetricSummary]
    key: str = strawberry.field(description="The key.")

    @strawberry.field(description="How many rows have a number there.")
    def count(self) -> Int64:
        """The count."""
        return Int64(self.summary.count)

    @strawberry.field(description="The least number; null: none.")
    def min(self) -> float | None:
        """The least."""
        return self.summary.low

    @strawberry.field(description="The greatest number; null: none.")
    def max(self) -> float | None:
        """The greatest."""
        return self.summary.high

    @strawberry.field(description="The mean of the numbers; null: none.")
    def mean(self) -> float | None:
        """The mean."""
        return self.summary.mean

    @strawberry.field(description="The first step at which it is least; null: no number.")
    def argmin(self) -> float | None:
        """Where it is least."""
        return self.summary.low_step

    @strawberry.field(description="The first step at which it is greatest; null: no number.")
    def argmax(self) -> float | None:
        """Where it is greatest."""
        return self.summary.high_step

    @strawberry.field(description="Its value, of any type, in the last row that has it.")
    def last(self) -> JSONString:
        """The last value."""
        return JSONString(json_text.dump(self.summary.last))

    @strawberry.field(description="The step of the last row that has it.")
    def last_step(self) -> float | None:
        """Where the last value is."""
        return self.summary.last_step

    @strawberry.field(
        description="The value of another key at the step where this one is best, else its last value before; "
        "null: none. So the accuracy of the best loss needs no definition beforehand.",
        metadata=costs(reading),
    )
    async def at(
        self,
        info: RequestInfo,
        key: Annotated[str, strawberry.argument(description="The other key.")],
        best: Annotated[MetricGoal, strawberry.argument(description="What is best of this key.")] = MetricGoal.MINIMUM,
    ) -> JSONString | None:
        """Another key's value at the best step."""
        step = self.summary.low_step if best is MetricGoal.MINIMUM else self.summary.high_step
        if step is None:
            return None
        async with info.context.reads:
            found = await value_at(info.context.database, self.row.run_id, self.stream, key, step)
        return None if found is None else JSONString(json_text.dump(found))


def sampled_rows(arguments: Mapping[str, Any]) -> int:
    """How many rows of a run the arguments of columns ask for."""
    steps = range_of(arguments, VALUES_MAX)
    return min(number(arguments, "samples", ROWS_ASSUMED if steps == VALUES_MAX else steps), steps)


def columns_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of columns of one run."""
    return Cost(values_cost(sampled_rows(arguments), key_count(arguments)))


@strawberry.type
class RunColumns:
    """The fields of Run that read columns of its history."""

    row: strawberry.Private[RunRow]

    @strawberry.field(
        description="Some keys of its history as columns. On a list of runs: one statement for all.",
        metadata=costs(columns_cost),
    )
    async def history_columns(
        self,
        info: RequestInfo,
        keys: ColumnKeys,
        min_step: MinStep = strawberry.UNSET,
        max_step: MaxStep = strawberry.UNSET,
        samples: Samples = strawberry.UNSET,
        x_axis: XAxis = STEP_KEY,
        stream: Stream = HistoryStream.HISTORY,
    ) -> HistoryColumns:
        """Columns of the run."""
        wanted = wanted_columns(keys, min_step, max_step, samples, x_axis, stream)
        table = await info.context.loaders.history_tables.load((self.row.run_id, wanted))
        with info.context.budget.reading(field_name(info.path)) as taken:
            taken.take(0, table.size)
            return await HistoryColumns.of(table, wanted)

    @strawberry.field(
        description="What one key comes to over all rows; null: it was never logged.", metadata=costs(reading)
    )
    async def metric(
        self,
        info: RequestInfo,
        key: Annotated[str, strawberry.argument(description="A key of its history.")],
        stream: Stream = HistoryStream.HISTORY,
    ) -> RunMetric | None:
        """One key of the run."""
        name = STREAM_NAMES[stream]
        summary = await info.context.loaders.metrics.load((self.row.run_id, name, key))
        if summary.last_step is None:
            return None
        return RunMetric(row=self.row, stream=name, summary=summary, key=key)


def wanted_columns(
    keys: list[str], min_step: int | None, max_step: int | None, samples: int | None, x_axis: str, stream: HistoryStream
) -> Wanted:
    """What these arguments ask for. Raises AppError when one is out of bounds."""
    if not 1 <= len(keys) <= KEYS_MAX:
        raise AppError(f"{len(keys)} keys; allowed: 1 to {KEYS_MAX}", path="keys")
    return Wanted(
        STREAM_NAMES[stream],
        tuple(dict.fromkeys(keys)),
        float(min_step) if isinstance(min_step, int) else -math.inf,
        float(max_step) if isinstance(max_step, int) else math.inf,
        check_samples(samples) if isinstance(samples, int) else None,
        x_axis,
    )


def _json_values(cells: Cells) -> WeighedList:
    values = cells.values()
    for index in [*(cells.is_number & ~_finite(cells)).nonzero()[0].tolist(), *cells.objects]:
        values[index] = to_strict_value(values[index])
    weights = [weigh(values[index]) for index in cells.objects]
    inside = sum(weight.values - 1 for weight in weights)
    return WeighedList(values, Weight(sum(weight.size for weight in weights), 1 + len(values) + inside))


def _finite(cells: Cells) -> Any:
    return abs(cells.numbers) < math.inf
