"""One place for a process of the API, and who is in it: `serve` keeps as many as are set. Used by run.py.

All of them accept from one listening socket, which `serve` holds: while one is started again, the others answer.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import select
import socket
import threading
from collections.abc import Callable

from runfolio_server.key_requests import REQUESTS_VARIABLE, SLOT_BYTES
from runfolio_server.process_numbers import NUMBERS_VARIABLE, new_page
from runfolio_server.serve.child_process import ChildProcess
from runfolio_server.serve.errors import ServeError
from runfolio_server.settings import POOL_SIZE_LEAST, Settings

API_MODULE = "runfolio_server.serve.api"
LISTENER_VARIABLE = "RUNFOLIO_LISTENER"
"""Environment variable with the number of the listening socket's file descriptor."""
READY_PIPE_VARIABLE = "RUNFOLIO_READY_PIPE"
"""Environment variable with the number of the file descriptor into which the process writes once it answers."""

# Importing takes a second; a machine that starts many processes at once takes longer.
START_PATIENCE_S = 60.0


class ApiProcess(ChildProcess):
    """A process that answers requests on the listening socket."""

    def __init__(
        self, name: str, settings: Settings, listener: socket.socket, pages: tuple[int, int], slot: int
    ) -> None:
        super().__init__(name, API_MODULE, settings)
        self._listener = listener
        # The files of the pages of numbers and of requests by key, and the slot in both.
        self._pages = pages
        self._slot = slot

    def start(self) -> None:
        """Start it and return once it answers requests. Raises ServeError when it does not, OSError likewise."""
        ours, theirs = os.pipe()
        numbers, requests = self._pages
        environment = {
            LISTENER_VARIABLE: str(self._listener.fileno()),
            READY_PIPE_VARIABLE: str(theirs),
            NUMBERS_VARIABLE: f"{numbers}:{self._slot}",
            REQUESTS_VARIABLE: f"{requests}:{self._slot}",
        }
        try:
            self._start(environment, (self._listener.fileno(), theirs, numbers, requests))
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        try:
            # The pipe ends without a word when the process does.
            is_told = bool(select.select([ours], [], [], START_PATIENCE_S)[0])
            if not is_told or not os.read(ours, 1):
                self.stop()
                raise ServeError(f"{self.name} did not start; the lines above say why.")
        finally:
            os.close(ours)


def api_places(settings: Settings, listener: socket.socket) -> list[ApiPlace]:
    """As many places as `processes` says; each process has its share of the connections to PostgreSQL."""
    count = settings.processes
    of_one = dataclasses.replace(settings, pool_size=max(settings.pool_size // count, POOL_SIZE_LEAST))

    def name(number: int) -> str:
        return "The API" if count == 1 else f"Process {number} of the API"

    # Two slots for each place: who is replaced and who replaces him are there at once.
    pages = new_page(2 * count), new_page(2 * count, SLOT_BYTES)

    def make_at(number: int) -> Callable[[], ApiProcess]:
        slots = itertools.cycle([2 * number - 2, 2 * number - 1])
        return lambda: ApiProcess(name(number), of_one, listener, pages, next(slots))

    return [ApiPlace(name(number), make_at(number)) for number in range(1, count + 1)]


class ApiPlace:
    """Keeps one process of the API: started again when it has ended, or replaced by a fresh one."""

    def __init__(self, name: str, make: Callable[[], ApiProcess]) -> None:
        self.name = name
        self._make = make
        self._current = make()
        # Starting again and replacing happen in threads.
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start a process here unless one runs, and return once it answers. Raises ServeError or OSError."""
        with self._lock:
            if not self._current.is_running():
                self._current = self._make()
                self._current.start()

    def replace(self) -> None:
        """Start another process, and when it answers end the present one, after the requests that it is at.

        Raises ServeError or OSError when the other one does not start; the present one goes on then.
        """
        with self._lock:
            successor = self._make()
            successor.start()
            former, self._current = self._current, successor
        former.stop()

    def is_running(self) -> bool:
        """Whether the process here lives."""
        return self._current.is_running()

    def ending(self) -> str:
        """How the last one here ended."""
        return self._current.ending()

    def ask_to_end(self) -> None:
        """Send SIGTERM; returns at once."""
        self._current.ask_to_end()

    def force_to_end(self) -> None:
        """Send SIGKILL; returns at once."""
        self._current.force_to_end()

    def stop(self) -> None:
        """End it, after the requests that it is at; by force when that takes too long."""
        with self._lock:
            self._current.stop()
