"""How long the server's event loops stood still, as `/metrics` tells it: one answer is of one process."""

from __future__ import annotations

import re
import time

import httpx

# Each connection meets one of the processes: so many of them meet all, most likely.
CONNECTIONS = 10
RECENT_S = 60.0
"""The time that the metric of the longest is about."""
TIMEOUT_S = 90.0
LONGEST = re.compile(r'^runfolio_loop_stall_seconds\{process="\d+"\} (\S+)$', re.MULTILINE)
COUNT = re.compile(r'^runfolio_loop_stalls_total\{process="(\d+)"\} (\S+)$', re.MULTILINE)


class LoopStalls:
    """What the processes told since it was made."""

    def __init__(self, base_url: str, admin_key: str) -> None:
        self.longest_s: float | None = None
        """None: it was not asked for a minute, and what it would tell is also of before."""
        self._begin = time.monotonic()
        self._options = {"base_url": base_url, "headers": {"Authorization": f"Bearer {admin_key}"}}
        self.counts: dict[str, int] = {}
        """By process, as they were told last."""

    async def count(self) -> int:
        """How many over 0.1 s there were since it was asked last; of a process that is new, none."""
        found: dict[str, int] = {}
        for _ in range(CONNECTIONS):
            async with httpx.AsyncClient(**self._options) as http:  # type: ignore[arg-type]
                text = (await http.get("/metrics", timeout=TIMEOUT_S)).raise_for_status().text
            if time.monotonic() - self._begin > RECENT_S:
                self.longest_s = max([self.longest_s or 0.0, *map(float, LONGEST.findall(text))])
            found.update({process: int(float(count)) for process, count in COUNT.findall(text)})
        new = sum(count - self.counts.get(process, count) for process, count in found.items())
        self.counts |= found
        return new
