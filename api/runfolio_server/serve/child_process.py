"""A Python process that `serve` keeps beside itself: the worker or one of the API. Used by run.py."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from runfolio_server.embedded.postgres import describe_exit
from runfolio_server.parent import PARENT_PIPE_VARIABLE
from runfolio_server.setting_values import ENVIRONMENT_PREFIX
from runfolio_server.settings import SETTINGS, Settings

STOP_PATIENCE_S = 5.0
POLL_S = 0.02


class ChildProcess:
    """`python -m MODULE` with these settings in its environment: an argument would show the database's password.

    It ends by itself when this process is gone, because a pipe that only this process holds then closes.
    """

    def __init__(self, name: str, module: str, settings: Settings) -> None:
        self.name = name
        # -P: a file in the current directory must not stand in for one of our modules.
        self._command = [sys.executable, "-P", "-m", module]
        self._environment = {**os.environ, **settings_in_environment(settings)}
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: int | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs, else None."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.pid is not None

    def start(self) -> None:
        """Start it. Raises OSError when the system cannot."""
        self._start({}, ())

    def ask_to_end(self) -> None:
        """Send SIGTERM; returns at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def force_to_end(self) -> None:
        """Send SIGKILL; returns at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def stop(self) -> None:
        """Ask it to end, wait for that, kill it when it takes longer than STOP_PATIENCE_S."""
        self.ask_to_end()
        deadline = time.monotonic() + STOP_PATIENCE_S
        while self.is_running() and time.monotonic() < deadline:
            time.sleep(POLL_S)
        self.force_to_end()
        if self._process is not None:
            self._process.wait()
        self._close_pipe()

    def ending(self) -> str:
        """How it ended, for a sentence such as "The worker ended (…)"."""
        if self._process is None or self._process.returncode is None:
            return "gone"
        return describe_exit(self._process.returncode)

    def _start(self, environment: Mapping[str, str], descriptors: Sequence[int]) -> None:
        """Start it with more in its environment, and with these open files."""
        self._close_pipe()
        theirs, self._pipe = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                stdin=subprocess.DEVNULL,
                env={**self._environment, **environment, PARENT_PIPE_VARIABLE: str(theirs)},
                pass_fds=(theirs, *descriptors),
                # Out of reach of the terminal's Ctrl-C: `serve` stops it in its own order.
                start_new_session=True,
            )
        finally:
            os.close(theirs)

    def _close_pipe(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None


def settings_in_environment(settings: Settings) -> Mapping[str, str]:
    """These settings as the variables that `read_settings` reads back."""
    return {f"{ENVIRONMENT_PREFIX}{entry.name.upper()}": str(getattr(settings, entry.name)) for entry in SETTINGS}
