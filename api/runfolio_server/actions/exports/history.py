"""Which history an export means: the runs, the keys and the steps, and the tables with their types.

Called by endpoints/export_history.py. What the viewer may not see is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from runfolio_server.actions.access import checked_project, missing_run
from runfolio_server.domain.hidden import sight_of
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.history.reading.arrow import Layout
from runfolio_server.history.reading.column_types import TypedTables, read_typed_tables
from runfolio_server.history.reading.keys import list_keys
from runfolio_server.history.reading.run_pages import Wanted
from runfolio_server.sql.pool import Database
from runfolio_server.sql.run_lists.chosen_runs import RunNameRow, select_chosen_runs

KEYS_MAX = 10_000
RUNS_MAX = 10_000
RUNS_WITHOUT_KEYS_MAX = 100
"""Runs whose keys are all looked up; for more of them the keys must be named."""


@dataclass(frozen=True, slots=True)
class RunChoice:
    """Runs of a project: those of these names (None: all) that the filters choose.

    They come in this order, or without one in the order of the names; `first` cuts the list.
    """

    entity: str
    project: str
    names: Sequence[str] | None = None
    filters: str | None = None
    order: str | None = None
    first: int | None = None


async def open_history_export(
    database: Database, viewer: Viewer, choice: RunChoice, wanted: Wanted, *, has_run_column: bool
) -> tuple[Layout, TypedTables]:
    """The columns and the pages of tables; without names of keys in `wanted`, all keys that the runs have.

    Raises NotFound for a project or a named run that is not there, AppError for more than is allowed.
    """
    runs = await _choose_runs(database, viewer, choice)
    run_ids = [run.run_id for run in runs]
    if not wanted.names:
        wanted = replace(wanted, names=await _all_keys(database, run_ids, wanted.stream), are_all=True)
    if len(wanted.names) > KEYS_MAX:
        raise AppError(f"{len(wanted.names)} keys; allowed: {KEYS_MAX}, so name those you need", path="keys")
    typed = await read_typed_tables(database, run_ids, wanted)
    run_names = [run.name for run in runs] if has_run_column else None
    return Layout(run_names, typed.step_kind, wanted.columns, typed.kinds), typed


async def _choose_runs(database: Database, viewer: Viewer, choice: RunChoice) -> list[RunNameRow]:
    if choice.names is not None and len(choice.names) > RUNS_MAX:
        raise AppError(f"{len(choice.names)} ids; allowed: {RUNS_MAX}", path="ids")
    async with database.connection() as connection:
        row = await checked_project(connection, viewer, Permission.READ, choice.entity, choice.project)
        query = RunQuery.asked(sight_of(viewer, row.entity_id, row.visibility), choice.filters, choice.order)
        query = query.page(RUNS_MAX + 1 if choice.first is None else choice.first)
        found = await select_chosen_runs(connection, RunNameRow, row.project_id, query, choice.names)
    if len(found) > RUNS_MAX:
        raise AppError(f"These are more than {RUNS_MAX} runs, which is the most; choose fewer, or give first")
    if choice.names is None:
        return found
    by_name = {run.name: run for run in found}
    unknown = [name for name in choice.names if name not in by_name]
    if unknown and choice.filters is None and choice.first is None:
        raise missing_run(unknown, choice.entity, choice.project, Permission.READ)
    return found if choice.order else [by_name[name] for name in dict.fromkeys(choice.names) if name in by_name]


async def _all_keys(database: Database, run_ids: Sequence[UUID], stream: str) -> tuple[str, ...]:
    if len(run_ids) > RUNS_WITHOUT_KEYS_MAX:
        raise AppError(f"{len(run_ids)} runs; without keys at most {RUNS_WITHOUT_KEYS_MAX}: name the keys", path="keys")
    found = await list_keys(database, run_ids, stream)
    return tuple(sorted({key.name for keys in found.values() for key in keys}))
