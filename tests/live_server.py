"""The application over HTTP, in a thread of the test process: for the sync client and the real SDK."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from runfolio_server.app import create_app
from runfolio_server.serve.door import Door
from runfolio_server.serve.door_limits import DoorLimits
from runfolio_server.serve.http import HTTPServer
from runfolio_server.settings import read_settings
from tests.bucket import place_of_objects
from tests.server.running_serve import RunningServe
from tests.service import make_first_user

START_TIMEOUT_S = 30
PROCESSES = os.environ.get("RUNFOLIO_TEST_PROCESSES")
"""Set: the fixture `live_server` is `runfolio serve` with so many processes, and its worker compacts what has ended."""
in_this_process = pytest.mark.skipif(PROCESSES is not None, reason="changes the server inside, or its rows must wait")


@dataclass(frozen=True)
class LiveServer:
    """Where it is, and the key of its site admin `ada`."""

    base_url: str
    api_key: str
    database_url: str
    data_dir: Path


@contextmanager
def run_live_server(
    database_url: str,
    data_dir: Path,
    wrap: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    base_path: str | None = None,
    door: Door | None = None,
    storage_regions: str = "",
) -> Iterator[LiveServer]:
    """Serve a migrated database on a free port of the loopback interface; `wrap` may put a middleware before it.

    With `base_path` the setting `base_url` has this path; `door` has other limits than the default.
    """
    key = asyncio.run(make_first_user(database_url))
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    base_url = "" if base_path is None else f"{address}{base_path}"
    settings = read_settings(
        {},
        database_url=database_url,
        data_dir=str(data_dir),
        base_url=base_url,
        object_store=place_of_objects(data_dir),
        storage_regions=storage_regions,
    )
    server = HTTPServer(wrap(create_app(settings)), door or Door(DoorLimits()), on_ready=lambda: None)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        assert thread.is_alive(), "the server ended at once"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    try:
        yield LiveServer(address, key, database_url, data_dir)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def run_served(database_url: str, directory: Path, processes: int) -> Iterator[LiveServer]:
    """The same from `runfolio serve` with so many processes of the API."""
    key = asyncio.run(make_first_user(database_url))
    arguments = ("--database-url", database_url, "--processes", str(processes))
    serve = RunningServe(directory / "data", directory / "serve", *arguments)
    try:
        serve.wait_until_ready()
        yield LiveServer(serve.url, key, database_url, serve.data_dir)
    finally:
        serve.interrupt()
