"""What a second process of the API gives: batches and pages a second, and what each kind of process spends on them.

The senders are two processes, each with sixteen connections, on the same machine: on few cores they compete with the
server. Rounds of one and of two processes alternate; the best of each is told, and the spread.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

import runfolio
from tests.bench.processor_time import TICKS_PER_S
from tests.bench.whole_server import WholeServer, processes_of, whole_server

ROUNDS: Final = 3
ROUND_S: Final = 8.0
SENDERS: Final = 2
CONNECTIONS: Final = 16
LINES: Final = [json.dumps({"_step": step, **{f"m{key}": step / 7 for key in range(5)}}) for step in range(100)]
PAGE: Final = '{ project(name: "p") { runs(first: 50) { edges { node { name displayName state summaryMetrics } } } } }'
KINDS: Final = {"batches": "of 100 lines", "pages": "of 50 runs"}


@dataclass(frozen=True)
class Round:
    """Answers a second, and milliseconds of processor time for each of them by kind of process."""

    per_s: float
    cpu_ms: dict[str, float]


def main() -> None:
    """Measure and print."""
    found: dict[tuple[str, int], list[Round]] = {}
    for _ in range(ROUNDS):
        for processes in (1, 2):
            with whole_server("--processes", str(processes)) as server:
                _fill(server)
                for kind in KINDS:
                    found.setdefault((kind, processes), []).append(_round(server, kind))
    print(f"{SENDERS} senders × {CONNECTIONS} connections on {os.cpu_count()} cores, best of {ROUNDS} rounds")
    for (kind, processes), rounds in sorted(found.items()):
        best = max(rounds, key=lambda one: one.per_s)
        spread = f"{min(one.per_s for one in rounds):.0f} … {best.per_s:.0f}"
        cpu = ", ".join(f"{name} {ms:.2f}" for name, ms in sorted(best.cpu_ms.items()))
        print(f"{kind:8} {KINDS[kind]}, {processes} processes: {best.per_s:6.0f}/s ({spread}); ms each: {cpu}")


def send(url: str, key: str, kind: str, sender: int) -> None:
    """One sender: write how many answers came to stdout."""
    print(asyncio.run(_send(url, key, kind, sender)))


async def _send(url: str, key: str, kind: str, sender: int) -> int:
    count = 0

    async def send_on(number: int, http: httpx.AsyncClient, end: float) -> None:
        nonlocal count
        offset = 0
        while time.monotonic() < end:
            if kind == "pages":
                response = await http.post("/graphql", json={"query": PAGE})
            else:
                lines = {"wandb-history.jsonl": {"offset": offset, "content": LINES}}
                response = await http.post(f"/files/ada/p/s{sender}-{number}/file_stream", json={"files": lines})
                offset += len(LINES)
            assert response.status_code == 200, response.text
            count += 1

    async with httpx.AsyncClient(base_url=url, auth=("api", key), timeout=60, verify=False) as http:
        end = time.monotonic() + ROUND_S
        await asyncio.gather(*(send_on(number, http, end) for number in range(CONNECTIONS)))
    return count


def _fill(server: WholeServer) -> None:
    with runfolio.Api(server.base_url, server.key) as api:
        for sender in range(SENDERS):
            for number in range(CONNECTIONS):
                api.create_run("ada/p", id=f"s{sender}-{number}")


def _round(server: WholeServer, kind: str) -> Round:
    before = _cpu_s(server.pid)
    call = f"from tests.bench.processes import send; send({server.base_url!r}, {server.key!r}, {kind!r}, %d)"
    senders = [
        subprocess.Popen([sys.executable, "-c", call % number], stdout=subprocess.PIPE) for number in range(SENDERS)
    ]
    count = sum(int(sender.communicate()[0]) for sender in senders)
    used = _cpu_s(server.pid)
    return Round(count / ROUND_S, {name: 1000 * (used[name] - before[name]) / count for name in used})


def _cpu_s(pid: int) -> dict[str, float]:
    """Processor seconds so far, by kind of process, those of children that have ended included."""
    ticks: Counter[str] = Counter()
    for child, kind in processes_of(pid).items():
        stat = Path(f"/proc/{child}/stat").read_text(encoding="utf-8")
        ticks[kind] += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return {kind: count / TICKS_PER_S for kind, count in ticks.items()}


if __name__ == "__main__":
    main()
