"""What a change of a run may hold: every value bounded, config and summary parsed for filters. Used by lifecycle.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from runfolio_server.domain import json_text
from runfolio_server.domain.document_columns import INTERNAL_KEYS
from runfolio_server.domain.fork_point import ForkPoint
from runfolio_server.domain.json_size import check_value_count
from runfolio_server.domain.names import NEVER_IN_NAMES_TOLD, never_in_names
from runfolio_server.domain.run_attribute import RunAttribute, ValueKind
from runfolio_server.domain.run_attributes import CHANGEABLE
from runfolio_server.domain.run_environment import ToldByProcesses, checked_environment
from runfolio_server.domain.run_state import RunState
from runfolio_server.errors import AppError, TooLarge
from runfolio_server.filters.language.field_table import camel_case
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread_if
from runfolio_server.history.storage.kept_members import SHOWN_CHARACTERS, KeptMembers, LeftOutKey

# What GraphQL calls the columns.
FIELD_BY_COLUMN = {attribute.column: camel_case(attribute.field) for attribute in CHANGEABLE}
DOCUMENT_MAX_BYTES = 16 * 1024 * 1024
# JSON values in a config or a summary: to parse so many holds the interpreter for some 60 ms.
DOCUMENT_MAX_VALUES = 250_000

# What a blank display name is written as until one is made: see named_anew in lifecycle.py, and start_run.
NEW_NAME = ""

Told: TypeAlias = Callable[[Mapping[str, Any]], ToldByProcesses]
"""What a config tells of the processes that wrote it."""
NOTHING_TOLD = ToldByProcesses(None, {})

_CHANGEABLE_BY_COLUMN = {attribute.column: attribute for attribute in CHANGEABLE}


async def checked_change(
    change: Mapping[str, object],
    field_by_column: Mapping[str, str] = FIELD_BY_COLUMN,
    told: Told | None = None,
    left_out: list[LeftOutKey] | None = None,
    fork_of: Callable[[Mapping[str, Any]], ForkPoint | None] | None = None,
) -> dict[str, object]:
    """As check_change, which takes long for large documents: those are parsed beside the loop."""
    size = sum(len(value) for value in change.values() if isinstance(value, str))
    return await in_thread_if(size > HEAVY_BYTES, check_change, change, field_by_column, told, left_out, fork_of)


def check_change(
    change: Mapping[str, object],
    field_by_column: Mapping[str, str] = FIELD_BY_COLUMN,
    told: Told | None = None,
    left_out: list[LeftOutKey] | None = None,
    fork_of: Callable[[Mapping[str, Any]], ForkPoint | None] | None = None,
) -> dict[str, object]:
    """The columns to write: those of `change`, with `config_jsonb` and `summary_jsonb` beside the texts.

    A display name that is blank is NEW_NAME, and one that is null is left out: the run keeps the name that it has.
    `config_has_internal` tells whether the config has entries that the SDK keeps for itself, and
    `config_told_start`, `config_is_late` and `environment` what `told` finds in it, `config_fork_of` what `fork_of`
    does.
    With `left_out` a value of the config that is not kept costs it that entry, which is added there; else the change.
    Raises AppError naming the field, TooLarge for a document over its limit. `field_by_column` has the names of fields
    that are not those of their columns.
    """
    columns: dict[str, object] = {}
    for name, value in change.items():
        field = field_by_column.get(name, name)
        attribute = _CHANGEABLE_BY_COLUMN[name]
        if attribute.kind is ValueKind.DOCUMENT:
            is_config = name == "config"
            text, document = _document(field, value, left_out if is_config else None)
            columns[name] = text
            columns[f"{name}_jsonb"] = json_text.to_jsonb(unwrap_config(document) if is_config else document)
            if is_config:
                columns["config_has_internal"] = not INTERNAL_KEYS.isdisjoint(document)
                found = told(document) if told else NOTHING_TOLD
                columns["config_told_start"] = found.start
                columns["config_is_late"] = found.is_late
                columns["environment"] = checked_environment(found.environment)
                columns["config_fork_of"] = fork_of(document) if fork_of else None
        elif attribute.kind is ValueKind.TEXTS:
            columns[name] = _texts(attribute, field, value)
        elif name == "state":
            columns[name] = _state(value)
        elif name == "display_name":
            if value is not None:
                columns[name] = _text(attribute, field, value) if str(value).strip() else NEW_NAME
        else:
            columns[name] = _text(attribute, field, value)
    return columns


def unwrap_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Config without the `{"value": …}` around each top-level entry; entries that have none stay as they are."""
    return {key: item["value"] if isinstance(item, dict) and "value" in item else item for key, item in config.items()}


