"""The attributes of runs: what there is to say of a run beside its history, one row for each.

From here come the bounds of changes, the fields of filters, the columns of exports, the statement that changes a run,
and what the mutations take. What is written out for readers and mypy (tables.sql, row classes, GraphQL classes, the
client) is held equal to it by tests/contract/test_run_attributes.py, which says what to add where.
"""

from __future__ import annotations

from typing import Final

from runfolio_server.domain.names import DISPLAY_NAME_MAX
from runfolio_server.domain.run_attribute import RunAttribute, RunInput, ValueKind
from runfolio_server.domain.run_state import RunState

TEXT, TEXTS, TIME, NUMBER, BOOLEAN, DOCUMENT = ValueKind
EVERY_INPUT: Final = frozenset(RunInput)
AT_CREATION: Final = frozenset({RunInput.CREATE})
_STATES: Final = [state.value for state in RunState]

# In the order in which filters tell what fields there are. Set by hand, so that a row is read in one look.
# fmt: off
RUN_ATTRIBUTES: Final = (
    RunAttribute(
        "name", TEXT, "The slug in URLs, unique in its project; clients call it the run's id.",
        field="name", filter_names=("name",), export_names=("id",), is_short=True,
    ),
    RunAttribute(
        "display_name", TEXT, "What people read; not unique. Clients call it the run's name.",
        field="display_name", filter_names=("display_name",), export_names=("name", "display_name"), inputs=EVERY_INPUT,
        is_changeable=True, characters_max=DISPLAY_NAME_MAX,
    ),
    RunAttribute(
        "state", TEXT, f"{', '.join(_STATES[:-1])} or {_STATES[-1]}.",
        field="state", filter_names=("state",), export_names=("state",), is_changeable=True, is_short=True,
        values=tuple(_STATES),
    ),
    RunAttribute(
        "tags", TEXTS, "Short labels, a set.",
        field="tags", filter_names=("tags",), export_names=("tags",), inputs=EVERY_INPUT, is_changeable=True,
        characters_max=256, items_max=500,
    ),
    RunAttribute(
        "group_name", TEXT, "Free text that gathers runs; null: none.",
        field="group", filter_names=("group", "group_name"), export_names=("group", "group_name"), inputs=EVERY_INPUT,
        is_changeable=True, characters_max=512, is_nullable=True, blank_is_none=True,
    ),
    RunAttribute(
        "job_type", TEXT, "Free text: the role inside a group; null: none.",
        field="job_type", filter_names=("job_type",), export_names=("job_type",), inputs=EVERY_INPUT,
        is_changeable=True, characters_max=512, is_nullable=True, blank_is_none=True,
    ),
    RunAttribute(
        "notes", TEXT, "The user's long text; null: none.",
        field="notes", filter_names=("notes",), export_names=("notes",), inputs=EVERY_INPUT, is_changeable=True,
        characters_max=1_000_000, is_nullable=True,
    ),
    RunAttribute(
        "description", TEXT, "A second long text, kept for old programs; null: none.",
        field="description", filter_names=("description",), inputs=frozenset({RunInput.UPDATE}), is_changeable=True,
        characters_max=1_000_000, is_nullable=True,
    ),
    RunAttribute(
        "sweep_name", TEXT, "The sweep it belongs to; null: none.",
        field="sweep_name", filter_names=("sweep", "sweep_name"), export_names=("sweep_name", "sweep"),
        is_changeable=True, characters_max=128, is_nullable=True,
    ),
    RunAttribute(
        "host", TEXT, "The machine, as the run itself says; null: not told.",
        field="host", filter_names=("host",), export_names=("host",), inputs=AT_CREATION, is_changeable=True,
        characters_max=512, is_nullable=True,
    ),
    RunAttribute(
        "program", TEXT, "What was run; null: not told.",
        field="program", filter_names=("program",), inputs=AT_CREATION, is_changeable=True, characters_max=4096,
        is_nullable=True,
    ),
    RunAttribute(
        "commit_hash", TEXT, "Commit of its source; null: not told.",
        field="commit", filter_names=("commit", "commit_hash"), inputs=AT_CREATION, is_changeable=True,
        characters_max=128, is_nullable=True,
    ),
    RunAttribute(
        "repository", TEXT, "Repository of its source; null: not told.",
        field="repository", filter_names=("repository",), inputs=AT_CREATION, is_changeable=True, characters_max=4096,
        is_nullable=True,
    ),
    RunAttribute(
        "username", TEXT, "Who made it.",
        field="user", filter_names=("user", "username"), export_names=("user", "username"), is_short=True,
        is_stored=False,
    ),
    RunAttribute(
        "entity_name", TEXT, "The owner of its project.",
        field="entity", filter_names=("entity", "entity_name"), export_names=("entity", "entity_name"), is_short=True,
        is_stored=False,
    ),
    RunAttribute(
        "project_name", TEXT, "Its project.",
        field="project", filter_names=("project", "project_name"), export_names=("project", "project_name"),
        is_short=True, is_stored=False,
    ),
    RunAttribute(
        "created_at", TIME, "When it was made, UTC.",
        field="created_at", filter_names=("created_at",), export_names=("created_at",),
    ),
    RunAttribute(
        "updated_at", TIME, "Last change of anything but history and heartbeat, UTC.",
        field="updated_at", filter_names=("updated_at",),
    ),
    RunAttribute(
        "heartbeat_at", TIME, "When it was last heard from, UTC.",
        field="heartbeat_at", filter_names=("heartbeat_at",), export_names=("heartbeat_at",),
    ),
    RunAttribute(
        "finished_at", TIME, "When its exit was reported, UTC; null: not yet.",
        field="finished_at", filter_names=("finished_at",), export_names=("finished_at",), is_nullable=True,
    ),
    RunAttribute(
        "started_at", TIME, "When its first process began, as that says, UTC; null: none has said it.",
        field="started_at", filter_names=("started_at",), export_names=("started_at",), is_nullable=True,
    ),
    RunAttribute(
        "duration", NUMBER,
        "Seconds from its start to its end, or to heartbeat_at while that is missing; of a run that was sent later its "
        "_runtime.",
        field="duration", filter_names=("duration",), export_names=("duration",), is_stored=False,
    ),
    RunAttribute(
        "exit_code", NUMBER, "Exit code of its process; null: none was reported.",
        field="exit_code", filter_names=("exit_code",), export_names=("exit_code",), is_nullable=True,
    ),
    RunAttribute(
        "stop_requested", BOOLEAN, "Whether somebody asked it to stop.",
        field="stop_requested", filter_names=("stop_requested",),
    ),
    RunAttribute(
        "config", DOCUMENT,
        'Inputs, as received: an object whose every entry is wrapped, as in {"lr": {"value": 0.1}}.',
        field="config", inputs=frozenset({RunInput.CREATE, RunInput.UPDATE}), is_changeable=True,
    ),
    RunAttribute(
        "summary", DOCUMENT, "One value per key, by default the last logged; as received.",
        field="summary_metrics", inputs=frozenset({RunInput.UPDATE}), is_changeable=True,
    ),
    RunAttribute(
        "system", DOCUMENT, "The newest machine measurements, one value per key; null: none yet.",
        field="system_metrics", is_nullable=True,
    ),
)
# fmt: on

CHANGEABLE: Final = tuple(attribute for attribute in RUN_ATTRIBUTES if attribute.is_changeable)
"""What a start or a change of a run may write."""


def attribute_of(field: str) -> RunAttribute:
    """The attribute of a field of GraphQL's Run, in snake_case."""
    return next(attribute for attribute in RUN_ATTRIBUTES if attribute.field == field)
