"""The hostile user: a process of his own that goes through all attacks again and again while it is told to.

What comes back is counted and thrown away: nothing of an answer is kept or parsed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import httpx

from tests.load import hostile_answers, hostile_connections, hostile_documents, hostile_loop, hostile_statements
from tests.load.attack import Attack, Call
from tests.load.ground import Ground

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

ATTACKS = (
    *hostile_answers.ATTACKS,
    *hostile_loop.ATTACKS,
    *hostile_statements.ATTACKS,
    *hostile_documents.ATTACKS,
)
# Longer than a statement may run and a queue may be.
TIMEOUT_S = 120.0
POLL_S = 0.02
# He obeys no Retry-After, but a refusal that costs nothing must not be all that he measures.
PAUSE_S = 0.01
HUNG_UP, RESET, TIMED_OUT = "hung up", "connection closed", "no answer"


@dataclass
class Met:
    """What an attack has met so far: its answers by status, and the longest wait and the largest answer.

    `spans` are when it began and ended, by the clock of the machine.
    """

    times: int = 0
    spans: list[tuple[float, float]] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0
    largest_bytes: int = 0


class Hostile:
    """The process, seen from outside: `go` and `stop` it any number of times, and `end` it."""

    def __init__(self, base_url: str, key: str, ground: Ground, seed: int, *, has_connections: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._is_told_to_go = context.Event()
        self._is_idle = context.Event()
        self._is_told_to_end = context.Event()
        self._found: Queue[dict[str, Met]] = context.Queue()
        signals = (self._is_told_to_go, self._is_idle, self._is_told_to_end)
        arguments = (base_url, key, ground, seed, has_connections, signals, self._found)
        self._process = context.Process(target=_run, args=arguments, daemon=True)
        self._process.start()

    def go(self) -> None:
        """Attack from here on."""
        self._is_told_to_go.set()

    def stop(self, patience_s: float) -> bool:
        """Begin no further call; whether all were answered before patience ended."""
        self._is_told_to_go.clear()
        self._is_idle.clear()
        deadline = time.monotonic() + patience_s
        while not self._is_idle.wait(1):
            assert self._process.is_alive(), "the hostile process ended by itself"
            if time.monotonic() > deadline:
                return False
        return True

    def end(self) -> dict[str, Met]:
        """End the process; what each attack met, by its name."""
        self._is_told_to_end.set()
        found = self._found.get(timeout=TIMEOUT_S)
        self._process.join()
        return found


def _run(
    base_url: str,
    key: str,
    ground: Ground,
    seed: int,
    has_connections: bool,
    signals: tuple[Event, Event, Event],
    found: Queue[dict[str, Met]],
) -> None:
    found.put(asyncio.run(_Loop(base_url, key, ground, signals).run(seed, has_connections)))


class _Loop:
    def __init__(self, base_url: str, key: str, ground: Ground, signals: tuple[Event, Event, Event]) -> None:
        self._base_url = base_url
        self._key = key
        self._ground = ground
        self._is_told_to_go, self._is_idle, self._is_told_to_end = signals
        self._calls: dict[str, Sequence[Call]] = {}
        self._met: dict[str, Met] = {}
        self._busy = 0

    async def run(self, seed: int, has_connections: bool) -> dict[str, Met]:
        """Every attack in turn, in an order of the seed's that is another one each time."""
        async with hostile_client(self._base_url, self._key) as http, asyncio.TaskGroup() as group:
            group.create_task(self._tell_idle())
            group.create_task(self._go_through(http, Random(seed)))
            if has_connections:
                group.create_task(self._connect())
        return self._met

    async def _tell_idle(self) -> None:
        while not self._is_told_to_end.is_set():
            if not self._is_told_to_go.is_set() and not self._busy:
                self._is_idle.set()
            await asyncio.sleep(POLL_S)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[bool]:
        """Wait until told to go; whether it goes on at all."""
        while not self._is_told_to_go.is_set() and not self._is_told_to_end.is_set():  # noqa: ASYNC110 - set outside
            await asyncio.sleep(POLL_S)
        self._busy += 1
        try:
            yield not self._is_told_to_end.is_set()
        finally:
            self._busy -= 1

    async def _go_through(self, http: httpx.AsyncClient, random: Random) -> None:
        while True:
            for attack in random.sample(ATTACKS, len(ATTACKS)):
                async with self._turn() as goes_on:
                    if not goes_on:
                        return
                    await self._attack(http, attack)

    async def _connect(self) -> None:
        """What needs no key, from another address, beside all else."""
        while True:
            for name, attack in hostile_connections.ATTACKS.items():
                async with self._turn() as goes_on:
                    if not goes_on:
                        return
                    met = self._met.setdefault(name, Met())
                    met.times += 1
                    met.answers.update(await attack(self._base_url, self._is_told_to_go.is_set))

    async def _attack(self, http: httpx.AsyncClient, attack: Attack) -> None:
        if attack.name not in self._calls and not attack.differs_each_time:
            # Making them takes time of processors that the server shares.
            self._calls[attack.name] = list(attack.make(self._ground))
        waiting = iter(self._calls.get(attack.name) or attack.make(self._ground))
        met = self._met.setdefault(attack.name, Met())
        met.times += 1
        begin = time.monotonic()

        async def send() -> None:
            for call in waiting:
                await send_one(http, call, met)
                await asyncio.sleep(PAUSE_S)
                if not self._is_told_to_go.is_set():
                    return

        await asyncio.gather(*(send() for _ in range(attack.at_once)))
        met.spans.append((begin, time.monotonic()))


async def send_one(http: httpx.AsyncClient, call: Call, met: Met) -> None:
    """Send it, read what comes, and note what it was."""
    begin = time.monotonic()
    size = 0
    try:
        async with asyncio.timeout(call.hangs_up_after_s):
            method = "GET" if call.body is None else "POST"
            async with http.stream(method, call.path, content=call.body) as response:
                async for piece in response.aiter_raw():
                    size += len(piece)
        answer = str(response.status_code)
    except TimeoutError:
        answer = HUNG_UP
    except httpx.TimeoutException:
        answer = TIMED_OUT
    except httpx.TransportError:
        answer = RESET
    met.answers[answer] += 1
    met.longest_s = max(met.longest_s, time.monotonic() - begin)
    met.largest_bytes = max(met.largest_bytes, size)


def hostile_client(base_url: str, key: str) -> httpx.AsyncClient:
    """His connections, as many as he likes."""
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        timeout=TIMEOUT_S,
        limits=httpx.Limits(max_connections=None),
    )
