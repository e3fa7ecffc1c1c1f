"""The fields that filters and orders may name, and the SQL of each for the table alias `r` of runs.

Used by parse.py and order.py to find a field, by compile.py and order_sql.py for its SQL. The pieces of SQL here are
constants; names from a user only ever become keys of JsonField and Presence, which are bound.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

from runfolio_server.domain.json_text import storable_text
from runfolio_server.errors import AppError
from runfolio_server.filters.json_key import parse_json_key
from runfolio_server.filters.operators import Kind
from runfolio_server.filters.shown import shown_name


@dataclass(frozen=True, slots=True)
class Column:
    """A field with one SQL expression.

    `within` wraps a condition on the expression (each %s) when that belongs to another table, so that the condition is
    evaluated once per row of that table instead of once per run; `sort` is what to order by then.
    """

    name: str
    kind: Kind
    sql: str
    aliases: tuple[str, ...] = ()
    is_nullable: bool = False
    is_short: bool = False
    within: str | None = None
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class JsonField:
    """A value inside `config` or `summary`: at the first of these paths that is there."""

    document: str
    paths: tuple[tuple[str, ...], ...]
    kind: Kind = Kind.JSON


@dataclass(frozen=True, slots=True)
class Presence:
    """True where the run has this tag (text) or this key of its summary (JsonField), missing elsewhere."""

    what: str | JsonField
    kind: Kind = Kind.PRESENCE


Field = Column | JsonField | Presence

COLUMNS: Final = (
    Column("name", Kind.TEXT, "r.name", is_short=True),
    Column("display_name", Kind.TEXT, "r.display_name"),
    Column("state", Kind.TEXT, "r.state", is_short=True),
    Column("tags", Kind.TAGS, "r.tags", is_nullable=True),
    Column("group", Kind.TEXT, "r.group_name", ("group_name",), is_nullable=True),
    Column("job_type", Kind.TEXT, "r.job_type", is_nullable=True),
    Column("notes", Kind.TEXT, "r.notes", is_nullable=True),
    Column("description", Kind.TEXT, "r.description", is_nullable=True),
    Column("sweep", Kind.TEXT, "r.sweep_name", ("sweep_name",), is_nullable=True),
    Column("host", Kind.TEXT, "r.host", is_nullable=True),
    Column("program", Kind.TEXT, "r.program", is_nullable=True),
    Column("commit", Kind.TEXT, "r.commit_hash", ("commit_hash",), is_nullable=True),
    Column("repository", Kind.TEXT, "r.repository", is_nullable=True),
    Column(
        "user",
        Kind.TEXT,
        "n.name",
        ("username",),
        is_short=True,
        # Whether there is such a user at all is asked once; else an unknown one would be looked for in every run.
        within="EXISTS (SELECT FROM users AS u JOIN entities AS n USING (entity_id) WHERE %s) AND "
        "r.created_by IN (SELECT u.user_id FROM users AS u JOIN entities AS n USING (entity_id) WHERE %s)",
        sort="(SELECT n.name FROM users AS u JOIN entities AS n USING (entity_id) WHERE u.user_id = r.created_by)",
    ),
    Column(
        "entity",
        Kind.TEXT,
        "n.name",
        ("entity_name",),
        is_short=True,
        within="r.project_id IN (SELECT p.project_id FROM projects AS p JOIN entities AS n USING (entity_id) WHERE %s)",
        sort="(SELECT n.name FROM projects AS p JOIN entities AS n USING (entity_id) WHERE p.project_id=r.project_id)",
    ),
    Column(
        "project",
        Kind.TEXT,
        "p.name",
        ("project_name",),
        is_short=True,
        within="r.project_id IN (SELECT p.project_id FROM projects AS p WHERE %s)",
        sort="(SELECT p.name FROM projects AS p WHERE p.project_id = r.project_id)",
    ),
    Column("created_at", Kind.TIME, "r.created_at"),
    Column("updated_at", Kind.TIME, "r.updated_at"),
    Column("heartbeat_at", Kind.TIME, "r.heartbeat_at"),
    Column("finished_at", Kind.TIME, "r.finished_at", is_nullable=True),
    Column(
        "duration", Kind.NUMBER, "extract(epoch FROM coalesce(r.finished_at, r.heartbeat_at) - r.created_at)::numeric"
    ),
    Column("exit_code", Kind.NUMBER, "r.exit_code::numeric", is_nullable=True),
    Column("stop_requested", Kind.BOOLEAN, "r.stop_requested"),
)

NAME: Final = next(column for column in COLUMNS if column.name == "name")
CREATED_AT: Final = next(column for column in COLUMNS if column.name == "created_at")
USER: Final = next(column for column in COLUMNS if column.name == "user")

DOCUMENTS: Final = {
    "config": "config",
    "summary_metrics": "summary",
    "summaryMetrics": "summary",
    "summary": "summary",
}
BARE_SUMMARY_KEYS: Final = ("_step", "_runtime", "_timestamp", "_absolute_runtime")
"""Keys that every run logs; reports name them without `summary_metrics.`."""

ALLOWED: Final = (
    *(column.name for column in COLUMNS),
    "config.<key>",
    "summary_metrics.<key>",
    *BARE_SUMMARY_KEYS,
    "tags.<tag>",
    "keys_info.keys.<key>",
)
"""What to say when a field is unknown. Every name may be spelled in camelCase too."""

_WITH_KEY = re.compile(r"(config|summary_metrics|summaryMetrics|summary|keys_info\.keys|keysInfo\.keys)([.\[].*)", re.S)


def camel_case(name: str) -> str:
    """`display_name` → `displayName`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_BY_NAME: Final = {
    spelling: column
    for column in COLUMNS
    for name in (column.name, *column.aliases)
    for spelling in (name, camel_case(name))
}


def find_field(name: str, path: str) -> Field:
    """The field of this name; `path` says where it stands. Raises AppError with what is allowed."""
    column = _BY_NAME.get(name)
    if column is not None:
        return column
    if name in BARE_SUMMARY_KEYS:
        return JsonField("summary", ((name,),))
    match = _WITH_KEY.fullmatch(name)
    if match:
        root, key = match.groups()
        document = DOCUMENTS.get(root)
        if document is not None:
            return JsonField(document, parse_json_key(key, path, is_wrapped=document == "config"))
        return Presence(JsonField("summary", parse_json_key(key, path, is_wrapped=False)))
    if name.startswith("tags.") and len(name) > len("tags."):
        return Presence(storable_text(name.removeprefix("tags.")))
    raise _unknown(name, path)


def _unknown(name: str, path: str) -> AppError:
    near = difflib.get_close_matches(name[:100], [*_BY_NAME, *DOCUMENTS], n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    if name in DOCUMENTS:
        hint = f" (name a key of it: {name}.<key>)"
    return AppError(
        f"Unknown field {shown_name(name)!r}{hint} at {path}; allowed: {', '.join(ALLOWED)}", path=path, allowed=ALLOWED
    )
