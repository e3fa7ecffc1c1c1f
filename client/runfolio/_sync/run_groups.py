# Made from _async/run_groups.py by client/unasync.py; do not edit.
"""What the runs of a project have in common, by groups: numbers, distributions and curves. Used by runs.py."""

from __future__ import annotations

from collections.abc import Iterator, Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, overload

from runfolio._sync.curves import fetch_curves
from runfolio._sync.pages import BULK_PAGE_SIZE
from runfolio._sync.transport import Transport
from runfolio._core.filters import Field
from runfolio._core.group_curves import GroupCurve
from runfolio._core.history import Stream
from runfolio._core.missing import present_entity, present_project
from runfolio._core.operations import LIST_RUN_GROUPS
from runfolio._core.run_groups import bin_rows, group_row, names_of
from runfolio._generated import ListRunGroupsProjectRunGroupsGroups
from runfolio.group_frames import curves_frame, distributions_frame, groups_frame

if TYPE_CHECKING:
    from pandas import DataFrame

GROUPS_WITH_BINS = 20


class GroupedRuns:
    """The runs that filters choose, by groups."""

    _transport: Transport
    _find_entity: Callable[[], str]
    _project: str
    _filters: str | None

    @overload
    def curves(
        self,
        by: Field | str | Iterable[Field | str],
        key: str,
        samples: int = ...,
        pandas: Literal[True] = ...,
        stream: Stream = ...,
        *,
        x_axis: str = ...,
    ) -> DataFrame: ...
    @overload
    def curves(
        self,
        by: Field | str | Iterable[Field | str],
        key: str,
        samples: int = ...,
        *,
        pandas: Literal[False],
        stream: Stream = ...,
        x_axis: str = ...,
    ) -> list[GroupCurve]: ...
    def curves(
        self,
        by: Field | str | Iterable[Field | str],
        key: str,
        samples: int = 200,
        pandas: bool = True,
        stream: Stream = "default",
        *,
        x_axis: str = "_step",
    ) -> DataFrame | list[GroupCurve]:
        """For each group of runs that agree in `by`, 1 to 4 fields, a key as one curve: the mean, spread and extremes.

        Each curve is cut into at most `samples` equally long stretches of steps, 1 to 2,000, or of another `x_axis`, a
        key of the history such as `_runtime`, of whose rows those count that have a finite number there. A long
        DataFrame: the columns of `by`, then `x` (the mean place on the axis), `mean`, `std`, `min`, `max` and `count`;
        or with `pandas=False` a GroupCurve for each group, also for those without a point. Computed by the server; of a
        group of more than 1,000 runs, 1,000 are read, spread evenly from the first made to the last.
        """
        named = names_of(by)
        curves = fetch_curves(
            self._transport,
            self._find_entity(),
            self._project,
            by=named,
            key=key,
            samples=samples,
            stream=stream,
            x_axis=x_axis,
            filters=self._filters,
        )
        return curves_frame(curves, named) if pandas else curves

    @overload
    def groups(
        self,
        by: Field | str | Iterable[Field | str],
        metrics: Field | str | Iterable[Field | str] = ...,
        pandas: Literal[True] = ...,
    ) -> DataFrame: ...
    @overload
    def groups(
        self,
        by: Field | str | Iterable[Field | str],
        metrics: Field | str | Iterable[Field | str] = ...,
        *,
        pandas: Literal[False],
    ) -> list[dict[str, Any]]: ...
    def groups(
        self,
        by: Field | str | Iterable[Field | str],
        metrics: Field | str | Iterable[Field | str] = (),
        pandas: bool = True,
    ) -> DataFrame | list[dict[str, Any]]:
        """A row for each group of runs that agree in `by`, 1 to 4 fields; aggregated by the server over all of them.

        Columns: those of `by`, `runs`, and for each metric `.count`, `.mean`, `.std` (of a sample), `.min`, `.max` and
        `.median` of its finite numbers. A DataFrame, where runs without the field have NaN and a null is None; or with
        `pandas=False` a list of dicts, where they have MISSING. Raises BadRequestError for unknown fields, ValueError
        for a field that is given twice.
        """
        named, measured = names_of(by), names_of(metrics)
        rows = [group_row(group, named, measured) for group in self._each_group(named, measured)]
        return groups_frame(rows, by=named, metrics=measured) if pandas else rows

    def distributions(
        self,
        by: Field | str | Iterable[Field | str],
        metrics: Field | str | Iterable[Field | str],
        bins: int = 20,
    ) -> DataFrame:
        """How the numbers of each metric are distributed in each group of runs, with edges that all groups share.

        A row for each group, metric and bin: the columns of `by`, `metric`, `low`, `high` and `runs`, how many have a
        number from `low` to `high`, which belongs to the last bin only. `bins`: 1 to 100, from the least to the
        greatest number of all groups; one of no width when all are alike. Counted by the server over all runs.
        """
        named, measured = names_of(by), names_of(metrics)
        rows = [
            row for group in self._each_group(named, measured, bins) for row in bin_rows(group, named, measured)
        ]
        return distributions_frame(rows, by=named)

    def _each_group(
        self, by: list[str], metrics: list[str], bins: int | None = None
    ) -> Iterator[ListRunGroupsProjectRunGroupsGroups]:
        entity = self._find_entity()
        variables = {"entity": entity, "project": self._project, "filters": self._filters, "bins": bins}
        # As many groups as a request may ask for, where each has many bins.
        first = BULK_PAGE_SIZE if bins is None else GROUPS_WITH_BINS
        after: str | None = None
        while True:
            answer = self._transport.execute(
                LIST_RUN_GROUPS, {**variables, "by": by, "metrics": metrics, "first": first, "after": after}
            )
            if answer.project is None:
                present_entity(answer.entity, entity, self._transport.base_url)
            page = present_project(answer.project, entity, self._project).run_groups
            for group in page.groups:
                yield group
            after = page.page_info.end_cursor
            if not page.page_info.has_next_page or after is None:
                return
