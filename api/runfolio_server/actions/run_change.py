"""What a change of a run may hold: every value bounded, config and summary parsed for filters. Used by runs.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runfolio_server.domain import json_text
from runfolio_server.domain.names import DISPLAY_NAME_MAX
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
TAGS_MAX = 500
TAG_MAX = 256
DOCUMENT_MAX_BYTES = 16 * 1024 * 1024


def check_change(change: Mapping[str, object]) -> dict[str, object]:
    """The columns to write: those of `change`, with `config_jsonb` and `summary_jsonb` beside the texts.

    Raises AppError naming the field, TooLarge for a document over its limit.
    """
    columns: dict[str, object] = {}
    for name, value in change.items():
        if name in ("config", "summary"):
            text, value_for_filters = _document(name, value)
            columns[name] = text
            columns[f"{name}_jsonb"] = value_for_filters
        elif name == "tags":
            columns[name] = _tags(value)
        elif name == "state":
            columns[name] = _state(value)
        else:
            columns[name] = _text(name, value)
    if change.get("display_name", "") is None:
        raise AppError("displayName cannot be cleared; give another name.", path="input.displayName")
    return columns


def unwrap_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Config without the `{"value": …}` around each top-level entry; entries that have none stay as they are."""
    return {key: item["value"] if isinstance(item, dict) and "value" in item else item for key, item in config.items()}


def _document(name: str, value: object) -> tuple[str, str]:
    text = "{}" if value is None else json_text.escape_surrogates(str(value))
    raw = text.encode()
    if len(raw) > DOCUMENT_MAX_BYTES:
        raise TooLarge(f"{name} has {len(raw)} bytes; allowed: {DOCUMENT_MAX_BYTES}", path=f"input.{name}")
    try:
        parsed = json_text.parse(raw)
    except ValueError as error:
        raise AppError(f"{name} is not valid JSON: {error}", path=f"input.{name}") from error
    if not isinstance(parsed, dict):
        raise AppError(f"{name} must be a JSON object, not {type(parsed).__name__}", path=f"input.{name}")
    return text, json_text.to_jsonb(unwrap_config(parsed) if name == "config" else parsed)


def _tags(value: object) -> list[str]:
    tags = list(dict.fromkeys(value)) if isinstance(value, list) else []
    if len(tags) > TAGS_MAX:
        raise AppError(f"{len(tags)} tags; allowed: {TAGS_MAX}", path="input.tags")
    for tag in tags:
        if not 0 < len(tag) <= TAG_MAX:
            raise AppError(
                f"The tag {tag[:60]!r} has {len(tag)} characters; allowed: 1 to {TAG_MAX}", path="input.tags"
            )
    return [json_text.storable_text(tag) for tag in tags]


def _state(value: object) -> str:
    allowed = tuple(state.value for state in RunState)
    if value not in allowed:
        raise AppError(f"state is {value!r:.60}; allowed: {', '.join(allowed)}", path="input.state", allowed=allowed)
    return str(value)


def _text(name: str, value: object) -> str | None:
    if value is None:
        return None
    text = json_text.storable_text(str(value))
    if len(text) > TEXT_MAX[name]:
        raise AppError(f"{name} has {len(text)} characters; allowed: {TEXT_MAX[name]}", path=f"input.{name}")
    return text
