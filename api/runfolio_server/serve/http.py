"""uvicorn as `serve` wants it: quiet, ending in bounded time, without signal handlers of its own. Used by run.py."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Generator
from typing import Any

import uvicorn

GRACEFUL_SHUTDOWN_S = 3
KEEP_ALIVE_S = 75
MAX_HEADER_BYTES = 64 * 1024


class HTTPServer(uvicorn.Server):
    """One uvicorn server in this process; `on_ready` is called once it answers requests."""

    def __init__(self, app: Callable[..., Any], on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
                h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            )
        )
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals to run.py, which has more to stop than this server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

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
