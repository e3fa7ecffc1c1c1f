"""A real `runfolio serve` whose processes are killed one by one with SIGKILL; each comes back before the next is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal, get_args

from runfolio_server.embedded import EmbeddedPostgres
from runfolio_server.embedded.sockets import database_url
from tests.server.running_serve import RunningServe, is_running, wait_until

# serve: the process that keeps all others, started again at once. api: one of those that answer requests. postgres: the
# postmaster; backend: one of its processes, which makes it end and recover all others. `serve` restarts these and the
# worker by itself. second worker: one that was started by hand beside it, and is again.
Victim = Literal["serve", "api", "worker", "second worker", "postgres", "backend"]
VICTIMS: tuple[Victim, ...] = get_args(Victim)
# Of the API: what one of them has remembered must not be wrong when another has changed it.
PROCESSES = 2
PAUSE_S = (0.0, 0.5)
REQUESTS = (5, 40)


@dataclass(frozen=True)
class Kill:
    """Whom to kill, after so many further requests were answered and so many seconds more."""

    victim: Victim
    requests: int
    pause_s: float


def kill_schedule(seed: int, kills: int) -> list[Kill]:
    """Every victim in turn, in an order of the seed's."""
    random = Random(f"kills/{seed}")
    schedule: list[Kill] = []
    while len(schedule) < kills:
        schedule += [
            Kill(victim, random.randint(*REQUESTS), random.uniform(*PAUSE_S))
            for victim in random.sample(VICTIMS, len(VICTIMS))
        ]
    return schedule[:kills]


class Serving:
    """`serve` on a data directory of its own and always the same port, and a second worker. `end` it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._starts = 0
        self._second_worker: subprocess.Popen[bytes] | None = None
        self.current = self._start()

    def kill(self, victim: Victim) -> None:
        """Kill it, and return when the server works again."""
        if victim == "serve":
            self.current.kill()
            self.current = self._start()
        elif victim == "api":
            wait_until(lambda: len(self.current.api_pids) == PROCESSES, "all processes of the API")
            os.kill(killed := self.current.api_pids[0], signal.SIGKILL)
            wait_until(lambda: killed not in self.current.api_pids, "the process is gone")
        elif victim == "second worker":
            self._kill_second_worker()
            self._start_second_worker()
        elif victim == "worker":
            # After PostgreSQL was killed it may be on its way.
            wait_until(lambda: self.current.worker_pid is not None, "a worker")
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
        self._kill_second_worker()
        assert self.current.interrupt() == 0, self.current.err
        self.current = self._start()

    def url_of_database(self) -> str:
        """Where PostgreSQL is, for what the public API does not tell."""
        return database_url(self.current.data_dir / "pg")

    def end(self) -> None:
        """End everything, whatever state it is in; also what a killed `serve` left and no other took over."""
        self._kill_second_worker()
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
        arguments = ("--port", str(self._port), "--username", "ada", "--processes", str(PROCESSES))
        serve = RunningServe(self._directory / "data", output, *arguments)
        serve.wait_until_ready()
        if self._second_worker is None:
            self._start_second_worker(serve)
        return serve

    def _start_second_worker(self, serve: RunningServe | None = None) -> None:
        data_dir = (serve or self.current).data_dir
        with (self._directory / "second-worker.err").open("a") as err:
            self._second_worker = subprocess.Popen(
                [sys.executable, "-m", "runfolio_server.worker"],
                stdout=err,
                stderr=err,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(sys.path),
                    "RUNFOLIO_DATABASE_URL": database_url(data_dir / "pg"),
                    "RUNFOLIO_DATA_DIR": str(data_dir),
                },
            )

    def _kill_second_worker(self) -> None:
        # It ends by itself when it starts while PostgreSQL is away.
        if self._second_worker is not None:
            self._second_worker.kill()
            self._second_worker.wait()
            self._second_worker = None

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
