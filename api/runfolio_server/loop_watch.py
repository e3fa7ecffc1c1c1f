"""How long the event loop was held up: measured by a task that sleeps and looks how late it wakes. Told by /metrics.

One wake-up in 50 ms costs about 0.05 % of a core. A stall that begins and ends between two wake-ups is seen too, less
the part of it before the wake-up was due: at most 50 ms.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final, Never

INTERVAL_S: Final = 0.05
RECENT_S: Final = 60
STALL_S: Final = 0.1
"""From here on somebody may notice."""


class LoopWatch:
    """What one process has seen of its loop. `run` it beside the application."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        """Since the start."""
        self.stalls = 0
        """How many were longer than STALL_S."""
        # One for each second that had any, the newest last: when, and the longest that ended in it.
        self._recent: deque[tuple[int, float]] = deque()

    async def run(self) -> Never:
        """Measure until cancelled."""
        while True:
            due = time.monotonic() + INTERVAL_S
            await asyncio.sleep(INTERVAL_S)
            now = time.monotonic()
            self.saw(now - due, now)

    def saw(self, late_s: float, now: float) -> None:
        """Remember that the task woke so late, at this time of the monotonic clock."""
        self.longest_s = max(self.longest_s, late_s)
        self.stalls += late_s > STALL_S
        second = int(now)
        if self._recent and self._recent[-1][0] == second:
            late_s = max(late_s, self._recent.pop()[1])
        self._recent.append((second, late_s))
        self._forget(second)

    def longest_recent_s(self, now: float) -> float:
        """The longest of the last minute."""
        self._forget(int(now))
        return max((late_s for _, late_s in self._recent), default=0.0)

    def _forget(self, second: int) -> None:
        while self._recent and self._recent[0][0] <= second - RECENT_S:
            self._recent.popleft()
