"""A real `runfolio serve` whose processes are killed one by one with SIGKILL; each comes back before the next is."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from random import Random
from typing import Literal, get_args

from runfolio_server.embedded import EmbeddedPostgres
from tests.server.running_serve import RunningServe, is_running, wait_until

# api: `serve` itself, started again at once. postgres: the postmaster; backend: one of its processes, which makes it
# end and recover all others. `serve` restarts these and the worker by itself.
Victim = Literal["api", "worker", "postgres", "backend"]
VICTIMS: tuple[Victim, ...] = get_args(Victim)
PAUSE_S = (0.1, 1.5)


def kill_schedule(seed: int, kills: int) -> list[tuple[float, Victim]]:
    """How long to wait before each kill, and whom to kill: every victim in turn, in an order of the seed's."""
    random = Random(f"kills/{seed}")
    schedule: list[tuple[float, Victim]] = []
    while len(schedule) < kills:
        schedule += [(random.uniform(*PAUSE_S), victim) for victim in random.sample(VICTIMS, len(VICTIMS))]
    return schedule[:kills]


class Serving:
    """`serve` on a data directory of its own and always the same port. `end` it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._starts = 0
        self.current = self._start()

    def kill(self, victim: Victim) -> None:
        """Kill it, and return when the server works again."""
        if victim == "api":
            self.current.kill()
            self.current = self._start()
        elif victim == "worker":
            worker = self.current.worker_pid
            assert worker is not None
            os.kill(worker, signal.SIGKILL)
            wait_until(lambda: self.current.worker_pid not in (None, worker), "a new worker")
        elif victim == "postgres":
            postgres = self.current.postgres_pid
            os.kill(postgres, signal.SIGKILL)
            wait_until(lambda: not is_running(postgres), "PostgreSQL is gone")
        else:
            self._kill_backend()
        wait_until(self.current.answers, f"answers after the kill of {victim}")

    def restart(self) -> None:
        """End it as Ctrl-C does, and start it again."""
        assert self.current.interrupt() == 0, self.current.err
        self.current = self._start()

    def end(self) -> None:
        """End everything, whatever state it is in; also what a killed `serve` left and no other took over."""
        if self.current.process.poll() is None:
            self.current.interrupt()
        if (self.current.data_dir / "pg" / "postmaster.pid").exists():
            leftover = EmbeddedPostgres(self.current.data_dir)
            leftover.force()
            leftover.start()
            leftover.stop()

    def _start(self) -> RunningServe:
        output = self._directory / f"serve-{self._starts}"
        self._starts += 1
        serve = RunningServe(self._directory / "data", output, "--port", str(self._port), "--username", "ada")
        serve.wait_until_ready()
        return serve

    def _kill_backend(self) -> None:
        postmaster = self.current.postgres_pid
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        # A client's process is called `postgres: user database [local] state`; one that works is worth more.
        clients = [int(child) for child in children if "[local]" in _title(int(child))]
        assert clients, "nobody is connected to PostgreSQL"
        os.kill(min(clients, key=lambda pid: _title(pid).rstrip("\0").endswith("idle")), signal.SIGKILL)


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
