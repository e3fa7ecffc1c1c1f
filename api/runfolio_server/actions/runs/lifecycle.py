"""Runs: make, take up again, change. What people do to their states is in states.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from runfolio_server.actions.access import SHOWN_CHARACTERS, checked_run, missing_run_id
from runfolio_server.actions.projects.on_demand import find_project, make_project
from runfolio_server.actions.runs.change import FIELD_BY_COLUMN, NEW_NAME, Told, checked_change
from runfolio_server.actions.runs.config import needs_the_old, with_the_old
from runfolio_server.actions.runs.fork import FORK_FIELD, check_fork, inherit_rows, with_summary_of_history
from runfolio_server.actions.runs.history_summary import SummaryOf
from runfolio_server.actions.runs.shared_documents import joined_documents, keep_from_processes, of_documents
from runfolio_server.actions.runs.tombstones import gone_run
from runfolio_server.actions.runs.untold_start import what_was_before
from runfolio_server.domain.fork_point import ForkPoint
from runfolio_server.domain.names import check_run_name, new_display_words, new_run_name
from runfolio_server.domain.permission import Permission, may_with_all
from runfolio_server.domain.run_attributes import CHANGEABLE
from runfolio_server.domain.run_environment import checked_environment
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.state_change import StateCause
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError, Forbidden, Gone, NotFound
from runfolio_server.events.writer import StateMove, write_state_changes
from runfolio_server.history.storage.kept_members import LeftOutKey
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects.projects import COUNT_RUNS_EVER, ProjectRow
from runfolio_server.sql.runs.change import UPDATE_RUN, change_values, start_values
from runfolio_server.sql.runs.documents import COUNT_LEFT_OUT
from runfolio_server.sql.runs.runs import (
    LOCK_STATE,
    START_RUN,
    RunRow,
    StartedRunRow,
)


@dataclass(frozen=True, slots=True)
class RunAddress:
    """Where a run is: entity and project may be empty for the viewer's own and `uncategorized`; no name makes one.

    `run_id`: which run the caller takes that to be; None: not told.
    """

    entity_name: str | None = None
    project_name: str | None = None
    name: str | None = None
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that a process writes to, whether it was made just now, and whether it was to be a fork."""

    row: RunRow
    is_new: bool
    is_fork: bool = False


async def start_run(
    database: Database,
    viewer: Viewer,
    address: RunAddress,
    change: Mapping[str, object],
    field_by_column: Mapping[str, str] = FIELD_BY_COLUMN,
    *,
    joins_config: bool = False,
    writer: str | None = "",
    told: Told | None = None,
    environment: Mapping[str, Any] | None = None,
    fork_of: Callable[[Mapping[str, Any]], ForkPoint | None] | ForkPoint | None = None,
    summary_of: SummaryOf | None = None,
) -> StartedRun:
    """Make the run, or take it up again, and apply `change` (see update_run), of which None leaves a column as it is.

    `writer` is the process that sends its config and summary again and again, whole: "" or, where several write one
    run, its client id; what others have put there meanwhile stays. None: somebody who sends them once.

    `told` finds in a config when its process says that it began, and its environment. One that is older than the newest
    that the run has known changes nothing of what is here; see untold_start.py. `environment`: the caller's own.

    `fork_of` is what a new run is forked from, or finds that in a config: a run that is there already stays what it is,
    and is refused where it is told to be another fork. A fork's summary is what `summary_of` gives until it has one.

    With `joins_config` a run that is taken up keeps the entries of its config that are not given.
    Idempotent by the run's name: repeated, it gives the same run. Without a name each call makes another run.
    Raises NotFound for an entity to which the viewer may not log, Gone when the name belongs to a deleted run, AppError
    when it belongs to another than `address.run_id`. NotFound too for a fork of a run that is not there.
    """
    if address.name:
        check_run_name(address.name, "run id")
    given = {name: value for name, value in change.items() if value is not None}
    # A process sends its config once more with each change, and shows no error after its start.
    left_out: list[LeftOutKey] | None = None if writer is None else []
    found_in_config = fork_of if callable(fork_of) else None
    columns = await checked_change(given, field_by_column, told, left_out, found_in_config)
    if environment is not None:
        columns["environment"] = checked_environment(environment)
    name = address.name or new_run_name()
    point = fork_of if isinstance(fork_of, ForkPoint) else columns.get("config_fork_of")
    # The note in a config is that of a rewound run where it names the run itself.
    fork = point if isinstance(point, ForkPoint) and point.run_name != name else None
    given_run = _GivenRun(address, name, columns, writer, fork, joins_config, isinstance(fork_of, ForkPoint))
    started = await _started(database, viewer, given_run, field_by_column, left_out)
    started = replace(started, is_fork=fork is not None)
    if fork is not None and summary_of is not None and started.row.summary_text == "{}":
        return replace(started, row=await with_summary_of_history(database, started.row, summary_of))
    return started


