"""What a change of a run may hold: every value bounded, config and summary parsed for filters. Used by runs.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runfolio_server.aside import HEAVY_BYTES, aside_if
from runfolio_server.domain import json_text
from runfolio_server.domain.names import DISPLAY_NAME_MAX
from runfolio_server.domain.run_columns import INTERNAL_KEYS
from runfolio_server.domain.run_state import RunState
from runfolio_server.errors import AppError, TooLarge

TEXT_MAX = {
    "display_name": DISPLAY_NAME_MAX,
    "group_name": 512,
    "job_type": 512,
    "notes": 1_000_000,
    "description": 1_000_000,
    "sweep_name": 128,
    "host": 512,
    "program": 4096,
    "commit_hash": 128,
    "repository": 4096,
}
# What GraphQL calls the columns that it calls otherwise.
FIELD_BY_COLUMN = {
    "display_name": "displayName",
    "group_name": "group",
    "job_type": "jobType",
    "sweep_name": "sweep",
    "commit_hash": "commit",
    "summary": "summaryMetrics",
}
TAGS_MAX = 500
TAG_MAX = 256
DOCUMENT_MAX_BYTES = 16 * 1024 * 1024


async def checked_change(
    change: Mapping[str, object], field_by_column: Mapping[str, str] = FIELD_BY_COLUMN
) -> dict[str, object]:
    """As check_change, which takes long for large documents: those are parsed beside the loop."""
    size = sum(len(value) for value in change.values() if isinstance(value, str))
    return await aside_if(size > HEAVY_BYTES, check_change, change, field_by_column)


def check_change(
    change: Mapping[str, object], field_by_column: Mapping[str, str] = FIELD_BY_COLUMN
) -> dict[str, object]:
    """The columns to write: those of `change`, with `config_jsonb` and `summary_jsonb` beside the texts.

    `config_has_internal` tells whether the config has entries that the SDK keeps for itself.
    Raises AppError naming the field, TooLarge for a document over its limit. `field_by_column` has the names of fields
    that are not those of their columns.
    """
    columns: dict[str, object] = {}
    for name, value in change.items():
        field = field_by_column.get(name, name)
        if name in ("config", "summary"):
            text, document = _document(field, value)
            is_config = name == "config"
            columns[name] = text
            columns[f"{name}_jsonb"] = json_text.to_jsonb(unwrap_config(document) if is_config else document)
            if is_config:
                columns["config_has_internal"] = not INTERNAL_KEYS.isdisjoint(document)
        elif name == "tags":
            columns[name] = _tags(field, value)
        elif name == "state":
            columns[name] = _state(value)
        elif name == "display_name" and value is None:
            raise AppError(f"{field} cannot be cleared; give another name.", path=f"input.{field}")
        else:
            columns[name] = _text(field, value, TEXT_MAX[name])
    return columns


def unwrap_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Config without the `{"value": …}` around each top-level entry; entries that have none stay as they are."""
    return {key: item["value"] if isinstance(item, dict) and "value" in item else item for key, item in config.items()}


def _document(field: str, value: object) -> tuple[str, dict[str, Any]]:
    text = "{}" if value is None else json_text.escape_surrogates(str(value))
    raw = text.encode()
    if len(raw) > DOCUMENT_MAX_BYTES:
        raise TooLarge(f"{field} has {len(raw)} bytes; allowed: {DOCUMENT_MAX_BYTES}", path=f"input.{field}")
    try:
        parsed = json_text.parse(raw)
    except ValueError as error:
        raise AppError(f"{field} is not valid JSON: {error}", path=f"input.{field}") from error
    if not isinstance(parsed, dict):
        raise AppError(f"{field} must be a JSON object, not {type(parsed).__name__}", path=f"input.{field}")
    return text, parsed


def _tags(field: str, value: object) -> list[str]:
    tags = list(dict.fromkeys(value)) if isinstance(value, list) else []
    if len(tags) > TAGS_MAX:
        raise AppError(f"{len(tags)} tags; allowed: {TAGS_MAX}", path=f"input.{field}")
    for tag in tags:
        if not 0 < len(tag) <= TAG_MAX:
            raise AppError(
                f"The tag {tag[:60]!r} has {len(tag)} characters; allowed: 1 to {TAG_MAX}", path=f"input.{field}"
            )
    return [json_text.storable_text(tag) for tag in tags]


def _state(value: object) -> str:
    allowed = tuple(state.value for state in RunState)
    if value not in allowed:
        raise AppError(f"state is {value!r:.60}; allowed: {', '.join(allowed)}", path="input.state", allowed=allowed)
    return str(value)


def _text(field: str, value: object, longest: int) -> str | None:
    if value is None:
        return None
    text = json_text.storable_text(str(value))
    if len(text) > longest:
        raise AppError(f"{field} has {len(text)} characters; allowed: {longest}", path=f"input.{field}")
    return text
