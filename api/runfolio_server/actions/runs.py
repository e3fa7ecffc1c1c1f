"""Runs: make, take up again, change, stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from runfolio_server.actions.projects import ensure_project
from runfolio_server.actions.run_change import check_change
from runfolio_server.domain.names import check_run_name, new_display_name, new_run_name
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.run_state import RunState
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Gone, NotFound
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects import COUNT_PROJECT_RUN, ProjectRow
from runfolio_server.sql.runs import (
    BEAT_RUN,
    INSERT_RUN,
    LOCK_RUN,
    REQUEST_STOP,
    RESTART_RUN,
    SELECT_VISIBLE_RUN,
    UPDATE_RUN,
    RunRow,
)

# NOTE: the order of the parameters of update_run in runs.sql.
CHANGEABLE = (
    "display_name",
    "tags",
    "group_name",
    "job_type",
    "notes",
    "description",
    "sweep_name",
    "host",
    "program",
    "commit_hash",
    "repository",
    "config",
    "summary",
    "state",
)
ENDED = frozenset(
    {RunState.FINISHED, RunState.FAILED, RunState.CRASHED, RunState.KILLED, RunState.PREEMPTED, RunState.PENDING}
)


@dataclass(frozen=True, slots=True)
class RunAddress:
    """Where a run is: entity and project may be empty for the viewer's own and `uncategorized`; no name makes one."""

    entity_name: str | None = None
    project_name: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that a process writes to, and whether it was made just now."""

    row: RunRow
    is_new: bool


async def start_run(
    database: Database, viewer: Viewer, address: RunAddress, change: Mapping[str, object]
) -> StartedRun:
    """Make the run, or take it up again, and apply `change` (see update_run).

    Idempotent by the run's name: repeated, it gives the same run. Without a name each call makes another run.
    Raises NotFound for an entity that the viewer may not write, Gone when the name belongs to a deleted run.
    """
    if address.name:
        check_run_name(address.name, "run id")
    columns = check_change(change)
    async with database.transaction() as connection:
        project = await ensure_project(connection, viewer, address.entity_name, address.project_name)
        name = address.name or new_run_name()
        run_id = run_id_of(project.project_id, name)
        state = str(columns.get("state") or RunState.RUNNING)
        is_new = await _insert(connection, viewer, project, run_id, name, state)
        if not is_new:
            await _take_up(connection, run_id, name, project, is_state_given="state" in columns)
        return StartedRun(await update_run_row(connection, run_id, columns), is_new)


async def update_run(database: Database, viewer: Viewer, run_id: UUID, change: Mapping[str, object]) -> RunRow:
    """Change some columns of a run: `change` maps names of CHANGEABLE to values, None clears, absent leaves.

    `config` and `summary` are JSON texts, replaced whole. Idempotent. Raises NotFound when the viewer sees no such run.
    """
    columns = check_change(change)
    async with database.transaction() as connection:
        await visible_run(connection, viewer, run_id)
        return await update_run_row(connection, run_id, columns)


async def stop_run(database: Database, viewer: Viewer, run_id: UUID) -> None:
    """Ask the run's process to stop: it is told with the answer to its next batch. Idempotent."""
    async with database.transaction() as connection:
        await visible_run(connection, viewer, run_id)
        await connection.execute(REQUEST_STOP, run_id)


async def visible_run(connection: Connection, viewer: Viewer, run_id: UUID) -> RunRow:
    """The run. Raises NotFound when there is none, or none that the viewer may see."""
    row = await connection.row(SELECT_VISIBLE_RUN, run_id, viewer.entity_ids)
    if row is None:
        raise NotFound("There is no run of this id that you may change.", path="input.id")
    return row


async def _insert(
    connection: Connection, viewer: Viewer, project: ProjectRow, run_id: UUID, name: str, state: str
) -> bool:
    if await connection.row(LOCK_RUN, run_id) is not None:
        return False
    try:
        async with connection.transaction():
            # Locks the project's row: of two clients that make the same run one waits here, and then finds it made.
            number = await connection.row(COUNT_PROJECT_RUN, project.project_id)
            if number is None:
                raise NotFound(f"The project {project.name!r} has just been deleted.", path="project")
            display_name = new_display_name(number.count)
            run = (run_id, project.project_id, name, display_name, state, viewer.user_id)
            if await connection.row(INSERT_RUN, *run) is None:
                raise _MadeMeanwhile
    except _MadeMeanwhile:
        return False
    return True


class _MadeMeanwhile(Exception):
    """Somebody else made the run: it must not be counted twice."""


async def _take_up(
    connection: Connection, run_id: UUID, name: str, project: ProjectRow, *, is_state_given: bool
) -> None:
    lock = await connection.row(LOCK_RUN, run_id)
    if lock is None or lock.is_deleted:
        raise Gone(f"The run id {name!r} belongs to a deleted run of {project.name!r}; choose another.", path="name")
    if is_state_given:
        return
    await connection.execute(RESTART_RUN if lock.state in ENDED else BEAT_RUN, run_id)


async def update_run_row(connection: Connection, run_id: UUID, columns: Mapping[str, object]) -> RunRow:
    """Write columns that check_change has passed. Raises NotFound when the run is gone."""
    values: list[object] = []
    for name in CHANGEABLE:
        values.append(columns.get(name))
        if name in ("config", "summary"):
            values.append(columns.get(f"{name}_jsonb"))
    row = await connection.row(UPDATE_RUN, run_id, [name for name in CHANGEABLE if name in columns], *values)
    if row is None:
        raise NotFound("There is no run of this id that you may change.", path="input.id")
    return row
