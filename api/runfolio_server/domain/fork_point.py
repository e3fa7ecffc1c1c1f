"""Where a fork begins: a run of the same project, and the last step that the two have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass

from runfolio_server.errors import AppError


@dataclass(frozen=True, slots=True)
class ForkPoint:
    """A run by its name, and a step of it, which need not be one that a row has."""

    run_name: str
    step: float

    def check(self, path: str) -> None:
        """Raise AppError for a step that is no finite number."""
        if not math.isfinite(self.step):
            raise AppError(f"step is {self.step}; allowed: a finite number", path=path)
