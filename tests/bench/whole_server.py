"""A real `runfolio serve` (API, worker, embedded PostgreSQL) and how much memory its processes take at most.

Used by long_history.py and memory.py. Linux only: reads /proc.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from runfolio_server.embedded.sockets import database_url
from tests.server.reachable_dir import reachable_dir
from tests.server.running_serve import RunningServe

SAMPLE_PAUSE_S = 0.1
KINDS = (("runfolio_server.serve.api", "api"), ("runfolio_server.worker", "worker"))
MB = 1e6


@dataclass(frozen=True)
class WholeServer:
    """Where it is, the key of its user `ada`, its database, and its process."""

    base_url: str
    key: str
    database_url: str
    data_dir: Path
    pid: int


@contextmanager
def whole_server(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[WholeServer]:
    """Start it on a new data directory, with these arguments and variables besides, and end it."""
    with reachable_dir() as directory:
        arguments = ("--username", "ada", *arguments)
        serve = RunningServe(directory / "data", directory / "serve", *arguments, environment=environment)
        try:
            serve.wait_until_ready()
            # The socket is in PostgreSQL's own directory, whose path is short.
            url = database_url(serve.data_dir / "pg")
            yield WholeServer(serve.url, serve.key, url, serve.data_dir, serve.process.pid)
            print(serve.err, end="")
        finally:
            serve.interrupt()


@dataclass
class Peak:
    """The most memory of a stretch of time, in bytes: PSS of the server by kind of process, RSS of this process.

    `parts` is what each kind took when all together took most; `highest` is the most that it took at any time.
    """

    server: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)
    client: int = 0

    def take(self, other: Peak) -> None:
        """Make it the peak of both stretches."""
        self.client = max(self.client, other.client)
        for kind, size in other.highest.items():
            self.highest[kind] = max(self.highest.get(kind, 0), size)
        if other.server > self.server:
            self.server, self.parts = other.server, other.parts

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {size / MB:.0f}" for name, size in self.parts.items())
        return f"server {self.server / MB:.0f} MB ({parts}), client {self.client / MB:.0f} MB"


class MemoryWatch:
    """Looks at the processes every `pause_s` seconds, in a thread, for as long as the block.

    `peak` is the greatest of everything so far.
    """

    def __init__(self, server_pid: int, pause_s: float = SAMPLE_PAUSE_S) -> None:
        self._server_pid = server_pid
        self._pause_s = pause_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._lock = threading.Lock()
        self._stretch = Peak()
        self.peak = Peak()

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @contextmanager
    def stretch(self) -> Iterator[Peak]:
        """The peak of this block; the peak is whole at its end."""
        with self._lock:
            self._stretch = found = Peak()
        self._look()
        yield found
        self._look()

    def _watch(self) -> None:
        while not self._ended.wait(self._pause_s):
            self._look()

    def _look(self) -> None:
        parts: dict[str, int] = {}
        for pid, kind in processes_of(self._server_pid).items():
            parts[kind] = parts.get(kind, 0) + proportional_bytes(pid)
        looked = Peak(sum(parts.values()), parts, parts, resident_bytes(os.getpid()))
        with self._lock:
            self._stretch.take(looked)
            self.peak.take(looked)


def processes_of(server_pid: int) -> dict[int, str]:
    """The process, which is `serve`, and all that descend from it, each with what it is: api, worker or postgres."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # Behind the name, which may hold anything, in parentheses: the state and the parent.
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = {server_pid: "serve"}
    waiting = list(children.get(server_pid, []))
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        found[pid] = next((kind for module, kind in KINDS if module in command), "postgres")
    return found


def proportional_bytes(pid: int) -> int:
    """PSS: memory shared with others counts in parts; 0 when the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def resident_bytes(pid: int) -> int:
    """RSS."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def directory_bytes(directory: Path) -> int:
    """What its files take on disk."""
    return sum(path.stat().st_blocks * 512 for path in directory.rglob("*") if path.is_file())
