"""Arguments of history calls → variables of operations. Used by _async/run.py and _async/history.py."""

from __future__ import annotations

from collections.abc import Sequence

from runfolio._core.paths import RunPath

STREAMS = {"default": "HISTORY", "system": "SYSTEM"}


def stream_of(stream: str) -> str:
    """The schema's word for a stream. Raises ValueError for an unknown one."""
    if stream not in STREAMS:
        raise ValueError(f"stream is {stream!r}; allowed: {', '.join(STREAMS)}")
    return STREAMS[stream]


def keys_of(keys: Sequence[str] | str | None) -> list[str] | None:
    """The keys as a list; a single one may come as it is. None: all."""
    if isinstance(keys, str):
        return [keys]
    return list(keys) if keys else None


def variables_of(path: RunPath) -> dict[str, object]:
    """The variables that name a run."""
    return {"entity": path.entity, "project": path.project, "run": path.run}