@dataclass(frozen=True, slots=True)
class _GivenRun:
    """A run to start: `columns` are those of check_change. `is_fork_told`: it must be that fork, and no other run."""

    address: RunAddress
    name: str
    columns: Mapping[str, object]
    writer: str | None
    fork: ForkPoint | None
    joins_config: bool
    is_fork_told: bool


async def _started(
    database: Database,
    viewer: Viewer,
    given: _GivenRun,
    field_by_column: Mapping[str, str],
    left_out: Sequence[LeftOutKey] | None,
) -> StartedRun:
    """Start the run in its project, and join its documents to what others have put there."""
    address, columns, writer, joins_config = given.address, given.columns, given.writer, given.joins_config
    names = (address.entity_name, address.project_name)
    async with database.connection() as connection:
        project = await find_project(connection, viewer, *names)
        if project is not None:
            _check_id(address, project, given.name)
            row = await _start(connection, viewer, project, given)
        else:
            # No project without its first run.
            async with connection.transaction():
                project = await make_project(connection, viewer, *names)
                _check_id(address, project, given.name)
                row = await _start(connection, viewer, project, given)
        if left_out:
            await connection.execute(COUNT_LEFT_OUT, row.run_id, "config", writer, len(left_out))
        if not row.waiting and row.puts_back is None:
            return StartedRun(row, row.is_new)
        waiting = of_documents(columns, row.waiting)
        async with connection.transaction():
            if row.puts_back is not None:
                before = await what_was_before(connection, row.run_id, row.puts_back, field_by_column)
                changed = await update_run_row(connection, row.run_id, before)
                if not row.waiting:
                    return StartedRun(changed, is_new=False)
            if needs_the_old(waiting, joins=joins_config):
                waiting = await with_the_old(connection, row.run_id, waiting, field_by_column, joins=joins_config)
            if writer is None:
                return StartedRun(await edit_run_row(connection, row.run_id, waiting), is_new=False)
            waiting = await joined_documents(connection, row.run_id, waiting, field_by_column, writer)
            return StartedRun(await update_run_row(connection, row.run_id, waiting), is_new=False)


def _check_id(address: RunAddress, project: ProjectRow, name: str) -> None:
    if address.run_id not in (None, run_id_of(project.project_id, name)):
        raise AppError(
            f"id is that of another run than {name!r} in {project.name!r}; send the id or the name.", path="input.id"
        )


async def _start(connection: Connection, viewer: Viewer, project: ProjectRow, given: _GivenRun) -> StartedRunRow:
    """Start the run. One that is new begins, in the same transaction, with the rows of the run that it is a fork of."""
    fork = given.fork
    if fork is None:
        return await _start_row(connection, viewer, project, given)
    fork.check(FORK_FIELD)
    async with connection.transaction():
        row = await _start_row(connection, viewer, project, given)
        if row.is_new:
            entity_name = given.address.entity_name or viewer.default_entity_name
            await inherit_rows(connection, project, entity_name, row, fork)
        elif given.is_fork_told:
            await check_fork(connection, row, fork)
        return row


