"""A fault campaign: writers log while processes are killed; afterwards everything acknowledged is compared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.faults.check import Reader
from tests.faults.victims import Serving, kill_schedule
from tests.faults.writers import Writers


@dataclass(frozen=True)
class Report:
    """What was done and what was found wrong: `problems` is empty when every acknowledged value is there once."""

    kills: int
    runs: int
    lines: int
    requests: int
    retries: int
    problems: list[str]

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.runs} runs, {self.lines} lines in {self.requests} requests "
            f"and {self.retries} further attempts: {len(self.problems)} problems"
        )


async def run_campaign(
    directory: Path, *, seed: int, kills: int, writers: int, say: Callable[[str], None] = lambda _: None
) -> Report:
    """Run it in a directory that PostgreSQL's user can enter. The seed fixes loads and kills, not how they meet."""
    serving = await asyncio.to_thread(Serving, directory)
    try:
        async with httpx.AsyncClient(base_url=serving.current.url, auth=("api", serving.current.key)) as http:
            return await _run(serving, http, seed, kills, writers, say)
    finally:
        await asyncio.to_thread(serving.end)


async def _run(
    serving: Serving, http: httpx.AsyncClient, seed: int, kills: int, writer_count: int, say: Callable[[str], None]
) -> Report:
    writers, reader = Writers(http, seed), Reader(http)
    told_to_end = asyncio.Event()
    problems: list[str] = []
    async with asyncio.TaskGroup() as group:
        for number in range(writer_count):
            group.create_task(writers.write(number, told_to_end))
        for number, (pause_s, victim) in enumerate(kill_schedule(seed, kills), 1):
            await asyncio.sleep(pause_s)
            await asyncio.to_thread(serving.kill, victim)
            # What had been acknowledged before the kill, while the writers go on.
            sending = writers.sendings[number % len(writers.sendings)]
            check = reader.check_whole if sending.is_over else reader.check_acknowledged
            found = await check(sending)
            problems += [f"after kill {number} ({victim}): {problem}" for problem in found]
            say(f"{number}/{kills} {victim}: {writers.requests} requests, {len(problems)} problems")
        told_to_end.set()
    for when in ("in the end", "after a restart"):
        for sending in writers.sendings:
            problems += [f"{when}: {problem}" for problem in await reader.check_whole(sending)]
        say(f"compared {len(writers.sendings)} runs {when}")
        if when == "in the end":
            await asyncio.to_thread(serving.restart)
    lines = sum(sum(sending.load.sent.values()) for sending in writers.sendings)
    return Report(kills, len(writers.sendings), lines, writers.requests, writers.retries, problems)
