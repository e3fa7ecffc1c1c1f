"""Where a fork begins: as it is given, and as the client shows it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

_TEXT = re.compile(r"(?P<run>[^?]+)\?_step=(?P<step>[^?&]+)")


@dataclass(frozen=True, slots=True)
class ForkPoint:
    """A run, and the last step that a fork has in common with it; `row_count` rows are.

    `is_deleted`: the run was deleted since. The rows stay in the fork.
    """

    run_id: str
    step: float
    row_count: int
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class RunFork:
    """A fork of a run, by its id; they have `row_count` rows in common, up to `step`."""

    run_id: str
    step: float
    row_count: int


def fork_point_input(fork_from: str | tuple[str, float] | None) -> dict[str, Any] | None:
    """What createRun takes: of a run and a step, or of the text `run?_step=12`. Raises ValueError for anything else.

    >>> fork_point_input("base?_step=12")
    {'runName': 'base', 'step': 12.0}
    >>> fork_point_input(("base", 3))
    {'runName': 'base', 'step': 3.0}
    """
    if fork_from is None:
        return None
    if isinstance(fork_from, str):
        found = _TEXT.fullmatch(fork_from)
        run, step = (found["run"], found["step"]) if found else ("", "")
    else:
        run, step = fork_from
    try:
        number = float(step)
    except ValueError:
        number = math.nan
    if not run or not math.isfinite(number):
        raise ValueError(f'fork_from is {fork_from!r}; allowed: (run id, step), or "run?_step=12"')
    return {"runName": run, "step": number}
