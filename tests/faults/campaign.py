"""A fault campaign: writers log while processes are killed; what was acknowledged is compared, then and afterwards."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

import runfolio
from tests.faults.check import Reader
from tests.faults.exercised import Exercised, look
from tests.faults.victims import Serving, Victim, kill_schedule
from tests.faults.writers import Sending, Writers

POLL_S = 0.02
# Past this no request is answered any more.
PATIENCE_S = 120.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Report:
    """What was done and what was found wrong: `problems` is empty when every acknowledged value is there once."""

    seed: int
    kills: Counter[Victim]
    runs: Counter[str]
    lines: int
    requests: int
    retries: int
    values: int
    seconds: float
    exercised: Exercised
    problems: list[str]

    def __str__(self) -> str:
        kills = ", ".join(f"{count} {victim}" for victim, count in sorted(self.kills.items()))
        runs = ", ".join(f"{count} by {by}" for by, count in sorted(self.runs.items()))
        return (
            f"{self.kills.total()} kills ({kills}) in {self.seconds:.0f} s; {self.runs.total()} runs ({runs}), "
            f"{self.lines} lines in {self.requests} requests and {self.retries} further attempts; "
            f"{self.values} values compared; {self.exercised}; {len(self.problems)} problems; seed {self.seed}"
        )


async def run_campaign(directory: Path, *, seed: int, kills: int, writers: int, say: Say = lambda _: None) -> Report:
    """Run it in a directory that PostgreSQL's user can enter. The seed fixes loads and kills, not how they meet."""
    serving = await asyncio.to_thread(Serving, directory)
    try:
        url, key = serving.current.url, serving.current.key
        async with (
            httpx.AsyncClient(base_url=url, auth=("api", key)) as http,
            runfolio.AsyncApi(url, key) as api,
        ):
            return await _Campaign(serving, http, api, seed, say).run(kills, writers)
    finally:
        await asyncio.to_thread(serving.end)


class _Campaign:
    def __init__(self, serving: Serving, http: httpx.AsyncClient, api: runfolio.AsyncApi, seed: int, say: Say) -> None:
        self._serving = serving
        self._seed = seed
        self._say = say
        self._writers = Writers(http, seed, api)
        self._reader = Reader(http)
        self._problems: list[str] = []

    async def run(self, kills: int, writer_count: int) -> Report:
        begin = time.monotonic()
        told_to_end = asyncio.Event()
        killed: Counter[Victim] = Counter()
        async with asyncio.TaskGroup() as group:
            for number in range(writer_count):
                group.create_task(self._writers.write(number, told_to_end))
            checking = group.create_task(self._check_again_and_again(told_to_end))
            for number, kill in enumerate(kill_schedule(self._seed, kills), 1):
                await self._requests_answered(kill.requests)
                await asyncio.sleep(kill.pause_s)
                await asyncio.to_thread(self._serving.kill, kill.victim)
                killed[kill.victim] += 1
                self._say(
                    f"{time.monotonic() - begin:6.1f} s  {number}/{kills} {kill.victim}: {self._writers.requests} "
                    f"requests, {self._reader.values} values compared, {len(self._problems)} problems"
                )
            told_to_end.set()
            await checking
        for when in ("in the end", "after a restart"):
            for sending in self._writers.sendings:
                await self._check(sending, when)
            self._say(f"compared {len(self._writers.sendings)} runs {when}")
            if when == "in the end":
                await asyncio.to_thread(self._serving.restart)
        loads = [sending.load for sending in self._writers.sendings]
        return Report(
            self._seed,
            killed,
            Counter(sending.by for sending in self._writers.sendings),
            sum(sum(sent.values()) for load in loads for sent in load.sent),
            self._writers.requests,
            self._writers.retries,
            self._reader.values,
            time.monotonic() - begin,
            await look(self._serving.url_of_database()),
            self._problems,
        )

    async def _requests_answered(self, count: int) -> None:
        """Return once so many more were: a kill of a server that does nothing tests nothing."""
        wanted = self._writers.answers + count
        async with asyncio.timeout(PATIENCE_S):
            while self._writers.answers < wanted:  # noqa: ASYNC110 - several writers count
                await asyncio.sleep(POLL_S)

    async def _check_again_and_again(self, told_to_end: asyncio.Event) -> None:
        """Compare one run after the other, those that are written too, while processes die under the reader."""
        number = 0
        while not told_to_end.is_set():
            if self._writers.sendings:
                await self._check(self._writers.sendings[number % len(self._writers.sendings)], "meanwhile")
                number += 1
            await asyncio.sleep(POLL_S)

    async def _check(self, sending: Sending, when: str) -> None:
        if not sending.is_over:
            found = await self._reader.check_acknowledged(sending)
        else:
            found = await self._reader.check_whole(sending)
            if sending.load.is_plain:
                found += await self._reader.check_files(sending)
        self._problems += [f"{when}: {problem}" for problem in found]
