"""Wrong keys are told so slowly, the slower the more come from one address. Used by answers.py.

A key is looked up first: only its refusal waits, so neither wrong keys of others nor those from the same address ever
slow a right one down. A request without a key is refused at once, for it costs no look-up.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.requests import Request

from runfolio_server.client_address import share_key
from runfolio_server.remembered import Remembered

AT_ONCE: Final = 10
"""Refusals that do not wait: somebody's typing errors, or the processes of a job with an old key."""
EACH_S: Final = 0.5
"""After those, one refusal in so long for an address."""
DELAY_MAX_S: Final = 10.0
"""Clients give up after some thirty seconds, and would then ask anew."""
ADDRESSES_MAX: Final = 10_000
LOOKED_S: Final = 1.0
"""How often a waiting refusal looks whether somebody is still there to hear it."""


class WrongKeys:
    """How long the next refusal to each address waits."""

    def __init__(self) -> None:
        # When the last refusal to an address is due if none were told at once.
        self._due: Remembered[str, float] = Remembered(AT_ONCE * EACH_S + DELAY_MAX_S, ADDRESSES_MAX)

    def delay_s(self, host: str) -> float:
        """Seconds to wait before this address is told that its key is wrong; each call counts as one such key."""
        key = share_key(host)
        now = time.monotonic()
        due = min(max(self._due.get(key) or now, now) + EACH_S, now + AT_ONCE * EACH_S + DELAY_MAX_S)
        self._due.put(key, due)
        return max(due - now - AT_ONCE * EACH_S, 0.0)

    async def wait(self, request: Request) -> None:
        """Wait for as long, or until the client has gone: nothing is kept for those who only come to ask."""
        delay_s = self.delay_s(request.client.host if request.client else "")
        while delay_s > 0 and not await request.is_disconnected():
            await asyncio.sleep(min(delay_s, LOOKED_S))
            delay_s -= LOOKED_S
