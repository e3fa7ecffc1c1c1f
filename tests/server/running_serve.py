"""A real `runfolio serve` as a child process, for tests that look at it from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from tests.bucket import place_of_objects

# The command as its entry point names it, without needing the distribution to be installed.
LAUNCH = """
import argparse, sys
from runfolio_server.cli import SERVE
parser = argparse.ArgumentParser()
SERVE.add_arguments(parser)
sys.exit(SERVE.run(parser.parse_args()))
"""
PATIENCE_S = 30.0
READY = re.compile(r"runfolio is ready at (http://\S+)")


def wait_until(claim: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Return once the claim holds; fail with `what` when it does not for so long."""
    deadline = time.monotonic() + patience_s
    while not claim():
        assert time.monotonic() < deadline, f"not in {patience_s} s: {what}"
        time.sleep(0.02)


class RunningServe:
    """`runfolio serve` on `data_dir`, writing to `output`.out and .err. Kill it with `kill` at the end of the test."""

    def __init__(
        self, data_dir: Path, output: Path, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir
        self._out = output.with_suffix(".out")
        self._err = output.with_suffix(".err")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RUNFOLIO_")}
        place = place_of_objects(data_dir)
        elsewhere = {"RUNFOLIO_OBJECT_STORE": place} if place else {}
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LAUNCH, "--data-dir", str(data_dir), "--port", "0", *arguments],
                stdout=out,
                stderr=err,
                env={**inherited, **elsewhere, "PYTHONPATH": os.pathsep.join(sys.path), **(environment or {})},
                # A terminal's Ctrl-C goes to a whole process group, so the tests send theirs to this one's.
                start_new_session=True,
            )

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def url(self) -> str:
        found = READY.search(self.out + self.err)
        assert found, self.out + self.err
        return found[1]

    @property
    def key(self) -> str:
        return (self.data_dir / "api-key").read_text().strip()

    @property
    def worker_pid(self) -> int | None:
        return next((pid for pid in self._children() if "runfolio_server.worker" in _command_line(pid)), None)

    @property
    def api_pids(self) -> list[int]:
        """The processes that answer requests."""
        return [pid for pid in self._children() if "runfolio_server.serve.api" in _command_line(pid)]

    @property
    def postgres_pid(self) -> int:
        return int((self.data_dir / "pg" / "postmaster.pid").read_text().split()[0])

    def wait_until_ready(self) -> None:
        wait_until(lambda: READY.search(self.out + self.err) is not None or self.process.poll() is not None, "ready")
        assert self.process.poll() is None, self.err

    def username(self) -> str:
        """Whom the server knows by the key it made; asks the database."""
        answer = httpx.post(
            f"{self.url}/graphql", json={"query": "{ viewer { username } }"}, auth=("api", self.key), timeout=10
        )
        answer.raise_for_status()
        name = answer.json()["data"]["viewer"]["username"]
        assert isinstance(name, str)
        return name

    def answers(self) -> bool:
        try:
            return bool(self.username())
        except httpx.HTTPError:
            return False

    def interrupt(self) -> int:
        """Ctrl-C in its terminal; its exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """kill -9 of `serve` alone."""
        self.process.kill()
        self.process.wait()

    def wait_for_refusal(self) -> str:
        """What it wrote to stderr when it would not run: checked to be one line, with exit code 1."""
        assert self.process.wait(PATIENCE_S) == 1, self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.strip()

    def _children(self) -> list[int]:
        pid = self.process.pid
        threads = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for thread in threads for child in thread.read_text().split()]


Start = Callable[..., RunningServe]
"""What the fixture `start` gives: takes what RunningServe does behind its `output`."""


def is_running(pid: int | None) -> bool:
    """Whether the process lives; a zombie does not."""
    return pid is not None and bool(_command_line(pid))


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