def _document(field: str, value: object, left_out: list[LeftOutKey] | None) -> tuple[str, dict[str, Any]]:
    text = "{}" if value is None else json_text.escape_surrogates(str(value))
    raw = text.encode()
    if len(raw) > DOCUMENT_MAX_BYTES:
        raise TooLarge(f"{field} has {len(raw)} bytes; allowed: {DOCUMENT_MAX_BYTES}", path=f"input.{field}")
    check_value_count(raw, DOCUMENT_MAX_VALUES, field, path=f"input.{field}")
    try:
        if left_out is None:
            parsed = json_text.parse(raw)
        else:
            text, parsed = _kept_config(text, left_out)
    except ValueError as error:
        raise AppError(f"{field} is not valid JSON: {error}", path=f"input.{field}") from error
    if not isinstance(parsed, dict):
        raise AppError(f"{field} must be a JSON object, not {type(parsed).__name__}", path=f"input.{field}")
    return text, parsed


def _kept_config(text: str, left_out: list[LeftOutKey]) -> tuple[str, Any]:
    """A config as it is stored: as it was sent, but for the entries that are left out. Raises ValueError."""
    try:
        return text, json_text.parse(text.encode())
    except json_text.NotKept:
        parsed = json_text.parse(KeptMembers(left_out).of_object(text.encode()))
    names = {key.key for key in left_out}
    # Of an entry whose value is left out nothing is to be seen.
    kept = {key: entry for key, entry in parsed.items() if f"{key}.value"[:SHOWN_CHARACTERS] not in names}
    return json_text.dump(kept), kept


def _texts(attribute: RunAttribute, field: str, value: object) -> list[str]:
    """A set of texts, in the order given; null is none."""
    texts = list(dict.fromkeys(value)) if isinstance(value, list) else []
    noun, most, longest = attribute.column, attribute.items_max or 0, attribute.characters_max or 0
    if len(texts) > most:
        raise AppError(f"{len(texts)} {noun}; allowed: {most}", path=f"input.{field}")
    for text in texts:
        if not 0 < len(text) <= longest:
            raise AppError(
                f"The {noun.removesuffix('s')} {text[:60]!r} has {len(text)} characters; allowed: 1 to {longest}",
                path=f"input.{field}",
            )
        refused = never_in_names(text)
        if refused:
            raise AppError(
                f"The {noun.removesuffix('s')} {text[:60]!r} contains {refused!r}; not allowed: {NEVER_IN_NAMES_TOLD}",
                path=f"input.{field}",
            )
    return texts


def _state(value: object) -> str:
    allowed = tuple(state.value for state in RunState)
    if value not in allowed:
        raise AppError(f"state is {value!r:.60}; allowed: {', '.join(allowed)}", path="input.state", allowed=allowed)
    return str(value)


def _text(attribute: RunAttribute, field: str, value: object) -> str | None:
    if value is None or (attribute.blank_is_none and not str(value).strip()):
        return None
    text = json_text.storable_text(str(value))
    longest = attribute.characters_max or 0
    if len(text) > longest:
        raise AppError(f"{field} has {len(text)} characters; allowed: {longest}", path=f"input.{field}")
    return text
