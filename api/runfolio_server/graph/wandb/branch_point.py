"""Where the SDK says that a run branches off: the SDK's config → the run and the step.

The note is all that tells of a fork. A run that was rewound has it too, with its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runfolio_server.domain.fork_point import ForkPoint

_INTERNAL, _NOTE = "_wandb", "branch_point"


def branch_point(config: Mapping[str, Any]) -> ForkPoint | None:
    """The branch point that a config tells; None: it tells none.

    >>> branch_point({"_wandb": {"value": {"branch_point": {"run_id": "base", "step": 3}}}})
    ForkPoint(run_name='base', step=3.0)
    >>> branch_point({"_wandb": {"value": {}}}) is None
    True
    """
    internal = config.get(_INTERNAL)
    notes = internal.get("value") if isinstance(internal, dict) else None
    point = notes.get(_NOTE) if isinstance(notes, dict) else None
    if not isinstance(point, dict):
        return None
    run_name, step = point.get("run_id"), point.get("step")
    if not isinstance(run_name, str) or isinstance(step, bool) or not isinstance(step, int | float):
        return None
    try:
        return ForkPoint(run_name, float(step))
    except OverflowError:
        return None
