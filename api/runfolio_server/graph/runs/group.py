"""Groups of a project's runs, with aggregates over all of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

import strawberry

from runfolio_server.domain.hidden import Sight
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.filters.language.cursor import read_place, sign_place
from runfolio_server.filters.language.fields import Field
from runfolio_server.filters.language.value_text import readable_value
from runfolio_server.filters.run_fields import run_fields_for
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs, number
from runfolio_server.graph.limits.runs_cost import AGGREGATE, OVER_RUNS
from runfolio_server.graph.relay.connections import PAGE_SIZE_DEFAULT, After, First, PageInfo, page_size
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.runs.arguments import Filters
from runfolio_server.graph.runs.expected_texts import expect_texts
from runfolio_server.graph.runs.histogram import HistogramBin, histogram_bins
from runfolio_server.graph.runs.histories import GroupScope, RunGroupHistory
from runfolio_server.graph.runs.shown import project_sight
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.run_lists.group_bins import EDGES, GroupBinRow, select_group_bins
from runfolio_server.sql.run_lists.groups import NUMBERS_PER_METRIC, GroupRow, select_groups

BY_MAX = 4
METRICS_MAX = 50
# Edges of a picture that is drawn for each group.
GROUP_BINS_MAX = 100


@strawberry.type(description="What the runs of a group say of one field; only numbers that a float can hold count.")
class MetricAggregate:
    """Aggregates of one field over a group."""

    key: str = strawberry.field(description="The field, as it was asked for.")
    count: Int64 = strawberry.field(description="How many runs have a number there.")
    mean: float | None = strawberry.field(description="Their mean; null: no run has a number there.")
    std: float | None = strawberry.field(
        description="Standard deviation of a sample; null: fewer than two numbers, or beyond floats."
    )
    min: float | None = strawberry.field(description="The least; null: none.")
    max: float | None = strawberry.field(description="The greatest; null: none.")
    median: float | None = strawberry.field(description="The median; null: none.")
    bins: list[HistogramBin] = strawberry.field(
        description="How they are distributed, from the least to the greatest number of all groups, so that the edges "
        "are the same in each group. Empty unless `bins` was asked for, and where no run of any group has a number."
    )


@strawberry.type(description="Runs that agree in the fields they were grouped by.")
class RunGroup(RunGroupHistory):
    """One group."""

    values: list[JSONString | None] = strawberry.field(
        description="The value of each field of `by`, in their order; null: the runs that have none."
    )
    run_count: Int64 = strawberry.field(description="How many runs.")
    metrics: list[MetricAggregate] = strawberry.field(description="One for each field of `metrics`, in their order.")


@strawberry.type(description="A page of groups.")
class RunGroups:
    """Groups in the order of their values."""

    groups: list[RunGroup] = strawberry.field(description="By the values, runs without one last.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")


def groups_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of going over all runs, and of groups, each with what is asked of its metrics for each metric."""
    metrics = arguments.get("metrics") or ()
    groups = number(arguments, "first", PAGE_SIZE_DEFAULT)
    bins = max(0, number(arguments, "bins", 0))
    over_runs = (2 if bins else 1) * (OVER_RUNS + len(metrics) * AGGREGATE)
    return Cost(over_runs + groups * max(1, len(metrics)) * bins, items=groups * max(1, len(metrics)))


