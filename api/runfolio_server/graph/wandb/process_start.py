"""When the processes of a config began, as they say: the SDK's config → the latest of their starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# Each process has an entry with its environment among what the SDK keeps in a config for itself. The time is the same
# whenever the process is sent; `wandb sync` of 0.22 and before spells its name otherwise.
_INTERNAL, _PROCESSES, _START_NAMES = "_wandb", "e", ("startedAt", "started_at")


def told_start(config: Mapping[str, Any]) -> datetime | None:
    """The latest start that a config tells; None: it tells none, as the first config of each process.

    >>> told_start({"_wandb": {"value": {"e": {"01a2": {"startedAt": "2026-11-30T19:04:58.130170Z"}}}}})
    datetime.datetime(2026, 11, 30, 19, 4, 58, 130170, tzinfo=datetime.timezone.utc)
    >>> told_start({"_wandb": {"value": {"e": {}}}}) is None
    True
    """
    processes = _member(_member(config.get(_INTERNAL), "value"), _PROCESSES)
    if not isinstance(processes, dict):
        return None
    texts = [_member(process, name) for process in processes.values() for name in _START_NAMES]
    return max(filter(None, map(_time, texts)), default=None)


def _member(found: Any, name: str) -> Any:
    return found.get(name) if isinstance(found, dict) else None


def _time(text: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
