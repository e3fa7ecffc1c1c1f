"""Wrong keys are told so slowly, the slower the more come from one address or begin alike. Used by answers.py.

A key is looked up first: only its refusal waits, so neither wrong keys of others nor those from the same address, nor
those that begin like it, ever slow a right one down. Who has seen the beginning of a key, and tries the rest of it from
many addresses, waits as from one. A request without a key is refused at once, for it costs no look-up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from typing import Final

from starlette.requests import Request

from runfolio_server.actions.identity.sign_in import read_key
from runfolio_server.client_address import share_key
from runfolio_server.errors import Unauthenticated
from runfolio_server.remembered import Remembered

AT_ONCE: Final = 10
"""Refusals that do not wait: somebody's typing errors, or the processes of a job with an old key."""
EACH_S: Final = 0.5
"""After those, one refusal in so long for an address."""
DELAY_MAX_S: Final = 10.0
"""Clients give up after some thirty seconds, and would then ask anew."""
ADDRESSES_MAX: Final = 10_000
PREFIXES_MAX: Final = 10_000
PREFIX_CHARACTERS: Final = 8
"""By which keys are told apart where they may be seen; chance makes two keys begin alike once in four billions."""
LOOKED_S: Final = 1.0
"""How often a waiting refusal looks whether somebody is still there to hear it."""


class WrongKeys:
    """How long the next refusal waits: to each address, and of keys that begin alike."""

    def __init__(self) -> None:
        kept_s = AT_ONCE * EACH_S + DELAY_MAX_S
        # When the last refusal of each is due if none were told at once.
        self._of_addresses: Remembered[Hashable, float] = Remembered(kept_s, ADDRESSES_MAX)
        self._of_prefixes: Remembered[Hashable, float] = Remembered(kept_s, PREFIXES_MAX)

    def delay_s(self, host: str, key: str) -> float:
        """Seconds to wait before this address is told that this key is wrong; each call counts as one such key."""
        now = time.monotonic()
        of_address = _delay_s(self._of_addresses, share_key(host), now)
        return max(of_address, _delay_s(self._of_prefixes, key[:PREFIX_CHARACTERS], now)) if key else of_address

    async def wait(self, request: Request) -> None:
        """Wait for as long, or until the client has gone: nothing is kept for those who only come to ask."""
        delay_s = self.delay_s(request.client.host if request.client else "", _key_of(request))
        while delay_s > 0 and not await request.is_disconnected():
            await asyncio.sleep(min(delay_s, LOOKED_S))
            delay_s -= LOOKED_S


def _delay_s(due_of: Remembered[Hashable, float], key: Hashable, now: float) -> float:
    due = min(max(due_of.get(key) or now, now) + EACH_S, now + AT_ONCE * EACH_S + DELAY_MAX_S)
    due_of.put(key, due)
    return max(due - now - AT_ONCE * EACH_S, 0.0)


def _key_of(request: Request) -> str:
    try:
        return read_key(request.headers.get("Authorization", ""))
    except Unauthenticated:
        # What is wrong is not a key of this header.
        return ""