@strawberry.type
class ProjectRunGroups:
    """The field of Project that groups its runs."""

    row: strawberry.Private[ProjectRow]

    @strawberry.field(
        description="Its runs grouped by fields, with aggregates over all of them, not over a page.",
        metadata=costs(groups_cost),
    )
    async def run_groups(
        self,
        info: RequestInfo,
        by: Annotated[
            list[str],
            strawberry.argument(description="Fields such as `group` or `config.lr`; 1 to 4, outermost first."),
        ],
        metrics: Annotated[
            list[str] | None, strawberry.argument(description="Fields such as `summary_metrics.loss`; at most 50.")
        ] = strawberry.UNSET,
        filters: Filters = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        bins: Annotated[
            int | None,
            strawberry.argument(
                description="Into how many equally wide bins the numbers of each metric are sorted, at most 100; null: "
                "no bins."
            ),
        ] = strawberry.UNSET,
    ) -> RunGroups:
        """A page of groups."""
        size = page_size(first)
        names = list(metrics or [])
        if not 1 <= len(by) <= BY_MAX:
            raise AppError(
                f"by has {len(by)} fields; allowed: 1 to {BY_MAX}", path="by", allowed=(f"1 to {BY_MAX} fields",)
            )
        if len(names) > METRICS_MAX:
            raise AppError(
                f"metrics has {len(names)} fields; allowed: {METRICS_MAX}",
                path="metrics",
                allowed=(f"{METRICS_MAX} fields",),
            )
        bin_count = bins or 0
        if not 0 <= bin_count <= GROUP_BINS_MAX:
            raise AppError(f"bins is {bins}; allowed: 1 to {GROUP_BINS_MAX}", path="bins")
        sight = project_sight(info.context.viewer, self.row)
        query = RunQuery.asked(sight, filters or None)
        fields, metric_fields = _fields(by, "by", sight), _fields(names, "metrics", sight)
        secret, project_id = info.context.cursor_secret, self.row.project_id
        digest = query.digest(f"groups:{project_id}:{json.dumps(by)}")
        # A place holds whole values, so there is no bound for it but that of the request.
        place = read_place(secret, digest, after, max_characters=None) if after else None
        async with info.context.database.connection() as connection:
            left = info.context.budget.bytes_left
            asked = query.page(size + 1, place)
            rows = await select_groups(connection, project_id, asked, fields, metric_fields, left)
            page, found = rows[:size], []
            if bin_count and page and metric_fields:
                found = await select_group_bins(
                    connection, project_id, asked, fields, metric_fields, bin_count, page[-1].values
                )
        expect_texts(info, (text for row in page for text in row.values if text is not None))
        distributions = Distributions(found, bin_count)
        return RunGroups(
            groups=[
                _group(row, names, GroupScope(project_id, query, fields, row.values), distributions) for row in page
            ],
            page_info=PageInfo(
                has_next_page=len(rows) > size,
                end_cursor=sign_place(secret, digest, page[-1].values) if page else None,
            ),
        )


def _fields(names: list[str], path: str, sight: Sight) -> list[Field]:
    table = run_fields_for(sight)
    return [table.find_value(name, f"{path}[{number}].{name_excerpt(name)}") for number, name in enumerate(names)]


class Distributions:
    """The bins of each metric in each group of a page."""

    def __init__(self, rows: list[GroupBinRow], bins: int) -> None:
        self._bins = bins
        self._edges = {row.metric: (row.low, row.high) for row in rows if row.bin == EDGES}
        self._counts: dict[tuple[tuple[str | None, ...], int], dict[int, int]] = {}
        for row in rows:
            if row.bin != EDGES:
                self._counts.setdefault((tuple(row.values), row.metric), {})[row.bin] = row.count

    def of(self, values: Sequence[str | None], metric: int) -> list[HistogramBin]:
        """The bins of a metric, by its place, in the group of these values."""
        if metric not in self._edges:
            return []
        counts = self._counts.get((tuple(values), metric), {})
        return histogram_bins(*self._edges[metric], self._bins, counts)


def _group(row: GroupRow, names: list[str], scope: GroupScope, distributions: Distributions) -> RunGroup:
    return RunGroup(
        scope=scope,
        values=[None if value is None else JSONString(readable_value(value)) for value in row.values],
        run_count=Int64(row.count),
        metrics=[
            _metric(
                name,
                row.numbers[number * NUMBERS_PER_METRIC : (number + 1) * NUMBERS_PER_METRIC],
                distributions.of(row.values, number),
            )
            for number, name in enumerate(names)
        ],
    )


def _metric(name: str, numbers: list[Decimal | None], bins: list[HistogramBin]) -> MetricAggregate:
    count, mean, std, low, high, *middle = numbers
    return MetricAggregate(
        key=name,
        count=Int64(int(count or 0)),
        mean=_float(mean),
        std=_float(std),
        min=_float(low),
        max=_float(high),
        median=_median(*middle),
        bins=bins,
    )


def _median(lower: Decimal | None, upper: Decimal | None) -> float | None:
    if lower is None or upper is None:
        return None
    # As fractions, because the sum of two floats may be beyond them.
    return float((Fraction(lower) + Fraction(upper)) / 2)


def _float(number: Decimal | None) -> float | None:
    """The nearest float; None for none, and where that is infinite."""
    found = math.inf if number is None else float(number)
    return found if math.isfinite(found) else None
