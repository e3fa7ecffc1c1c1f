"""Runs are copied, or moved to another project: their rows and files in bounded steps, and then shown at once.

The key of a run is made of its project and its name, so that a moved run is another row. Until its copy is whole nobody
sees it; one short transaction shows it and, of a move, deletes the source. When the source has changed meanwhile, the
copy is made anew. Whoever is killed leaves it to the worker or to the next who asks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from runfolio_server.actions.access import (
    check_member,
    checked_project,
    checked_project_of_id,
    checked_run,
    missing_run_id,
)
from runfolio_server.actions.runs.copied_files import copy_files
from runfolio_server.domain.events import EventKind
from runfolio_server.domain.names import check_run_name, new_run_name
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.domain.run_state import LIVING_STATES
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import Conflict, NotFound, Unavailable
from runfolio_server.events.writer import write_run_changes
from runfolio_server.objects.store import ObjectStore
from runfolio_server.sql.named import Query
from runfolio_server.sql.objects.unused_objects import INSERT_UNUSED_OBJECTS
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.projects.projects import COUNT_COPIED_RUN, ProjectRow
from runfolio_server.sql.run_lists.list import lock_runs
from runfolio_server.sql.runs.copied_tables import COPIED_TABLES, SHOW_COPY, CopiedTable, before_all
from runfolio_server.sql.runs.copies import (
    COPY_BRANCHES,
    COPY_EVENTS,
    COPY_FORK,
    COPY_INHERITED,
    DELETE_HIDDEN_RUN,
    DELETE_RUN_COPY,
    DELETE_TARGET_EVENTS,
    FINISH_RUN_COPY,
    FORGET_COPIED_OUTPUTS,
    INSERT_COPY_TARGET,
    INSERT_MOVED_RUN,
    INSERT_RUN_COPY,
    KEEP_COPY,
    MOVE_LOGGED_ARTIFACTS,
    SELECT_COPIED_FILES,
    SELECT_COPIED_STATE,
    SELECT_COPIED_STREAMS,
    SELECT_COPY_PLACE,
    SELECT_RUN_COPY,
    TAKE_COPY,
    RunCopyRow,
)
from runfolio_server.sql.runs.deletions import DELETE_RUNS, SELECT_DELETED_RUN
from runfolio_server.sql.runs.purge import (
    LET_GO_OF_SHARED,
    PURGE_HISTORY,
    PURGE_OBJECTS,
    PURGE_ROWS,
    SELECT_HELD_RUNS,
)
from runfolio_server.sql.runs.runs import SELECT_VISIBLE_RUN, RunRow

STEP_ROWS: Final = 500
LEASE_S: Final = 60.0
# How often a copy is made anew because its source has changed: compaction does it once or twice.
ROUNDS: Final = 5
WAIT_S: Final = 0.5
WAITS: Final = 40


@dataclass(frozen=True, slots=True)
class CopyPlace:
    """Where a copy is to be. No entity: the viewer's own; no name: that of a moved run stays, and a copy gets one."""

    entity_name: str | None
    project_name: str
    name: str | None


@dataclass(slots=True)
class Hold:
    """The right to go on with a copy, renewed with each step."""

    job: RunCopyRow
    lease: datetime | None = field(default=None)

    async def keep(self, connection: Connection) -> None:
        """In the transaction of a step. Raises Unavailable when somebody else has the copy by now."""
        row = await connection.row(KEEP_COPY, self.job.target_id, self.lease, LEASE_S)
        if row is None:
            raise Unavailable("Another process goes on with this copy; try again.")
        self.lease = row.lease


