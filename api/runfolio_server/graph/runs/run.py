"""Run: one execution that logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from runfolio_server.context import Context
from runfolio_server.domain.run_attributes import attribute_of
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.run_state import LifeEvent, states_moved_by
from runfolio_server.graph.artifacts.run import RunArtifacts
from runfolio_server.graph.execution.row_fields import batch_field, column, node_id
from runfolio_server.graph.identity.user import User, users_of
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node import Node
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.runs.alerts import RunAlerts
from runfolio_server.graph.runs.console import RunConsole
from runfolio_server.graph.runs.environment import RunOverview
from runfolio_server.graph.runs.file import RunFiles
from runfolio_server.graph.runs.history import RunHistory, next_line
from runfolio_server.graph.runs.history_columns import RunColumns
from runfolio_server.graph.runs.lineage import RunLineage
from runfolio_server.graph.runs.long_columns import read_long, wanted_long
from runfolio_server.graph.runs.model_graph import RunModels
from runfolio_server.graph.runs.shown import project_sight, shown_rows
from runfolio_server.graph.runs.state_log import RunStateLog
from runfolio_server.graph.wandb.console import RunConsoleWireNames
from runfolio_server.graph.wandb.run import RunWireNames
from runfolio_server.sql.projects.projects import ProjectRow
from runfolio_server.sql.run_lists.long_columns import select_named_run
from runfolio_server.sql.runs.runs import RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.projects.project import Project

LazyProject = Annotated["Project", strawberry.lazy("runfolio_server.graph.projects.project")]


async def projects_of_runs(runs: list[Run], context: Context) -> list[Project]:
    """The project of each run."""
    from runfolio_server.graph.projects.project import Project

    keys = [run.row.project_id for run in runs]
    found: dict[int, Project] = {}
    for key, row in zip(keys, await context.loaders.project.load_many(keys), strict=True):
        if row is None:
            raise LookupError(f"a run of project {key} has no project")
        if key not in found:
            found[key] = Project.of(row)
    return [found[key] for key in keys]


BEGINNING_STATES = states_moved_by(LifeEvent.START)
"""Of a run whose next process begins an epoch of its own where lines were repeated; see start_run."""


async def history_line_counts(runs: list[Run], context: Context) -> list[Int64]:
    """Where each run's history goes on."""
    found = await context.loaders.streams.load_many([run.row.run_id for run in runs])
    return [
        Int64(next_line(streams, "history", is_beginning=run.row.state in BEGINNING_STATES))
        for run, streams in zip(runs, found, strict=True)
    ]


def attribute(field: str) -> Any:
    """The field of this name: domain/run_attributes.py says which column it reads and what it means."""
    found = attribute_of(field)
    return column(found.row_field, found.meaning)


@strawberry.type(description="One execution that logs.")
class Run(
    RunOverview,
    RunHistory,
    RunColumns,
    RunFiles,
    RunArtifacts,
    RunConsole,
    RunModels,
    RunStateLog,
    RunAlerts,
    RunLineage,
    RunWireNames,
    RunConsoleWireNames,
    Node,
):
    """One run; `row` is without what is hidden from a viewer who does not see all of it."""

    sees_all: strawberry.Private[bool]
    id: strawberry.ID = node_id("Run", "run_id")
    name: str = attribute("name")
    display_name: str = attribute("display_name")
    state: str = attribute("state")
    tags: list[str] = attribute("tags")
    group: str | None = attribute("group")
    job_type: str | None = attribute("job_type")
    notes: str | None = attribute("notes")
    description: str | None = attribute("description")
    config: JSONString = attribute("config")
    summary_metrics: JSONString = attribute("summary_metrics")
    system_metrics: JSONString | None = attribute("system_metrics")
    sweep_name: str | None = attribute("sweep_name")
    host: str | None = attribute("host")
    program: str | None = attribute("program")
    commit: str | None = attribute("commit")
    repository: str | None = attribute("repository")
    exit_code: int | None = attribute("exit_code")
    stop_requested: bool = attribute("stop_requested")
    created_at: datetime = attribute("created_at")
    updated_at: datetime = attribute("updated_at")
    heartbeat_at: datetime = attribute("heartbeat_at")
    finished_at: datetime | None = attribute("finished_at")
    started_at: datetime | None = attribute("started_at")

    @strawberry.field(description="Its project.", metadata=batch_field(projects_of_runs))
    async def project(self, info: RequestInfo) -> LazyProject:
        """The project of the run."""
        return (await projects_of_runs([self], info.context))[0]

    @strawberry.field(description="Who made it; null: an account that is gone.", metadata=batch_field(users_of))
    async def user(self, info: RequestInfo) -> User | None:
        """The maker."""
        return (await users_of([self], info.context))[0]

    @strawberry.field(
        description="Where a process that resumes the run goes on in its history: the next line's number.",
        metadata=batch_field(history_line_counts),
    )
    async def history_line_count(self, info: RequestInfo) -> Int64:
        """The next history line of the newest epoch."""
        return (await history_line_counts([self], info.context))[0]

    @classmethod
    def of(cls, row: RunRow, *, sees_all: bool) -> Run:
        """The run of a row, which comes from shown.py unless the viewer sees all of it: whoever may change it does."""
        return cls(row=row, sees_all=sees_all)


async def find_run(info: RequestInfo, project: ProjectRow, name: str) -> Run | None:
    """The run of this name in a project that the viewer may see."""
    project_id, sight = project.project_id, project_sight(info.context.viewer, project)
    wanted = wanted_long(info)
    async with info.context.database.connection() as connection:
        portion = wanted.shared_by(1, info.context.budget.bytes_left)
        row = await select_named_run(connection, project_id, name, run_id_of(project_id, name), portion)
        rows = [] if row is None else await read_long(info, connection, [row], portion)
    shown = await shown_rows(rows, sight)
    return Run.of(shown[0], sees_all=sight.of_run(shown[0].created_by)) if shown else None
