"""A config or summary that several write: what one of them changed, on top of what is there. Pure.

Used by ingest/append.py and actions/runs/config.py. Each writer sends the whole of what it knows, which is less than
what there is: so what counts is the difference to what the same writer sent before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeGuard

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import MEDIA_KEY

_NOTHING: Final[Mapping[str, Any]] = {}
_ABSENT: Final = object()


def merged_texts(stored: str, previous: str | None, sent: str) -> dict[str, Any]:
    """The document of these texts, of which `previous` and `sent` are one writer's; see merged."""
    texts = (stored, previous or "{}", sent)
    return merged(*(json_text.parse(text.encode()) for text in texts))


def merged(stored: Mapping[str, Any], previous: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """What is there, with what the writer has set since `previous` set, and what it has removed removed.

    An entry that others have changed since stays when the writer removes it. Plain objects are joined entry by entry at
    every level, but one that is a table, an image, a histogram… is one value.

    >>> merged({"loss": 0.5, "note": "good"}, {"loss": 0.5}, {"loss": 0.4, "step": 2})
    {'loss': 0.4, 'note': 'good', 'step': 2}
    >>> merged({"a": 1, "b": 2, "c": 30}, {"a": 1, "c": 3}, {})
    {'b': 2, 'c': 30}
    """
    found = dict(stored)
    for key, value in sent.items():
        before, now = previous.get(key, _ABSENT), found.get(key)
        if _is_same(before, value):
            continue
        if _is_open(value) and _is_open(now):
            found[key] = merged(now, before if _is_open(before) else _NOTHING, value)
        else:
            found[key] = value
    for key, before in previous.items():
        if key in sent or key not in found:
            continue
        now = found[key]
        if _is_open(now) and _is_open(before):
            found[key] = merged(now, before, _NOTHING)
        if _is_same(now, before) or found[key] == {}:
            del found[key]
    return found


def _is_open(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether several may have written parts of it."""
    return isinstance(value, dict) and MEDIA_KEY not in value


def _is_same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON, in whatever order: 1, 1.0 and true are not, NaN and NaN are."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other or (one != one and other != other))
