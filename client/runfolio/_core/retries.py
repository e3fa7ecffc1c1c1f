"""How often and how long to try again. Used by the transports; the clock and the waiting are the caller's."""

from __future__ import annotations

import random
import time

ATTEMPTS_MAX = 6
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0


class Retries:
    """The attempts of one call, within `budget_s` seconds.

    `attempts` counts those that failed; `remaining_s` is what the next one may take.
    """

    def __init__(self, budget_s: float) -> None:
        self._deadline = time.monotonic() + budget_s
        self.attempts = 0

    @property
    def remaining_s(self) -> float:
        """What is left of the budget, in seconds; never less than a moment."""
        return max(self._deadline - time.monotonic(), 0.05)

    def next_delay_s(self, *, may_retry: bool = True, retry_after: str | None = None) -> float | None:
        """Count a failure; how long to wait before the next attempt, or None: give up.

        `retry_after` is the header's text; one that names a date is treated as absent. A wait beyond the budget is not
        begun.
        """
        self.attempts += 1
        if not may_retry or self.attempts >= ATTEMPTS_MAX:
            return None
        delay_s = _seconds(retry_after)
        if delay_s is None:
            # Half of it at random, so that clients that failed together do not come back together.
            backoff_s = min(FIRST_DELAY_S * 2 ** (self.attempts - 1), LONGEST_DELAY_S)
            delay_s = backoff_s * random.uniform(0.5, 1)  # noqa: S311 - not a secret
        return delay_s if time.monotonic() + delay_s < self._deadline else None


def _seconds(retry_after: str | None) -> float | None:
    try:
        seconds = float(retry_after) if retry_after else -1.0
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