async def copy_run(
    database: Database, store: ObjectStore, viewer: Viewer, run_id: UUID, place: CopyPlace, *, is_move: bool
) -> RunRow:
    """Copy a run, or move it: then its id stays taken where it was. Idempotent for a name that is given, and for moves.

    Raises NotFound for a run that the viewer may not read (of a move: delete) or a project that they may not log to,
    Conflict for a run that has not ended, whose lines would be lost, and for a name that is taken.
    """
    name = place.name
    if name:
        check_run_name(name, "run id")
    async with database.transaction() as connection:
        permission = Permission.DELETE if is_move else Permission.READ
        project = await checked_project(
            connection, viewer, Permission.LOG, place.entity_name, place.project_name, path="input.projectName"
        )
        source = await connection.row(SELECT_VISIBLE_RUN[permission], run_id, viewer)
        # What a stranger does not see of a public run would be theirs in the copy.
        if source is not None and not is_move and source.created_by != viewer.user_id:
            await _check_reads_all(connection, viewer, source)
        if source is None:
            target_id = await _where_it_went(connection, viewer, run_id, project, name, is_move=is_move)
        else:
            target_id = await _begin(connection, viewer, source, project, name, is_move=is_move)
    await follow_copy(database, store, target_id)
    async with database.connection() as connection:
        return await checked_run(connection, viewer, Permission.READ, target_id)


async def _check_reads_all(connection: Connection, viewer: Viewer, source: RunRow) -> None:
    project = await checked_project_of_id(connection, viewer, Permission.READ, source.project_id)
    check_member(viewer, Permission.READ, project, "copy runs of others")


async def follow_copy(database: Database, store: ObjectStore, target_id: UUID) -> None:
    """Carry a copy out, or wait until somebody else has. Raises Unavailable when that takes long, Conflict."""
    for _ in range(WAITS):
        async with database.connection() as connection:
            lease = await connection.row(TAKE_COPY, target_id, LEASE_S)
            job = await connection.row(SELECT_RUN_COPY, target_id)
        if job is None or job.done_at is not None:
            return
        if lease is not None:
            await _carry_out(database, store, Hold(job, lease.lease))
            return
        await asyncio.sleep(WAIT_S)
    raise Unavailable("The run is being copied; ask again, and you are told what came of it.")


async def _where_it_went(
    connection: Connection, viewer: Viewer, run_id: UUID, project: ProjectRow, name: str | None, *, is_move: bool
) -> UUID:
    """The run that a moved one has become; Raises NotFound for one that was not moved there."""
    gone = await connection.row(SELECT_DELETED_RUN[Permission.DELETE], run_id, viewer) if is_move else None
    if gone is None or gone.moved_to != run_id_of(project.project_id, name or gone.name):
        raise missing_run_id(Permission.DELETE if is_move else Permission.READ, path="input.id")
    return gone.moved_to


async def _begin(
    connection: Connection, viewer: Viewer, source: RunRow, project: ProjectRow, name: str | None, *, is_move: bool
) -> UUID:
    name = name or (source.name if is_move else new_run_name())
    target_id = run_id_of(project.project_id, name)
    job = await connection.row(SELECT_RUN_COPY, target_id)
    if job is not None and (job.source_id, job.is_move) == (source.run_id, is_move):
        return target_id
    if source.state in LIVING_STATES:
        state = source.state
        raise Conflict(f"The run {source.name!r} is {state}; stop it, or wait until it has ended.", path="input.id")
    # First, as every start does. A request that finds the run made by its twin has counted it too, which does no harm.
    await connection.execute(COUNT_COPIED_RUN, project.project_id)
    made = await connection.execute(INSERT_COPY_TARGET, source.run_id, target_id, project.project_id, name)
    if not made:
        # Perhaps by the same request, which was sent twice.
        job = await connection.row(SELECT_RUN_COPY, target_id)
        if job is None or (job.source_id, job.is_move) != (source.run_id, is_move):
            raise Conflict(f"The run id {name!r} is taken in {project.name!r}; choose another.", path="input.name")
        return target_id
    await connection.execute(INSERT_RUN_COPY, target_id, source.run_id, is_move, viewer.user_id)
    return target_id


