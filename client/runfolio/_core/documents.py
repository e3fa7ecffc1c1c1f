"""Config and summary: unwrapping, and carrying edits over to what the server has by now. Used by run_data.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runfolio._core import json_text

# Entries that the W&B SDK keeps in a config for itself.
INTERNAL_KEYS = frozenset({"_wandb", "wandb_version"})


def unwrap_config(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a config as received, without the SDK's own entries.

    >>> unwrap_config({"lr": {"value": 0.1}, "_wandb": {"value": {}}})
    {'lr': 0.1}
    """
    return {key: _value_of(entry) for key, entry in raw.items() if key not in INTERNAL_KEYS}


def wrap_config(config: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """A config to send: each value in its entry, what else `raw` has in the entry kept, and the SDK's own entries.

    >>> wrap_config({"lr": 0.2}, {"lr": {"desc": "rate", "value": 0.1}, "_wandb": {"value": {}}})
    {'_wandb': {'value': {}}, 'lr': {'desc': 'rate', 'value': 0.2}}
    """
    wrapped = {key: entry for key, entry in raw.items() if key in INTERNAL_KEYS}
    for key, value in config.items():
        entry = raw.get(key)
        others = entry if isinstance(entry, dict) and "value" in entry else {}
        wrapped[key] = {**others, "value": value}
    return wrapped


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """`theirs` with what changed from `base` to `mine`, key by key at the top: a key that only they changed stays.

    >>> merge({"a": 1, "b": 1}, {"a": 2}, {"a": 1, "b": 1, "c": 1})
    {'a': 2, 'c': 1}
    """
    merged = {key: value for key, value in theirs.items() if key in mine or key not in base}
    merged.update((key, value) for key, value in mine.items() if key not in base or not is_same(base[key], value))
    return merged


def merge_tags(base: Iterable[str], mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """`theirs` without the tags that I took away and with those that I added.

    >>> merge_tags(["old", "keep"], ["keep", "new"], ["old", "keep", "other"])
    ['keep', 'other', 'new']
    """
    before, after = set(base), list(mine)
    kept = [tag for tag in theirs if tag in after or tag not in before]
    return list(dict.fromkeys([*kept, *(tag for tag in after if tag not in before)]))


def is_same(one: object, other: object) -> bool:
    """Whether two JSON values are the same, type for type: 2 is not 2.0, and NaN is NaN."""
    return json_text.dump(one) == json_text.dump(other)


def _value_of(entry: Any) -> Any:
    return entry["value"] if isinstance(entry, dict) and "value" in entry else entry
