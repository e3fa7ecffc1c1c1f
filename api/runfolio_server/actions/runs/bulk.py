"""Changes of many runs at once: those that a filter chooses, or those of these ids, in bounded batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from runfolio_server.actions.access import checked_project
from runfolio_server.actions.runs.added_entries import Added, checked_entries, stays_small, that_matter, wrapped
from runfolio_server.actions.runs.change import FIELD_BY_COLUMN, check_change, checked_change
from runfolio_server.actions.runs.lifecycle import edit_run_row
from runfolio_server.domain import json_text
from runfolio_server.domain.hidden import SEES_ALL
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_attribute import RunInput
from runfolio_server.domain.run_attributes import CHANGEABLE
from runfolio_server.domain.viewer import Viewer
from runfolio_server.errors import AppError
from runfolio_server.filters.run_query import RunQuery
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread, in_thread_if
from runfolio_server.sql.pool import Connection, Database
from runfolio_server.sql.run_lists.list import ChosenRunRow, select_runs_batch
from runfolio_server.sql.runs.runs import SELECT_CONFIGS

# One transaction each: long enough to be quick, short enough to block nobody for long.
BATCH_RUNS = 500
# Of configs that are read and changed at once: those of one batch may have 8 GB together.
PART_BYTES = 4 * 2**20
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
    remove_tags: Set[str] = frozenset()
    config: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRun:
    """The name of a run that stayed as it is, and why."""

    name: str
    reason: str


@dataclass(slots=True)
class ChangedRuns:
    """How many runs were changed and how many were not, and the names of the first NAMES_TOLD of either."""

    count: int = 0
    names: list[str] = field(default_factory=list)
    refused_count: int = 0
    refused: list[RefusedRun] = field(default_factory=list)

    def add(self, rows: Sequence[ChosenRunRow], refused: Sequence[RefusedRun]) -> None:
        """Count these too; `refused` are those of the rows that stayed as they are."""
        names = {run.name for run in refused}
        changed = [row.name for row in rows if row.name not in names]
        self.count += len(changed)
        self.names += changed[: NAMES_TOLD - len(self.names)]
        self.refused_count += len(refused)
        self.refused += refused[: NAMES_TOLD - len(self.refused)]


async def update_runs(
    database: Database, viewer: Viewer, choice: Choice, change: ManyRunsChange, *, is_dry_run: bool
) -> ChangedRuns:
    """Change every chosen run, but for those that would get too many tags or too large a config by it.

    Idempotent: a repeat after a failure in the middle changes the rest. A dry run checks all the same. Raises NotFound
    for a project whose runs the viewer may not change, AppError for a change or filter that no run allows.
    """
    if not (change.columns or change.add_tags or change.remove_tags or change.config):
        raise AppError(f"There is nothing to change; allowed: {', '.join(CHANGES)}", path="input", allowed=CHANGES)
    await checked_change(change.columns)
    # Whoever adds tags is told of those when a run gets too many.
    fields = {**FIELD_BY_COLUMN, "tags": "addTags"} if change.add_tags else FIELD_BY_COLUMN
    check_change({"tags": [*change.add_tags]}, fields)
    is_heavy = len(change.config or "") > HEAVY_BYTES
    added = Added()
    entries = await in_thread_if(is_heavy, _config_entries, change.config)
    if entries:
        added = await in_thread_if(is_heavy, checked_entries, entries, fields)

    async def check(rows: Sequence[ChosenRunRow]) -> list[RefusedRun]:
        refused: list[RefusedRun] = []
        for part in _parts(rows) if entries else [rows]:
            # Most configs are so small that none of what they hold can matter: these are not read.
            near = [row for row in part if entries and not stays_small(row.config_bytes, row.config_bytes, added)]
            configs = {}
            if near:
                # No connection waits until they are checked.
                async with database.connection() as connection:
                    configs = await _configs(connection, near)
                configs = await in_thread(that_matter, configs, added)
            checked = await _checked(part, configs, change, entries, fields)
            refused += [RefusedRun(row.name, str(one)) for row, one in checked if isinstance(one, AppError)]
        return refused

    async def write(connection: Connection, rows: Sequence[ChosenRunRow]) -> list[RefusedRun]:
        refused: list[RefusedRun] = []
        for part in _parts(rows) if entries else [rows]:
            configs = await _configs(connection, part) if entries else {}
            for row, columns in await _checked(part, configs, change, entries, fields):
                if isinstance(columns, AppError):
                    refused.append(RefusedRun(row.name, str(columns)))
                else:
                    await edit_run_row(connection, row.run_id, columns)
        return refused

    if is_dry_run:
        return await in_batches(database, viewer, Permission.EDIT, choice, None, check)
    return await in_batches(database, viewer, Permission.EDIT, choice, write)


async def in_batches(
    database: Database,
    viewer: Viewer,
    permission: Permission,
    choice: Choice,
    write: Callable[[Connection, Sequence[ChosenRunRow]], Awaitable[list[RefusedRun]]] | None,
    check: Callable[[Sequence[ChosenRunRow]], Awaitable[list[RefusedRun]]] | None = None,
) -> ChangedRuns:
    """Give the chosen runs to `write`, which needs this permission, a batch in each transaction; None counts them.

    Without `write`, `check` is given each batch when its transaction has ended, and tells whom a change would refuse.
    """
    query = _check_choice(choice).page(BATCH_RUNS)
    async with database.connection() as connection:
        project = await checked_project(
            connection, viewer, permission, choice.entity_name, choice.project_name, path="input"
        )
    changed = ChangedRuns()
    behind = None
    while True:
        async with database.transaction() as connection:
            batch = await select_runs_batch(
                connection, project.project_id, query, choice.run_ids, behind, is_locked=write is not None
            )
            refused = [] if write is None else await write(connection, batch.rows)
        if write is None and check is not None:
            refused = await check(batch.rows)
        changed.add(batch.rows, refused)
        if batch.behind is None:
            return changed
        behind = batch.behind


def check_id_count(ids: Sequence[object]) -> None:
    """Raise AppError for more ids than one change takes."""
    if len(ids) > IDS_MAX:
        raise AppError(f"{len(ids)} ids; allowed: {IDS_MAX}", path="input.ids")


def _check_choice(choice: Choice) -> RunQuery:
    if (choice.filters is None) == (choice.run_ids is None):
        raise AppError("Give either filters or ids; filters of {} mean every run of the project.", path="input")
    check_id_count(choice.run_ids or ())
    # Who may change all runs of a project sees all of them.
    query = RunQuery.asked(SEES_ALL, choice.filters)
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


def _parts(rows: Sequence[ChosenRunRow]) -> Iterator[Sequence[ChosenRunRow]]:
    """The runs in their order, in parts whose configs have PART_BYTES together, or one config more."""
    part: list[ChosenRunRow] = []
    size = 0
    for row in rows:
        part.append(row)
        size += row.config_bytes
        if size > PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


async def _configs(connection: Connection, rows: Sequence[ChosenRunRow]) -> dict[UUID, str]:
    found = await connection.rows(SELECT_CONFIGS, [row.run_id for row in rows])
    return {row.run_id: row.config_text for row in found}


async def _checked(
    rows: Sequence[ChosenRunRow],
    configs: Mapping[UUID, str],
    change: ManyRunsChange,
    entries: Mapping[str, Any],
    fields: Mapping[str, str],
) -> list[tuple[ChosenRunRow, dict[str, object] | AppError]]:
    """What to write of each run, or why it stays as it is; beside the loop where configs are large."""

    def check() -> list[tuple[ChosenRunRow, dict[str, object] | AppError]]:
        checked: list[tuple[ChosenRunRow, dict[str, object] | AppError]] = []
        for row in rows:
            try:
                columns = _columns(row, configs.get(row.run_id), change, entries)
                checked.append((row, check_change(columns, fields)))
            except AppError as reason:
                checked.append((row, reason))
        return checked

    return await in_thread_if(sum(map(len, configs.values())) > HEAVY_BYTES, check)


def _columns(
    row: ChosenRunRow, config_text: str | None, change: ManyRunsChange, entries: Mapping[str, Any]
) -> dict[str, object]:
    columns = dict(change.columns)
    if change.add_tags or change.remove_tags:
        tags = columns.get("tags", row.tags)
        kept = [tag for tag in (tags if isinstance(tags, list) else []) if tag not in change.remove_tags]
        columns["tags"] = list(dict.fromkeys([*kept, *change.add_tags]))
    if config_text is not None:
        config = json_text.parse(config_text.encode())
        config.update(wrapped(entries))
        columns["config"] = json_text.dump(config)
    return columns
