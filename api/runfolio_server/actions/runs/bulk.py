"""Changes of many runs at once: those that a filter chooses, or those of these ids, in bounded batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from runfolio_server.actions.access import checked_project
from runfolio_server.actions.runs.change import FIELD_BY_COLUMN, check_change
from runfolio_server.actions.runs.lifecycle import edit_run_row
from runfolio_server.domain import json_text
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_attribute import RunInput
from runfolio_server.domain.run_attributes import CHANGEABLE
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.events.writer import write_runs_deleted
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.run_lists.list import ChosenRunRow, select_runs_batch
from runfolio_server.sql.runs.runs import DELETE_RUNS

# One transaction each: long enough to be quick, short enough to block nobody for long.
BATCH_RUNS = 500
IDS_MAX = 10_000
NAMES_TOLD = 1000
CHANGES = (
    *("addTags", "removeTags"),
    *(FIELD_BY_COLUMN[attribute.column] for attribute in CHANGEABLE if RunInput.UPDATE_MANY in attribute.inputs),
    "config",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which runs of a project: by filter or by ids, exactly one of them; `filters` of {} means all."""

    entity_name: str | None
    project_name: str
    filters: str | None = None
    run_ids: list[UUID] | None = None


@dataclass(frozen=True, slots=True)
class ManyRunsChange:
    """What to do to each run: `columns` as for update_run; tags added and removed; config entries set, unwrapped."""

    columns: Mapping[str, object] = field(default_factory=dict)
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    config: str | None = None


@dataclass(slots=True)
class ChangedRuns:
    """How many runs, and the names of the first NAMES_TOLD of them."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, rows: Sequence[ChosenRunRow]) -> None:
        """Count these too."""
        self.count += len(rows)
        self.names += [row.name for row in rows[: NAMES_TOLD - len(self.names)]]


async def update_runs(
    database: Database, viewer: Viewer, choice: Choice, change: ManyRunsChange, *, is_dry_run: bool
) -> ChangedRuns:
    """Change every chosen run. Idempotent: a repeat after a failure in the middle changes the rest.

    A dry run checks all the same. Raises NotFound for a project whose runs the viewer may not change, AppError for a
    change or filter that is not allowed, also when one of the runs would get too many tags or too large a config by it.
    """
    if not (change.columns or change.add_tags or change.remove_tags or change.config):
        raise AppError(f"There is nothing to change; allowed: {', '.join(CHANGES)}", path="input", allowed=CHANGES)
    check_change(change.columns)
    # Whoever adds tags is told of those when a run gets too many.
    fields = {**FIELD_BY_COLUMN, "tags": "addTags"} if change.add_tags else FIELD_BY_COLUMN
    check_change({"tags": [*change.add_tags]}, fields)
    entries = _config_entries(change.config)

    async def write(connection: Connection, rows: Sequence[ChosenRunRow]) -> None:
        for row in rows:
            columns = check_change(_columns(row, change, entries), fields)
            if not is_dry_run:
                await edit_run_row(connection, row.run_id, columns)

    return await _in_batches(database, viewer, Permission.EDIT, choice, write, is_locked=not is_dry_run)


async def delete_runs(database: Database, viewer: Viewer, choice: Choice, *, is_dry_run: bool) -> ChangedRuns:
    """Delete every chosen run: gone for readers, while the name stays taken. Idempotent."""

    async def write(connection: Connection, rows: Sequence[ChosenRunRow]) -> None:
        deleted = await connection.rows(DELETE_RUNS, [row.run_id for row in rows])
        await write_runs_deleted(connection, [row.run_id for row in deleted])

    written = None if is_dry_run else write
    return await _in_batches(database, viewer, Permission.DELETE, choice, written, is_locked=not is_dry_run)


async def _in_batches(
    database: Database,
    viewer: Viewer,
    permission: Permission,
    choice: Choice,
    write: Callable[[Connection, Sequence[ChosenRunRow]], Awaitable[None]] | None,
    *,
    is_locked: bool,
) -> ChangedRuns:
    """Give the chosen runs to `write`, which needs this permission, a batch in each transaction; None counts them."""
    query = _check_choice(choice).page(BATCH_RUNS)
    async with database.connection() as connection:
        project = await checked_project(
            connection, viewer, permission, choice.entity_name, choice.project_name, path="input"
        )
    changed = ChangedRuns()
    behind = None
    while True:
        async with database.transaction() as connection:
            rows = await select_runs_batch(
                connection, project.project_id, query, choice.run_ids, behind, is_locked=is_locked
            )
            if write is not None:
                await write(connection, rows)
        changed.add(rows)
        if len(rows) < BATCH_RUNS:
            return changed
        behind = rows[-1].run_id


def _check_choice(choice: Choice) -> RunQuery:
    if (choice.filters is None) == (choice.run_ids is None):
        raise AppError("Give either filters or ids; filters of {} mean every run of the project.", path="input")
    if choice.run_ids is not None and len(choice.run_ids) > IDS_MAX:
        raise AppError(f"{len(choice.run_ids)} ids; allowed: {IDS_MAX}", path="input.ids")
    query = RunQuery.parse(choice.filters)
    if choice.run_ids is None and not query.has_filters:
        # For a list no filters are all runs. A change of all is asked for in so many words.
        raise AppError("filters is empty; {} means every run of the project.", path="input.filters")
    return query


def _config_entries(text: str | None) -> dict[str, Any]:
    try:
        entries = {} if text is None else json_text.parse(text.encode("utf-8", "backslashreplace"))
    except ValueError as error:
        raise AppError(f"config is not valid JSON: {error}", path="input.config") from error
    if not isinstance(entries, dict):
        raise AppError("config must be an object of the entries to set.", path="input.config")
    return entries


def _columns(row: ChosenRunRow, change: ManyRunsChange, entries: Mapping[str, Any]) -> dict[str, object]:
    columns = dict(change.columns)
    if change.add_tags or change.remove_tags:
        tags = columns.get("tags", row.tags)
        kept = [tag for tag in (tags if isinstance(tags, list) else []) if tag not in change.remove_tags]
        columns["tags"] = list(dict.fromkeys([*kept, *change.add_tags]))
    if entries:
        config = json_text.parse(row.config_text.encode())
        config.update((key, {"value": value}) for key, value in entries.items())
        columns["config"] = json_text.dump(config)
    return columns