async def _carry_out(database: Database, store: ObjectStore, hold: Hold) -> None:
    source, target = hold.job.source_id, hold.job.target_id
    for _ in range(ROUNDS):
        async with database.connection() as connection:
            before = await _state(connection, source)
        if before is None:
            await _give_up(database, hold)
            raise Conflict("The run was deleted, or goes on, while it was copied: nothing was.", path="input.id")
        await _clear(database, hold)
        for table in COPIED_TABLES:
            await _copy_table(database, hold, table)
        async with database.transaction() as connection:
            await hold.keep(connection)
            held = [row.run_id for row in await connection.rows(SELECT_HELD_RUNS, source)]
            await connection.execute(COPY_INHERITED, source, target, held)
            await connection.execute(COPY_BRANCHES, source, target, [*held, source])
            await connection.execute(COPY_FORK, source, target)
            place = await connection.row(SELECT_COPY_PLACE, target)
            if place is not None:
                await connection.execute(COPY_EVENTS, source, target, place.entity_id, place.project_id)
        try:
            await copy_files(database, store, source, target, hold.keep)
        except NotFound:
            # A file was replaced or deleted meanwhile.
            continue
        if await _show(database, hold, before):
            return
    raise Unavailable("The run keeps changing while it is copied; try again.")


async def _copy_table(database: Database, hold: Hold, table: CopiedTable) -> None:
    after = before_all(table)
    is_full = True
    while is_full:
        async with database.transaction() as connection:
            await hold.keep(connection)
            page: list[Any] = await connection.rows(table.select_page, hold.job.source_id, *after, STEP_ROWS)
            if page:
                last = [getattr(page[-1], column) for column in table.key]
                await connection.execute(table.copy_page, hold.job.source_id, hold.job.target_id, *after, *last)
                after = last
        is_full = len(page) == STEP_ROWS


async def _clear(database: Database, hold: Hold) -> None:
    """Take away what an earlier round, or somebody who was killed, has copied."""
    target = hold.job.target_id
    async with database.transaction() as connection:
        await hold.keep(connection)
        held = [row.run_id for row in await connection.rows(SELECT_HELD_RUNS, target)]
        await connection.execute(LET_GO_OF_SHARED, target, [*held, target])
        await connection.execute(DELETE_TARGET_EVENTS, target)
    statements: tuple[Query[Any], ...] = (*PURGE_ROWS, *PURGE_OBJECTS, *PURGE_HISTORY)
    for statement in statements:
        is_full = True
        while is_full:
            async with database.transaction() as connection:
                await hold.keep(connection)
                gone: list[Any] = await connection.rows(statement, target, STEP_ROWS)
                if statement in PURGE_OBJECTS:
                    keys, sizes = [row.object_key for row in gone], [row.size for row in gone]
                    await connection.execute(INSERT_UNUSED_OBJECTS, "run", [target] * len(gone), keys, sizes)
            is_full = len(gone) == STEP_ROWS


async def _show(database: Database, hold: Hold, before: object) -> bool:
    """From the commit on readers see the copy, and not the source that was moved; False: the source has changed."""
    source, target = hold.job.source_id, hold.job.target_id
    async with database.transaction() as connection:
        await hold.keep(connection)
        await lock_runs(connection, [source, target])
        if await _state(connection, source) != before:
            return False
        await connection.execute(SHOW_COPY, source, target)
        if hold.job.is_move:
            await connection.rows(DELETE_RUNS, [source])
            await connection.execute(INSERT_MOVED_RUN, source, target, hold.job.asked_by)
            await connection.execute(MOVE_LOGGED_ARTIFACTS, source, target)
            await write_run_changes(connection, EventKind.RUN_DELETED, [source], hold.job.asked_by)
        else:
            await connection.execute(FORGET_COPIED_OUTPUTS, target)
        await write_run_changes(connection, EventKind.RUN_COPIED, [target], hold.job.asked_by)
        await connection.execute(FINISH_RUN_COPY, target)
    return True


async def _give_up(database: Database, hold: Hold) -> None:
    await _clear(database, hold)
    async with database.transaction() as connection:
        await hold.keep(connection)
        await connection.execute(DELETE_HIDDEN_RUN, hold.job.target_id)
        await connection.execute(DELETE_RUN_COPY, hold.job.target_id)


async def _state(connection: Connection, run_id: UUID) -> tuple[object, object, object] | None:
    """What changes with whatever is written to a run; None: it is gone, or has not ended."""
    state = await connection.row(SELECT_COPIED_STATE, run_id)
    if state is None or state.state in LIVING_STATES:
        return None
    streams = await connection.row(SELECT_COPIED_STREAMS, run_id)
    return state, streams, await connection.row(SELECT_COPIED_FILES, run_id)
