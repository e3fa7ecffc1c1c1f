"""Entries that are added to the configs of many runs, and which of these configs have to be looked at for that.

Used by bulk.py: to parse configs of megabytes, only to tell that nothing is wrong, takes longer than all else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from runfolio_server.actions.runs.change import DOCUMENT_MAX_BYTES, DOCUMENT_MAX_VALUES, check_change
from runfolio_server.domain import json_text
from runfolio_server.domain.json_size import values_at_most

WRITTEN_LONGER = 4
"""How many times its length a config may have when it is written anew: 1e15 and a comma become 19 characters."""


@dataclass(frozen=True, slots=True)
class Added:
    """What a change adds to a config at most: bytes of text, and JSON values."""

    size: int = 0
    values: int = 0


def checked_entries(entries: Mapping[str, Any], fields: Mapping[str, str]) -> Added:
    """How much the entries are. Raises as check_change does for what no config may hold."""
    text = json_text.dump(wrapped(entries))
    check_change({"config": text}, fields)
    raw = text.encode()
    return Added(len(raw), values_at_most(raw))


def wrapped(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries as a config has them."""
    return {key: {"value": value} for key, value in entries.items()}


def stays_small(config_bytes: int, config_values: int, added: Added) -> bool:
    """Whether a config of so many bytes and, at most, values is within its limits with what is added."""
    is_short = WRITTEN_LONGER * config_bytes + added.size <= DOCUMENT_MAX_BYTES
    return is_short and config_values + added.values <= DOCUMENT_MAX_VALUES


def that_matter(configs: Mapping[UUID, str], added: Added) -> dict[UUID, str]:
    """The configs that a change may bring over a limit; they alone have to be parsed to know."""
    found = {}
    for run_id, text in configs.items():
        raw = text.encode()
        if not stays_small(len(raw), values_at_most(raw), added):
            found[run_id] = text
    return found
