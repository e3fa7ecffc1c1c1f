"""Run: one execution that logs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from runfolio_server.domain.cursor import decode_cursor, encode_cursor
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.errors import AppError
from runfolio_server.graph.connections import Connection, build_connection, page_size
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.node import Node
from runfolio_server.graph.node_ids import encode_node_id
from runfolio_server.graph.run_console import RunConsole
from runfolio_server.graph.run_file import RunFiles
from runfolio_server.graph.run_history import RunHistory
from runfolio_server.graph.scalars import Int64, JSONString
from runfolio_server.graph.user import User, find_user
from runfolio_server.graph.wandb.console import RunConsoleWireNames
from runfolio_server.graph.wandb.run import RunWireNames
from runfolio_server.sql.runs import COUNT_RUNS, SELECT_RUN_BY_NAME, SELECT_RUNS_PAGE, RunRow

if TYPE_CHECKING:
    from runfolio_server.graph.project import Project

LazyProject = Annotated["Project", strawberry.lazy("runfolio_server.graph.project")]


@strawberry.type(description="One execution that logs.")
class Run(RunHistory, RunFiles, RunConsole, RunWireNames, RunConsoleWireNames, Node):
    """One run."""

    name: str = strawberry.field(description="The slug in URLs, unique in its project; clients call it the run's id.")
    display_name: str = strawberry.field(description="What people read; not unique. Clients call it the run's name.")
    state: str = strawberry.field(
        description="pending, running, finished, failed, crashed, killed, preempting or preempted."
    )
    tags: list[str] = strawberry.field(description="Short labels, a set.")
    group: str | None = strawberry.field(description="Free text that gathers runs; null: none.")
    job_type: str | None = strawberry.field(description="Free text: the role inside a group; null: none.")
    notes: str | None = strawberry.field(description="The user's long text; null: none.")
    description: str | None = strawberry.field(description="A second long text, kept for old programs; null: none.")
    config: JSONString = strawberry.field(
        description='Inputs, as received: an object whose every entry is wrapped, as in {"lr": {"value": 0.1}}.'
    )
    summary_metrics: JSONString = strawberry.field(
        description="One value per key, by default the last logged; as received."
    )
    system_metrics: JSONString | None = strawberry.field(
        description="The newest machine measurements, one value per key; null: none yet."
    )
    sweep_name: str | None = strawberry.field(description="The sweep it belongs to; null: none.")
    host: str | None = strawberry.field(description="The machine, as the run itself says; null: not told.")
    program: str | None = strawberry.field(description="What was run; null: not told.")
    commit: str | None = strawberry.field(description="Commit of its source; null: not told.")
    repository: str | None = strawberry.field(description="Repository of its source; null: not told.")
    exit_code: int | None = strawberry.field(description="Exit code of its process; null: none was reported.")
    stop_requested: bool = strawberry.field(description="Whether somebody asked it to stop.")
    created_at: datetime = strawberry.field(description="When it was made, UTC.")
    updated_at: datetime = strawberry.field(description="Last change of anything but history and heartbeat, UTC.")
    heartbeat_at: datetime = strawberry.field(description="When it was last heard from, UTC.")
    finished_at: datetime | None = strawberry.field(description="When its exit was reported, UTC; null: not yet.")

    @strawberry.field(description="Its project.")
    async def project(self, info: RequestInfo) -> LazyProject:
        """The project of the run."""
        from runfolio_server.graph.project import Project

        row = await info.context.loaders.project.load(self.row.project_id)
        if row is None:
            raise LookupError(f"run {self.row.run_id} has no project")
        return Project.of(row)

    @strawberry.field(description="Who made it; null: an account that is gone.")
    async def user(self, info: RequestInfo) -> User | None:
        """The maker."""
        return await find_user(info, self.row.created_by)

    @strawberry.field(
        description="Where a process that resumes the run goes on in its history: the next line's number."
    )
    async def history_line_count(self, info: RequestInfo) -> Int64:
        """The next history line of the newest epoch."""
        return Int64(await self.next_line(info, "history"))

    @classmethod
    def of(cls, row: RunRow) -> Run:
        """The run of a row."""
        return cls(
            id=encode_node_id("Run", row.run_id),
            row=row,
            name=row.name,
            display_name=row.display_name,
            state=row.state,
            tags=row.tags,
            group=row.group_name,
            job_type=row.job_type,
            notes=row.notes,
            description=row.description,
            config=JSONString(row.config_text),
            summary_metrics=JSONString(row.summary_text),
            system_metrics=None if row.system_text is None else JSONString(row.system_text),
            sweep_name=row.sweep_name,
            host=row.host,
            program=row.program,
            commit=row.commit_hash,
            repository=row.repository,
            exit_code=row.exit_code,
            stop_requested=row.stop_requested,
            created_at=row.created_at,
            updated_at=row.updated_at,
            heartbeat_at=row.heartbeat_at,
            finished_at=row.finished_at,
        )


async def find_run(info: RequestInfo, project_id: int, name: str) -> Run | None:
    """The run of this name in a project that the viewer may see."""
    async with info.context.database.connection() as connection:
        row = await connection.row(SELECT_RUN_BY_NAME, project_id, name, run_id_of(project_id, name))
    return None if row is None else Run.of(row)


async def run_page(info: RequestInfo, project_id: int, first: int | None, after: str | None) -> Connection[Run]:
    """A page of a project's runs, oldest first."""
    size = page_size(first)
    created_at, run_id = _decode_run_cursor(after) if after else (None, None)
    async with info.context.database.connection() as connection:
        rows = await connection.rows(SELECT_RUNS_PAGE, project_id, created_at, run_id, size + 1)
    return build_connection(rows, size, Run.of, _run_cursor, lambda: count_runs(info, project_id))


async def count_runs(info: RequestInfo, project_id: int) -> int:
    """How many runs a project has."""
    async with info.context.database.connection() as connection:
        row = await connection.row(COUNT_RUNS, project_id)
    return row.count if row else 0


def _run_cursor(row: RunRow) -> str:
    return encode_cursor("runs", [row.created_at.isoformat(), str(row.run_id)])


def _decode_run_cursor(cursor: str) -> tuple[datetime, UUID]:
    created_at, run_id = decode_cursor("runs", cursor, [str, str])
    try:
        return datetime.fromisoformat(created_at), UUID(run_id)
    except ValueError as error:
        raise AppError("after is not a cursor of this list; take one from a page of it", path="after") from error
