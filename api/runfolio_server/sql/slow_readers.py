"""Users whose filters have kept the database busy lately, who read through one connection until that is past.

Used by turns.py. Of one process, as turns are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

BUSY_S_MAX: Final = 1.0
"""So long may the filters of one user keep the database busy, beyond PAID_BACK: hundreds of ordinary ones."""
PAID_BACK: Final = 0.1
"""Seconds of that which are forgotten each second: a tenth of one processor for each process that serves."""
OWED_S_MAX: Final = 10.0
"""More is not remembered, so whoever stops reads as others do a minute and a half later."""
KEPT_MAX: Final = 1_000
"""Users who are remembered before those are looked for who owe nothing any more."""


class SlowReaders:
    """What statements that a caller's filter shapes have taken, by user, and forgotten as time goes by."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._owed: dict[Hashable, tuple[float, float]] = {}
        """By user: seconds that were owed, and when."""

    def add(self, user: Hashable, seconds: float) -> None:
        """A statement of this user took so long."""
        if len(self._owed) >= KEPT_MAX:
            self._owed = {other: owed for other, owed in self._owed.items() if self._now_owed(other) > 0}
        self._owed[user] = min(self._now_owed(user) + seconds, OWED_S_MAX), self._clock()

    def is_slow(self, user: Hashable) -> bool:
        """Whether this user has to wait for their own statements."""
        return user in self._owed and self._now_owed(user) > BUSY_S_MAX

    def _now_owed(self, user: Hashable) -> float:
        owed, at = self._owed.get(user, (0.0, 0.0))
        return max(0.0, owed - (self._clock() - at) * PAID_BACK)
