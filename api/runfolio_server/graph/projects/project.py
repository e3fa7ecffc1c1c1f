"""Project: a named set of runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.actions.access import visible_project
from runfolio_server.context import Context
from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.domain.permission import Permission
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.graph.artifacts.project import ProjectArtifacts
from runfolio_server.graph.execution.row_fields import batch_field
from runfolio_server.graph.identity.user import User, users_of
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.limits.runs_cost import chosen_runs_page
from runfolio_server.graph.projects.alerts import ProjectAlerts
from runfolio_server.graph.projects.visibility import ProjectVisibility
from runfolio_server.graph.relay.connections import After, Connection, First, build_connection, page_size
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.runs.arguments import Filters, RunOrder
from runfolio_server.graph.runs.deleted import ProjectDeletedRuns
from runfolio_server.graph.runs.facets import ProjectRunFacets
from runfolio_server.graph.runs.group import ProjectRunGroups
from runfolio_server.graph.runs.histories import histories_cost, read_histories
from runfolio_server.graph.runs.history import HistoryStream, Stream
from runfolio_server.graph.runs.history_columns import (
    ColumnKeys,
    HistoryColumns,
    MaxStep,
    MinStep,
    Samples,
    XAxis,
    wanted_columns,
)
from runfolio_server.graph.runs.list import run_page
from runfolio_server.graph.runs.run import Run, find_run
from runfolio_server.graph.runs.run_connection import RunConnection
from runfolio_server.graph.runs.shown import project_sight, shown_rows
from runfolio_server.graph.wandb.project import IgnoredText, ProjectWireNames, has_run_count_beside
from runfolio_server.sql.projects.projects import COUNT_PROJECTS, SELECT_PROJECTS_PAGE, ProjectRow
from runfolio_server.sql.runs.runs import RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.identity.entity import Entity

LazyEntity = Annotated["Entity", strawberry.lazy("runfolio_server.graph.identity.entity")]


async def entities_of_projects(projects: list[Project], context: Context) -> list[Entity]:
    """The owner of each project."""
    from runfolio_server.graph.identity.entity import Entity

    keys = [project.row.entity_id for project in projects]
    found: dict[int, Entity] = {}
    for key, row in zip(keys, await context.loaders.entity.load_many(keys), strict=True):
        if row is None:
            raise LookupError(f"a project of entity {key} has no entity")
        if key not in found:
            found[key] = Entity.of(row)
    return [found[key] for key in keys]


@strawberry.type(description="A run and columns of its history.")
class RunHistoryColumns:
    """One run of many."""

    run: Run = strawberry.field(description="The run.")
    columns: HistoryColumns = strawberry.field(description="Its columns; empty when it has none of the keys.")


@strawberry.type(description="A named set of runs inside an entity.")
class Project(
    ProjectAlerts, ProjectRunGroups, ProjectRunFacets, ProjectArtifacts, ProjectDeletedRuns, ProjectWireNames, Node
):
    """One project."""

    row: strawberry.Private[ProjectRow]
    name: str = strawberry.field(description="Its name in URLs; unique in its entity.")
    description: str | None = strawberry.field(description="Text for people; null: none.")
    created_at: datetime = strawberry.field(description="When it was made, UTC.")
    visibility: ProjectVisibility = strawberry.field(description="Who sees it, and who else logs to it.")

    @strawberry.field(description="Its owner.", metadata=batch_field(entities_of_projects))
    async def entity(self, info: RequestInfo) -> LazyEntity:
        """The entity that owns the project."""
        return (await entities_of_projects([self], info.context))[0]

    @strawberry.field(description="Who made it; null: an account that is gone.", metadata=batch_field(users_of))
    async def user(self, info: RequestInfo) -> User | None:
        """The maker."""
        return (await users_of([self], info.context))[0]

    @strawberry.field(description="Its run of this name; null when there is none.")
    async def run(
        self,
        info: RequestInfo,
        name: Annotated[str, strawberry.argument(description="The slug in URLs.")],
        desc: IgnoredText = None,  # noqa: ARG002
    ) -> Run | None:
        """One run of the project."""
        return await find_run(info, self.row, name)

    @strawberry.field(description="Its runs, oldest first unless told.", metadata=costs(chosen_runs_page))
    async def runs(
        self,
        info: RequestInfo,
        filters: Filters = strawberry.UNSET,
        order: RunOrder = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
    ) -> RunConnection:
        """A page of the project's runs."""
        sight, size = project_sight(info.context.viewer, self.row), page_size(first)
        query = RunQuery.asked(sight, filters or None, order or None)
        is_counted = has_run_count_beside(info, filters or None)

        def make(row: RunRow) -> Run:
            return Run.of(row, sees_all=sight.of_run(row.created_by))

        page = await run_page(info, self.row, query, size, after or None, make, is_counted=is_counted)
        return RunConnection.of(page)

    @strawberry.field(
        description="Some keys of the history of many runs as columns, in one request: for charts.",
        metadata=costs(histories_cost),
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
        sight = project_sight(info.context.viewer, self.row)
        query = RunQuery.asked(sight, filters or None, order or None)
        found = await read_histories(info, self.row.project_id, query, wanted, names or None, first)
        rows = await shown_rows([row for row, _ in found], sight)
        return [
            RunHistoryColumns(run=Run.of(row, sees_all=sight.of_run(row.created_by)), columns=columns)
            for row, (_, columns) in zip(rows, found, strict=True)
        ]

    @classmethod
    def of(cls, row: ProjectRow) -> Project:
        """The project of a row."""
        return cls(
            id=encode_node_id("Project", row.project_id),
            row=row,
            name=row.name,
            description=row.description,
            created_at=row.created_at,
            visibility=ProjectVisibility(row.visibility),
        )


async def find_project(info: RequestInfo, entity_name: str | None, name: str | None) -> Project | None:
    """The project of this name, when the viewer may see it; without an entity the viewer's own."""
    async with info.context.database.connection() as connection:
        row = await visible_project(connection, info.context.viewer, Permission.READ, entity_name, name or "")
    return None if row is None else Project.of(row)


async def project_page(
    info: RequestInfo, entity_name: str | None, first: int | None, after: str | None
) -> Connection[Project]:
    """A page of the projects that the viewer may see, of one entity or of all, by name."""
    context = info.context
    size = page_size(first)
    name, project_id = decode_cursor("projects", after, [str, int]) if after else (None, None)
    async with context.database.connection() as connection:
        rows = await connection.rows(SELECT_PROJECTS_PAGE, context.viewer, entity_name, name, project_id, size + 1)

    async def count() -> int:
        async with context.database.connection() as connection:
            row = await connection.row(COUNT_PROJECTS, context.viewer, entity_name)
        return row.count if row else 0

    return build_connection(
        rows, size, Project.of, lambda row: encode_cursor("projects", [row.name, row.project_id]), count
    )
