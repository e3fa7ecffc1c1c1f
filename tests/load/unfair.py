"""Ten honest users and one hostile: what each operation of the honest takes with him and without, in turn.

Phases with and without him alternate, so that whatever else the machine does meets both. One with him lasts until his
last request is answered.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import httpx

from tests.bench.whole_server import MemoryWatch, Peak, WholeServer
from tests.faults.check import Reader
from tests.faults.writers import PROJECT
from tests.load.ground import GroundSize, make_ground
from tests.load.honest import OPERATIONS, HonestUser, Measured, Measures
from tests.load.hostile import Hostile, Met
from tests.load.loop_stalls import LoopStalls

Phase: TypeAlias = Literal["without him", "with him"]
PHASES: tuple[Phase, ...] = ("without him", "with him")
HONEST = 10
ROUNDS_MAX = 10
PHASE_S_MIN = 3.0
WARM_UP_S = 3.0
GAP_S = 1.0
# What he has begun ends by then: a statement, and the queue before it.
STOP_PATIENCE_S = 90.0
HOSTILE = "mallory"
MAKE_USER = "mutation($u: String!) { createUser(input: {username: $u, email: null}) { user { id } } }"
MAKE_KEY = "mutation($u: String!) { generateApiKey(input: {username: $u}) { apiKey { name } } }"


@dataclass
class Found:
    """What a load has found; `problems` and `failures` are empty when all is well."""

    measures: dict[Phase, Measures] = field(
        default_factory=lambda: {phase: {operation: Measured() for operation in OPERATIONS} for phase in PHASES}
    )
    met: dict[str, Met] = field(default_factory=dict)
    memory: dict[Phase, Peak] = field(default_factory=lambda: {phase: Peak() for phase in PHASES})
    stalls: dict[Phase, int] = field(default_factory=lambda: dict.fromkeys(PHASES, 0))
    longest_stall_s: float | None = None
    failures: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lines: int = 0
    left_over: int = 0
    """How often he had requests that were not answered when the next phase began."""


class Unfair:
    """One load on a server of its own; `run` it once."""

    def __init__(self, server: WholeServer, seed: int, *, has_hostile: bool, has_connections: bool) -> None:
        self._server = server
        self._seed = seed
        self._has_hostile = has_hostile
        self._has_connections = has_connections
        self._measured: Measures | None = None
        self.found = Found()

    async def run(self, seconds: float, size: GroundSize, watch: MemoryWatch) -> Found:
        """Make users and data, measure for so many seconds, and read back what was acknowledged."""
        names = [f"honest-{number}" for number in range(HONEST)]
        keys = await self._make_users([*names, HOSTILE])
        users = [
            HonestUser(name, self._client(keys[name]), self._seed, lambda: self._measured, self.found.failures)
            for name in names
        ]
        hostile = await self._make_hostile(keys[HOSTILE], size) if self._has_hostile else None
        told_to_end = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            await asyncio.gather(*(user.make_runs() for user in users))
            for user in users:
                group.create_task(user.work(told_to_end))
            await asyncio.sleep(WARM_UP_S)
            await self._phases(seconds, hostile, watch)
            told_to_end.set()
        if hostile is not None:
            self.found.met = await asyncio.to_thread(hostile.end)
        for user in users:
            self.found.problems += await Reader(user.http, user.name, PROJECT).check_whole(user.sending)
            self.found.lines += user.sending.load.sent[0]["history"]
            await user.http.aclose()
        return self.found

    async def _phases(self, seconds: float, hostile: Hostile | None, watch: MemoryWatch) -> None:
        stalls = LoopStalls(self._server.base_url, self._server.key)
        await stalls.count()
        rounds = max(1, min(ROUNDS_MAX, int(seconds / (len(PHASES) * PHASE_S_MIN))))
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for phase in PHASES:
                if hostile is not None and phase == "with him":
                    hostile.go()
                with watch.stretch() as peak:
                    self._measured = self.found.measures[phase]
                    await asyncio.sleep(seconds / rounds / len(PHASES))
                    if hostile is not None and phase == "with him":
                        # The phase is over when his last request is, which may take longer than the phase.
                        has_stopped = await asyncio.to_thread(hostile.stop, STOP_PATIENCE_S)
                        self.found.left_over += not has_stopped
                    self._measured = None
                    # What the honest have begun in this phase mostly ends in it.
                    await asyncio.sleep(GAP_S)
                self.found.memory[phase].take(peak)
                self.found.stalls[phase] += await stalls.count()
        self.found.longest_stall_s = stalls.longest_s

    async def _make_users(self, names: list[str]) -> dict[str, str]:
        keys = {}
        async with self._client(self._server.key) as admin:
            for name in names:
                await _data(admin, MAKE_USER, name)
                keys[name] = (await _data(admin, MAKE_KEY, name))["generateApiKey"]["apiKey"]["name"]
        return keys

    async def _make_hostile(self, key: str, size: GroundSize) -> Hostile:
        async with self._client(key) as http:
            begin = time.monotonic()
            ground = await make_ground(http, HOSTILE, size)
            print(f"made what he attacks with in {time.monotonic() - begin:.0f} s", flush=True)
        return Hostile(self._server.base_url, key, ground, self._seed, has_connections=self._has_connections)

    def _client(self, key: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._server.base_url, headers={"Authorization": f"Bearer {key}"})


async def _data(admin: httpx.AsyncClient, document: str, username: str) -> dict[str, dict[str, dict[str, str]]]:
    response = await admin.post("/graphql", json={"query": document, "variables": {"u": username}})
    answer = response.raise_for_status().json()
    assert "errors" not in answer, answer
    found: dict[str, dict[str, dict[str, str]]] = answer["data"]
    return found
