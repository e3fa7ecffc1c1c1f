"""Columns of an export of runs: the names that one may ask for, as filters spell them, and what each stands for.

Called by runs.py; pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from runfolio_server.domain.document_columns import INTERNAL_KEYS
from runfolio_server.domain.dotted_key import find, value_at
from runfolio_server.domain.hidden import ATTRIBUTES as AUDIENCES
from runfolio_server.domain.hidden import DOCUMENTS, IN_PART, MEMBERS, REFUSAL, Sight
from runfolio_server.domain.run_attributes import RUN_ATTRIBUTES
from runfolio_server.errors import AppError, Forbidden
from runfolio_server.filters.error_excerpt import name_excerpt
from runfolio_server.filters.language.field_table import camel_case
from runfolio_server.filters.language.json_key import JsonKey, parse_json_key
from runfolio_server.filters.run_fields import RUN_FIELDS, SUMMARY

COLUMNS_MAX: Final = 10_000

# How a table of runs begins and ends; what is between has the order of RUN_ATTRIBUTES.
_FIRST: Final = ("id", "name", "state", "user", "group", "job_type")
_LAST: Final = ("exit_code", "created_at", "started_at", "heartbeat_at", "finished_at", "entity", "project")
_CONSTANT: Final = ("entity", "project")
_MISSING: Final = object()
DURATION: Final = "duration"
"""Only there when asked for: it is made of others."""

_EXPORTED: Final = {attribute.export_names[0]: attribute for attribute in RUN_ATTRIBUTES if attribute.export_names}
ATTRIBUTES: Final[dict[str, str | None]] = {
    name: None if name in _CONSTANT else _EXPORTED[name].row_field
    for name in dict.fromkeys((*_FIRST, *(name for name in _EXPORTED if name not in _LAST), *_LAST))
    if name != DURATION
}
"""Name of the column → field of its row; None: the same for all rows."""
ALLOWED: Final = (
    *ATTRIBUTES,
    DURATION,
    "config.<key>",
    'config["<key>"]',
    "summary.<key>",
    "environment.<key>",
    *SUMMARY.bare_keys,
)
"""What to say when a column is unknown. Every name may be spelled in camelCase too."""

_AUDIENCE_OF: Final = {name: AUDIENCES[attribute.column] for name, attribute in _EXPORTED.items()}

# By every name of it. Those of filters mean the same, but for `name`: there it is the id, here what people read.
_ATTRIBUTE_OF: Final = {
    spelling: name
    for name, attribute in _EXPORTED.items()
    for other in attribute.export_names
    for spelling in (other, camel_case(other))
}


@dataclass(frozen=True, slots=True)
class WantedColumn:
    """A column by the name that was asked for, and where its values are: at just one of these."""

    name: str
    attribute: str | None = None
    """A name of ATTRIBUTES, or DURATION."""
    document: str = ""
    """`config`, `summary` or `environment`, of which it is the value of a key."""
    key: JsonKey | None = None


def parse_columns(names: Sequence[str], sight: Sight) -> list[WantedColumn]:
    """What these names stand for, each name once.

    Raises AppError for what is no column, and too many, Forbidden for one that is hidden from a viewer of this sight.
    """
    if len(names) > COLUMNS_MAX:
        raise AppError(f"{len(names)} columns; allowed: {COLUMNS_MAX}", path="columns")
    columns = [_parse(name) for name in dict.fromkeys(names)]
    if not sight.sees_all:
        for column in columns:
            if _is_hidden(column):
                raise Forbidden(f"The column {name_excerpt(column.name)} {REFUSAL}.", path="columns")
    return columns


def value_of(document: Mapping[str, Any], key: JsonKey) -> Any:
    """The value of a key in a document, unwrapped; None where there is none.

    An object with keys is a value by brackets only: as for tables, its keys are columns of their own.
    """
    if key.path:
        return value_at(document, key.path)
    for name in key.names:
        value = find(document, name, _MISSING, enters_lists=True)
        if value is not _MISSING:
            return None if type(value) is dict and value else value
    return None


def _is_hidden(column: WantedColumn) -> bool:
    """Whether it is for members only, of runs of their own too: a column is of all runs."""
    if column.attribute is not None:
        return _AUDIENCE_OF[column.attribute] is MEMBERS
    if DOCUMENTS[column.document] is MEMBERS:
        return True
    if DOCUMENTS[column.document] is not IN_PART or column.key is None:
        return False
    return any(
        name in INTERNAL_KEYS for name in (*column.key.path[:1], *(each.split(".")[0] for each in column.key.names))
    )


def _parse(name: str) -> WantedColumn:
    attribute = _ATTRIBUTE_OF.get(name)
    if attribute is not None:
        return WantedColumn(name, attribute)
    if name in SUMMARY.bare_keys:
        return WantedColumn(name, document=SUMMARY.column, key=JsonKey((name,)))
    for spelling, document in RUN_FIELDS.document_by_spelling.items():
        key = name.removeprefix(spelling)
        if key == name or not key.startswith((".", "[")) or key == ".":
            continue
        found = parse_json_key(key, "columns", is_wrapped=document.is_wrapped)
        return WantedColumn(name, document=document.column, key=found)
    raise AppError(f"Unknown column {name[:100]!r}; allowed: {', '.join(ALLOWED)}", path="columns", allowed=ALLOWED)
