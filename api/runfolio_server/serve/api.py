"""One process of the API: `python -m runfolio_server.serve.api`, started by `serve`; settings from the environment."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading

from runfolio_server.allocator import give_memory_back_soon
from runfolio_server.app import create_app
from runfolio_server.log_lines import write_log
from runfolio_server.parent import wait_for_parent_to_end
from runfolio_server.serve.api_process import LISTENER_VARIABLE, READY_PIPE_VARIABLE
from runfolio_server.serve.child_process import STOP_PATIENCE_S
from runfolio_server.serve.door import door_of
from runfolio_server.serve.door_limits import raise_descriptor_limit
from runfolio_server.serve.http import HTTPServer, event_loop_factory
from runfolio_server.settings import read_settings


async def main() -> None:
    """Answer requests until SIGTERM or the end of the `serve` that started this."""
    listener = socket.socket(fileno=int(os.environ[LISTENER_VARIABLE]))
    settings = read_settings()
    http = HTTPServer(create_app(settings), door_of(settings), on_ready=_tell_ready)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, http.ask_to_end)
    end = asyncio.create_task(_end_with_parent(http))
    try:
        await http.serve(sockets=[listener])
    finally:
        end.cancel()


def _tell_ready() -> None:
    ready = int(os.environ[READY_PIPE_VARIABLE])
    # Nobody hears it when `serve` was killed meanwhile: then this process is about to end.
    with contextlib.suppress(BrokenPipeError):
        os.write(ready, b"1")
    os.close(ready)


async def _end_with_parent(http: HTTPServer) -> None:
    await wait_for_parent_to_end()
    http.ask_to_end()
    # Nobody is left who would kill a process that cannot end.
    last_resort = threading.Timer(STOP_PATIENCE_S, os._exit, (1,))
    last_resort.daemon = True
    last_resort.start()


if __name__ == "__main__":
    log_settings = read_settings()
    write_log(log_settings.log_format, logging.WARNING, "api", has_access_log=bool(log_settings.access_log))
    give_memory_back_soon()
    raise_descriptor_limit()
    with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
        try:
            runner.run(main())
        except SystemExit as error:
            # uvicorn's way to say that the application did not start; it has logged why.
            sys.exit(error.code)
