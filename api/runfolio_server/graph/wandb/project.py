"""Wire names of Project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import strawberry

from runfolio_server.actions.access import Owned, allowed
from runfolio_server.actions.runs.tombstones import gone_run
from runfolio_server.context import Context
from runfolio_server.domain.permission import Permission, Visibility
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.graph.execution.row_fields import batch_field
from runfolio_server.graph.execution.siblings import arguments_beside
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.limits.runs_cost import counted_runs
from runfolio_server.graph.relay.connections import After, First, PageInfo
from runfolio_server.graph.relay.scalars import JSONString
from runfolio_server.graph.runs.arguments import Filters
from runfolio_server.graph.runs.list import count_of_cursor, count_runs_once
from runfolio_server.graph.runs.shown import project_sight
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.graph.wandb.resume import prime_lines_of_others
from runfolio_server.graph.wandb.sweep import Sweep, SweepConnection
from runfolio_server.sql.projects.projects import ProjectRow

if TYPE_CHECKING:
    from runfolio_server.graph.runs.run import Run

IgnoredText = Annotated[
    str | None,
    strawberry.argument(deprecation_reason=ONLY_WIRE, description="Ignored: ten megabytes, to see them pass."),
]
LazyRun = Annotated["Run", strawberry.lazy("runfolio_server.graph.runs.run")]


async def entity_names(projects: Sequence[ProjectWireNames], context: Context) -> list[str]:
    """The name of each project's owner."""
    rows = await context.loaders.entity.load_many([project.row.entity_id for project in projects])
    return [row.name if row else "" for row in rows]


def has_run_count_beside(info: RequestInfo, filters: str | None) -> bool:
    """Whether `runCount` of these filters is asked for beside the field that is resolved."""
    return any((given.get("filters") or None) == filters for given in arguments_beside(info, "runCount"))


ACCESS_OF_VISIBILITY: Final = {
    Visibility.PRIVATE: "PRIVATE",
    Visibility.PUBLIC: "USER_READ",
    Visibility.OPEN: "USER_WRITE",
}


async def are_read_only(projects: Sequence[ProjectWireNames], context: Context) -> list[bool]:
    """Whether the viewer may see each project and not change it."""
    return [not allowed(context.viewer, Permission.EDIT, Owned(project.row.entity_id)) for project in projects]


@strawberry.type
class ProjectWireNames:
    """Wire names of Project."""

    row: strawberry.Private[ProjectRow]
    if TYPE_CHECKING:

        async def run(self, info: RequestInfo, name: str) -> Run | None:
            """The canonical field, which Project has."""

    @strawberry.field(
        deprecation_reason=instead("entity"), description="Name of the owner.", metadata=batch_field(entity_names)
    )
    async def entity_name(self, info: RequestInfo) -> str:
        """Asked by Api().project."""
        return (await entity_names([self], info.context))[0]

    @strawberry.field(deprecation_reason=instead("id"), description="The number behind the id.")
    def internal_id(self) -> strawberry.ID:
        """Asked with every run."""
        return strawberry.ID(str(self.row.project_id))

    @strawberry.field(
        deprecation_reason=instead("visibility"), description="Who sees it: PRIVATE, USER_READ or USER_WRITE."
    )
    def access(self) -> str | None:
        """Asked after a project was made."""
        return ACCESS_OF_VISIBILITY[Visibility(self.row.visibility)]

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always null.")
    def views(self) -> JSONString | None:
        """Asked after a project was made."""
        return None

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false.")
    def is_benchmark(self) -> bool:
        """Asked by Api().project."""
        return False

    @strawberry.field(
        deprecation_reason=ONLY_WIRE,
        description="Whether you may see it and not change it.",
        metadata=batch_field(are_read_only),
    )
    async def read_only(self, info: RequestInfo) -> bool:
        """Asked with lists of runs."""
        return (await are_read_only([self], info.context))[0]

    @strawberry.field(
        deprecation_reason=instead("runs { totalCount }"),
        description="How many runs the filters choose.",
        metadata=costs(counted_runs),
    )
    async def run_count(self, info: RequestInfo, filters: Filters = strawberry.UNSET) -> int:
        """Asked with every page of runs; on later pages the count is that of the first, which the cursor carries."""
        context, project_id = info.context, self.row.project_id
        query = RunQuery.asked(project_sight(context.viewer, self.row), filters or None)
        cursor, order = info.variable_values.get("cursor"), info.variable_values.get("order")
        if isinstance(cursor, str):
            known = count_of_cursor(context, project_id, query, order if isinstance(order, str) else None, cursor)
            if known is not None:
                return known
        return await count_runs_once(context, project_id, query)

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="How many sweeps; there are none yet.")
    def total_sweeps(self) -> int:
        """Asked by project.sweeps()."""
        return 0

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Its sweep of this name; there are none yet.")
    def sweep(
        self,
        sweep_name: Annotated[str, strawberry.argument(description="The sweep's name.")],  # noqa: ARG002
    ) -> Sweep | None:
        """Asked by Api().sweep()."""
        return None

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Its sweeps; there are none yet.")
    def sweeps(
        self,
        filters: Filters = strawberry.UNSET,  # noqa: ARG002
        first: First = strawberry.UNSET,  # noqa: ARG002
        after: After = strawberry.UNSET,  # noqa: ARG002
    ) -> SweepConnection | None:
        """Asked by project.sweeps()."""
        return SweepConnection(edges=[], page_info=PageInfo(has_next_page=False, end_cursor=None))

    @strawberry.field(deprecation_reason=instead("run"), description="Its run of this name.")
    async def bucket(
        self,
        info: RequestInfo,
        name: Annotated[str, strawberry.argument(description="The slug in URLs.")],
        missing_ok: Annotated[bool | None, strawberry.argument(description="Ignored: missing is null.")] = None,  # noqa: ARG002
    ) -> LazyRun | None:
        """Asked before a run is resumed. Raises Gone for a deleted one: a run that never was would be made."""
        run = await self.run(info, name)
        if run is not None:
            await prime_lines_of_others(info.context, run.row.run_id)
            return run
        async with info.context.database.connection() as connection:
            run_id = run_id_of(self.row.project_id, name)
            gone = await gone_run(connection, info.context.viewer, run_id, path="name")
        if gone is not None:
            raise gone
        return None
