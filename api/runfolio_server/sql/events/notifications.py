"""PostgreSQL's NOTIFY, on a connection of its own: outside every transaction that changes something.

Inside one it would take a lock over the whole database at the commit, so that commits wait for each other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from runfolio_server.sql.database_errors import translated_errors
from runfolio_server.sql.distribution import APPLICATION_NAMES, DISTRIBUTED_SETTINGS

CHANNEL: Final = "runfolio_events"
NOTIFY: Final = f"-- notify_events:\nNOTIFY {CHANNEL}"
CHECK: Final = "-- check_events_connection:\nSELECT 1"
TIMEOUT_S = 10.0
"""Of connecting, and of each statement."""


class Notifications:
    """One connection that hears every NOTIFY of any process, its own included, and sends them."""

    def __init__(self, raw: asyncpg.Connection[asyncpg.Record]) -> None:
        self._raw = raw

    async def send(self) -> None:
        """Tell every process that listens. Raises Unavailable when the connection is lost."""
        with translated_errors():
            await self._raw.execute(NOTIFY)

    async def check(self) -> None:
        """Raises Unavailable when the connection is lost."""
        with translated_errors():
            await self._raw.execute(CHECK)


@asynccontextmanager
async def notifications(url: str, heard: Callable[[], None], lost: Callable[[], None]) -> AsyncIterator[Notifications]:
    """A connection for as long as the block: `heard` is called for each NOTIFY, `lost` when the connection is gone.

    Raises Unavailable when PostgreSQL cannot be reached.
    """
    with translated_errors():
        raw = await asyncpg.connect(
            url,
            timeout=TIMEOUT_S,
            command_timeout=TIMEOUT_S,
            server_settings={"application_name": APPLICATION_NAMES[1], **DISTRIBUTED_SETTINGS},
        )
    try:
        raw.add_termination_listener(lambda _: lost())
        with translated_errors():
            await raw.add_listener(CHANNEL, lambda *_: heard())
        yield Notifications(raw)
    finally:
        # No polite goodbye: it could take as long as a lost network does.
        raw.terminate()
