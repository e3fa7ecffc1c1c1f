"""What filters and orders of runs may name, and the SQL of each for the table alias `r` of runs.

Given to parse.py and order.py as an argument, as the table of every other kind of object would be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from runfolio_server.domain.document_columns import INTERNAL_KEYS
from runfolio_server.domain.hidden import ATTRIBUTES, DOCUMENTS, EDGE_FIELDS, MEMBERS, REFUSAL, Sight
from runfolio_server.domain.run_attribute import RunAttribute, ValueKind
from runfolio_server.domain.run_attributes import RUN_ATTRIBUTES
from runfolio_server.domain.run_id import run_id_of
from runfolio_server.filters.language.field_table import FieldTable, UniqueKey
from runfolio_server.filters.language.fields import Column, DerivedKey, Document, Field, JsonField, Presence
from runfolio_server.filters.language.operators import FieldKind

_KINDS: Final = {
    ValueKind.TEXT: FieldKind.TEXT,
    ValueKind.TEXTS: FieldKind.TAGS,
    ValueKind.TIME: FieldKind.TIME,
    ValueKind.NUMBER: FieldKind.NUMBER,
    ValueKind.BOOLEAN: FieldKind.BOOLEAN,
}


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """The SQL of what is no column of `runs`; `within`, `sort` and `joined` as in Column."""

    sql: str
    within: str | None = None
    sort: str | None = None
    joined: str = ""


DURATION_SQL: Final = (
    # Of a run that was sent when it was over the server saw neither start nor end: what it says itself counts.
    "CASE WHEN r.created_at > r.started_at + interval '1 minute' AND jsonb_typeof(r.summary -> '_runtime') = 'number'"
    " THEN (r.summary ->> '_runtime')::numeric"
    " ELSE extract(epoch FROM coalesce(r.finished_at, r.heartbeat_at) - coalesce(r.started_at, r.created_at))::numeric"
    " END"
)

_ELSEWHERE: Final = {
    "username": _Elsewhere(
        "n.name",
        # Whether there is such a user at all is asked once; else an unknown one would be looked for in every run.
        within="EXISTS (SELECT 1 FROM users AS u JOIN entities AS n USING (entity_id) WHERE %s) AND "
        "r.created_by IN (SELECT u.user_id FROM users AS u JOIN entities AS n USING (entity_id) WHERE %s)",
        sort="maker.name",
        joined="JOIN users AS account ON account.user_id = r.created_by "
        "JOIN entities AS maker ON maker.entity_id = account.entity_id",
    ),
    "entity_name": _Elsewhere(
        "n.name",
        within="r.project_id IN (SELECT p.project_id FROM projects AS p JOIN entities AS n USING (entity_id) WHERE %s)",
        sort="owner.name",
        joined="JOIN projects AS owned ON owned.project_id = r.project_id "
        "JOIN entities AS owner ON owner.entity_id = owned.entity_id",
    ),
    "project_name": _Elsewhere(
        "p.name",
        within="r.project_id IN (SELECT p.project_id FROM projects AS p WHERE %s)",
        sort="home.name",
        joined="JOIN projects AS home ON home.project_id = r.project_id",
    ),
    "duration": _Elsewhere(DURATION_SQL),
}


def _column(attribute: RunAttribute) -> Column:
    name, *aliases = attribute.filter_names
    cast = "::numeric" if attribute.kind is ValueKind.NUMBER else ""
    found = _Elsewhere(f"r.{attribute.column}{cast}") if attribute.is_stored else _ELSEWHERE[attribute.column]
    return Column(
        name,
        _KINDS[attribute.kind],
        found.sql,
        tuple(aliases),
        # A run without tags counts as one that has none to compare.
        is_nullable=attribute.is_nullable or attribute.kind is ValueKind.TEXTS,
        blank_is_none=attribute.blank_is_none,
        is_short=attribute.is_short,
        values=attribute.values,
        within=found.within,
        sort=found.sort,
        joined=found.joined,
        derived_key=DerivedKey("r.run_id", run_id_of) if attribute.column == "name" else None,
    )


EDGES: Final = "FROM artifact_use AS e"
"""The one table of fields of runs that has rows of many runs beside `runs`: sql/named.py looks for it."""

# The artifacts are found first, however many there are: no row of them lies beside the runs.
_HAS_EDGE: Final = (
    "r.run_id IN (SELECT e.run_id FROM artifact_use AS e WHERE e.direction = 'DIRECTION' AND e.artifact_id IN "
    "(SELECT v.artifact_id FROM artifact AS v JOIN artifact_collection AS c USING (collection_id) "
    "JOIN artifact_type AS t USING (type_id) WHERE %s))"
)


def _edge_column(name: str, direction: str, part: str, sql: str) -> Column:
    """What a run used or logged: a condition on one of these artifacts."""
    within = _HAS_EDGE.replace("DIRECTION", direction)
    return Column(f"{name}{part}", FieldKind.TEXT, sql, is_short=True, within=within, is_value=False)


_EDGES: Final = tuple(
    _edge_column(name, direction, part, sql)
    for name, direction in (("input_artifacts", "input"), ("output_artifacts", "output"))
    for part, sql in (
        ("", "(c.name || ':v' || v.version_index::text)"),
        (".name", "c.name"),
        (".type", "t.name"),
    )
)

_COLUMNS: Final = (*(_column(attribute) for attribute in RUN_ATTRIBUTES if attribute.filter_names), *_EDGES)

CREATED_AT, USER, TAGS = (
    next(column for column in _COLUMNS if column.name == name) for name in ("created_at", "user", "tags")
)

CONFIG: Final = Document("config", "r.config", ("config",), is_wrapped=True, has_containment_index=True)
LOGGED_KEYS: Final = Document("logged_keys", "r.logged_keys", ())
SUMMARY: Final = Document(
    "summary",
    "r.summary",
    ("summary_metrics", "summaryMetrics", "summary"),
    key_lists=("keys_info.keys", "keysInfo.keys"),
    listed_in=LOGGED_KEYS,
    # Every run logs these; reports name them without `summary_metrics.`.
    bare_keys=("_step", "_runtime", "_timestamp", "_absolute_runtime"),
)

ENVIRONMENT: Final = Document("environment", "r.environment", ("environment",))

RUN_FIELDS: Final = FieldTable(_COLUMNS, (CONFIG, SUMMARY, ENVIRONMENT), CREATED_AT, UniqueKey("r.run_id", "uuid"))

_HIDDEN: Final = frozenset(
    {
        *(each.filter_names[0] for each in RUN_ATTRIBUTES if each.filter_names and ATTRIBUTES[each.column] is MEMBERS),
        *(name for name, audience in EDGE_FIELDS.items() if audience is MEMBERS),
    }
)


def _is_hidden(field: Field) -> bool:
    """Whether only members may name it, however a key of a document is spelled."""
    if isinstance(field, Column):
        return field.name in _HIDDEN
    if isinstance(field, Presence):
        return isinstance(field.what, JsonField) and _is_hidden(field.what)
    if DOCUMENTS[field.document.column] is MEMBERS:
        return True
    return field.document is CONFIG and any(path[0] in INTERNAL_KEYS for path in (*field.paths, *field.names))


SHOWN_RUN_FIELDS: Final = replace(RUN_FIELDS, is_hidden=_is_hidden, refusal=REFUSAL)
"""For those who do not see all of every run: what they do not see, their filters do not find."""


def run_fields_for(sight: Sight) -> FieldTable:
    """What a viewer with this sight may name."""
    return RUN_FIELDS if sight.sees_all else SHOWN_RUN_FIELDS