async def _start_row(connection: Connection, viewer: Viewer, project: ProjectRow, given: _GivenRun) -> StartedRunRow:
    if may_with_all(viewer, Permission.LOG, project.entity_id):
        return await _started_row(connection, viewer, project, given)
    # Whoever made the run is known when it is held, and then nothing of the start stays.
    async with connection.transaction():
        row = await _started_row(connection, viewer, project, given)
        if row.created_by != viewer.user_id:
            raise Forbidden(
                f"The run id {given.name[:SHOWN_CHARACTERS]!r} belongs to a run of somebody else; choose another.",
                path="name",
            )
        return row


async def _started_row(connection: Connection, viewer: Viewer, project: ProjectRow, given: _GivenRun) -> StartedRunRow:
    name, columns = given.name, given.columns
    row = await connection.row(
        START_RUN,
        run_id_of(project.project_id, name),
        project.project_id,
        name,
        new_display_words(),
        viewer.user_id,
        *start_values(columns),
        needs_the_old(columns, joins=given.joins_config),
        given.writer,
        columns.get("config_told_start"),
        columns.get("config_is_late", False),
    )
    if row is None:
        raise NotFound(f"The project {project.name!r} has just been deleted.", path="project")
    if row.is_deleted:
        gone = await gone_run(connection, viewer, row.run_id, path="name")
        raise gone or Gone(f"The run id {name!r} belongs to a deleted run; choose another.", path="name")
    return row


async def update_run(
    database: Database,
    viewer: Viewer,
    run_id: UUID,
    change: Mapping[str, object],
    field_by_column: Mapping[str, str] = FIELD_BY_COLUMN,
) -> RunRow:
    """Change some columns of a run: `change` maps columns of CHANGEABLE to values, None clears, absent leaves.

    `config` and `summary` are JSON texts, replaced whole, but for what an SDK keeps in a config; the run's processes do
    not undo it. Errors name columns as in `field_by_column`. Idempotent.
    Raises NotFound when there is no such run that the viewer may change.
    """
    columns = await checked_change(change, field_by_column)
    async with database.transaction() as connection:
        await checked_run(connection, viewer, Permission.EDIT, run_id)
        if needs_the_old(columns, joins=False):
            columns = await with_the_old(connection, run_id, columns, field_by_column, joins=False)
        return await edit_run_row(connection, run_id, columns, viewer)


async def edit_run_row(
    connection: Connection, run_id: UUID, columns: Mapping[str, object], viewer: Viewer | None = None
) -> RunRow:
    """As update_run_row, for somebody who is no process of the run: no process undoes it."""
    await keep_from_processes(connection, run_id, columns)
    return await update_run_row(connection, run_id, columns, viewer)


async def update_run_row(
    connection: Connection, run_id: UUID, columns: Mapping[str, object], viewer: Viewer | None = None
) -> RunRow:
    """Write columns that check_change has passed, in the caller's transaction. Raises NotFound when the run is gone.

    A blank display name is made anew: a repeat makes another.
    """
    if columns.get("display_name") == NEW_NAME:
        counted = await connection.row(COUNT_RUNS_EVER, run_id)
        made = f"{new_display_words()}-{counted.count if counted else 0}"
        columns = {**columns, "display_name": made}
    before = await connection.row(LOCK_STATE, run_id) if "state" in columns else None
    changed = [attribute.column for attribute in CHANGEABLE if attribute.column in columns]
    row = await connection.row(UPDATE_RUN, run_id, changed, *change_values(columns))
    if row is None:
        raise missing_run_id(Permission.EDIT, path="input.id")
    if before is not None:
        move = StateMove(run_id, before.state, row.state, None if viewer is None else viewer.user_id)
        await write_state_changes(connection, [move], StateCause.UPDATE)
    return row
