"""Arguments of history calls → variables of operations, parameters of exports. Used by the modules of _async."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from runfolio._core.paths import RunPath

Stream: TypeAlias = Literal["default", "system"]
STREAMS = {"default": "HISTORY", "system": "SYSTEM"}
Parameters: TypeAlias = list[tuple[str, str]]
"""Of a URL; some of them are repeated."""


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


def table_parameters(
    keys: Sequence[str] | str | None,
    *,
    samples: int | None,
    min_step: int | None,
    max_step: int | None,
    x_axis: str,
    stream: str,
) -> Parameters:
    """What to ask of an export of history.

    >>> table_parameters("loss", samples=None, min_step=5, max_step=None, x_axis="_step", stream="default")
    [('keys', 'loss'), ('min_step', '5'), ('x_axis', '_step'), ('stream', 'history')]
    """
    bounds = {"samples": samples, "min_step": min_step, "max_step": max_step}
    return [
        *(("keys", key) for key in keys_of(keys) or ()),
        *((name, str(bound)) for name, bound in bounds.items() if bound is not None),
        ("x_axis", x_axis),
        ("stream", stream_of(stream).lower()),
    ]
