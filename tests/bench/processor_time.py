"""Processor time of this process, of the server and of PostgreSQL, from Linux's /proc. Used by ingest.py."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class ProcessorTime:
    """Seconds so far; `server` is every other child of this process."""

    client: float
    server: float
    postgres: float

    def since(self, before: ProcessorTime) -> str:
        """What was used from then to now, as text."""
        return (
            f"client {self.client - before.client:.2f} s, server {self.server - before.server:.2f} s,"
            f" PostgreSQL {self.postgres - before.postgres:.2f} s"
        )


def processor_time() -> ProcessorTime:
    """As of now. Where there is no /proc, everything is 0."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    postgres: set[int] = set()
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            head, _, tail = (directory / "stat").read_text().rpartition(")")
        except OSError:  # it has ended meanwhile
            continue
        pid, fields = int(directory.name), tail.split()
        parents[pid] = int(fields[1])
        # Its own, and that of children which have ended: connections that PostgreSQL has closed.
        seconds[pid] = sum(map(int, fields[11:15])) / TICKS_PER_S
        if head.endswith("(postgres"):
            postgres.add(pid)
    this = os.getpid()
    ours = {pid for pid in parents if this in _ancestors(parents, pid)}
    return ProcessorTime(
        sum(os.times()[:2]),
        sum(seconds[pid] for pid in ours - postgres),
        sum(seconds[pid] for pid in ours & postgres),
    )


def _ancestors(parents: dict[int, int], pid: int) -> set[int]:
    found: set[int] = set()
    while pid in parents and parents[pid] not in found:
        pid = parents[pid]
        found.add(pid)
    return found
