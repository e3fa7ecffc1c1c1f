"""uvicorn as `serve` wants it: quiet, ending in bounded time, without signal handlers of its own. Used by run.py."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, cast

import uvicorn

from runfolio_server.serve.connection import Connection
from runfolio_server.serve.door import Door

GRACEFUL_SHUTDOWN_S = 3
JUST_CONNECTED_S = 0.1
COLLECT_AFTER = (5_000, 10, 1_000_000)
"""New objects before the youngest are looked through, and how often before those that are older, and all."""


class HTTPServer(uvicorn.Server):
    """One uvicorn server in this process; `on_ready` is called once it answers requests."""

    def __init__(self, app: Callable[..., Any], door: Door, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                # uvicorn calls it with what each connection needs; that it is a class is all it could check.
                http=cast("type[asyncio.Protocol]", partial(Connection, door)),
                ws="none",
                # Whom to believe is the door's: see connection.py.
                proxy_headers=False,
                timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
            )
        )
        self._door = door
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals to run.py, which has more to stop than this server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            # What is there now stays: the schema alone is some 80,000 objects. The garbage collector would go through
            # them whenever a request has made many, for 50 ms in which nothing else runs.
            gc.collect()
            gc.freeze()
            # Nor does it go through all that a large request has made by now, again and again, while others wait: what
            # is old is looked through once in a while, see memory_back.py.
            gc.set_threshold(*COLLECT_AFTER)
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, hear those who have just connected, then end."""
        for server in self.servers:
            server.close()
        # uvicorn closes at once whoever has not asked yet, and they could not know that another process would answer.
        await asyncio.sleep(JUST_CONNECTED_S)
        await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: see to deadlines, then to what uvicorn does."""
        self._door.sweep()
        return await super().on_tick(counter)

    def ask_to_end(self) -> None:
        """End after the requests under way, at most GRACEFUL_SHUTDOWN_S later."""
        self.should_exit = True

    def force_to_end(self) -> None:
        """End without waiting for anything."""
        self.should_exit = True
        self.force_exit = True
        # It would log each thing that it did not wait for.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        for task in list(self.server_state.tasks):
            task.cancel()


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """How to make the fastest event loop there is; None for asyncio's own."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    return uvloop.new_event_loop
