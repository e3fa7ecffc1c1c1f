"""Run: one execution that logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from runfolio_server.context import Context
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.graph.columns import batched, column, node_id
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.node import Node
from runfolio_server.graph.run_columns import RunColumns
from runfolio_server.graph.run_console import RunConsole
from runfolio_server.graph.run_file import RunFiles
from runfolio_server.graph.run_history import RunHistory, next_line
from runfolio_server.graph.scalars import Int64, JSONString
from runfolio_server.graph.user import User, users_of
from runfolio_server.graph.wandb.console import RunConsoleWireNames
from runfolio_server.graph.wandb.run import RunWireNames
from runfolio_server.sql.runs import SELECT_RUN_BY_NAME, RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.project import Project

LazyProject = Annotated["Project", strawberry.lazy("runfolio_server.graph.project")]


async def projects_of_runs(runs: list[Run], context: Context) -> list[Project]:
    """The project of each run."""
    from runfolio_server.graph.project import Project

    keys = [run.row.project_id for run in runs]
    found: dict[int, Project] = {}
    for key, row in zip(keys, await context.loaders.project.load_many(keys), strict=True):
        if row is None:
            raise LookupError(f"a run of project {key} has no project")
        if key not in found:
            found[key] = Project.of(row)
    return [found[key] for key in keys]


async def history_line_counts(runs: list[Run], context: Context) -> list[Int64]:
    """Where each run's history goes on."""
    found = await context.loaders.streams.load_many([run.row.run_id for run in runs])
    return [Int64(next_line(streams, "history")) for streams in found]


@strawberry.type(description="One execution that logs.")
class Run(RunHistory, RunColumns, RunFiles, RunConsole, RunWireNames, RunConsoleWireNames, Node):
    """One run."""

    id: strawberry.ID = node_id("Run", "run_id")
    name: str = column("name", "The slug in URLs, unique in its project; clients call it the run's id.")
    display_name: str = column("display_name", "What people read; not unique. Clients call it the run's name.")
    state: str = column("state", "pending, running, finished, failed, crashed, killed, preempting or preempted.")
    tags: list[str] = column("tags", "Short labels, a set.")
    group: str | None = column("group_name", "Free text that gathers runs; null: none.")
    job_type: str | None = column("job_type", "Free text: the role inside a group; null: none.")
    notes: str | None = column("notes", "The user's long text; null: none.")
    description: str | None = column("description", "A second long text, kept for old programs; null: none.")
    config: JSONString = column(
        "config_text",
        'Inputs, as received: an object whose every entry is wrapped, as in {"lr": {"value": 0.1}}.',
    )
    summary_metrics: JSONString = column("summary_text", "One value per key, by default the last logged; as received.")
    system_metrics: JSONString | None = column(
        "system_text", "The newest machine measurements, one value per key; null: none yet."
    )
    sweep_name: str | None = column("sweep_name", "The sweep it belongs to; null: none.")
    host: str | None = column("host", "The machine, as the run itself says; null: not told.")
    program: str | None = column("program", "What was run; null: not told.")
    commit: str | None = column("commit_hash", "Commit of its source; null: not told.")
    repository: str | None = column("repository", "Repository of its source; null: not told.")
    exit_code: int | None = column("exit_code", "Exit code of its process; null: none was reported.")
    stop_requested: bool = column("stop_requested", "Whether somebody asked it to stop.")
    created_at: datetime = column("created_at", "When it was made, UTC.")
    updated_at: datetime = column("updated_at", "Last change of anything but history and heartbeat, UTC.")
    heartbeat_at: datetime = column("heartbeat_at", "When it was last heard from, UTC.")
    finished_at: datetime | None = column("finished_at", "When its exit was reported, UTC; null: not yet.")

    @strawberry.field(description="Its project.", metadata=batched(projects_of_runs))
    async def project(self, info: RequestInfo) -> LazyProject:
        """The project of the run."""
        return (await projects_of_runs([self], info.context))[0]

    @strawberry.field(description="Who made it; null: an account that is gone.", metadata=batched(users_of))
    async def user(self, info: RequestInfo) -> User | None:
        """The maker."""
        return (await users_of([self], info.context))[0]

    @strawberry.field(
        description="Where a process that resumes the run goes on in its history: the next line's number.",
        metadata=batched(history_line_counts),
    )
    async def history_line_count(self, info: RequestInfo) -> Int64:
        """The next history line of the newest epoch."""
        return (await history_line_counts([self], info.context))[0]

    @classmethod
    def of(cls, row: RunRow) -> Run:
        """The run of a row."""
        return cls(row=row)


async def find_run(info: RequestInfo, project_id: int, name: str) -> Run | None:
    """The run of this name in a project that the viewer may see."""
    async with info.context.database.connection() as connection:
        row = await connection.row(SELECT_RUN_BY_NAME, project_id, name, run_id_of(project_id, name))
    return None if row is None else Run.of(row)
