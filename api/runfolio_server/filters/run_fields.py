"""What filters and orders of runs may name, and the SQL of each for the table alias `r` of runs.

Given to parse.py and order.py as an argument, as the table of every other kind of object would be.
"""

from __future__ import annotations

from typing import Final

from runfolio_server.domain.run_id import run_id_of
from runfolio_server.filters.field_table import FieldTable, UniqueKey
from runfolio_server.filters.fields import Column, DerivedKey, Document
from runfolio_server.filters.operators import Kind

_COLUMNS: Final = (
    Column("name", Kind.TEXT, "r.name", is_short=True, derived_key=DerivedKey("r.run_id", run_id_of)),
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

CREATED_AT, USER, TAGS = (
    next(column for column in _COLUMNS if column.name == name) for name in ("created_at", "user", "tags")
)

CONFIG: Final = Document("config", "r.config", ("config",), is_wrapped=True, has_containment_index=True)
SUMMARY: Final = Document(
    "summary",
    "r.summary",
    ("summary_metrics", "summaryMetrics", "summary"),
    key_lists=("keys_info.keys", "keysInfo.keys"),
    # Every run logs these; reports name them without `summary_metrics.`.
    bare_keys=("_step", "_runtime", "_timestamp", "_absolute_runtime"),
)

RUN_FIELDS: Final = FieldTable(_COLUMNS, (CONFIG, SUMMARY), CREATED_AT, UniqueKey("r.run_id", "uuid"))
