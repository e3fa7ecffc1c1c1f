"""Honest users: each logs a run as the SDK does, reads pages and histories, and tries again when it is told to.

What an operation takes is measured from its first attempt to its answer, waiting for further attempts included.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, TypeAlias, get_args

import httpx

from tests.faults.load import Load
from tests.faults.trouble import Block, Request, file_stream_body
from tests.faults.writers import PROJECT, UPSERT, Sending

Operation: TypeAlias = Literal["log", "runs", "history", "viewer"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
LISTED_RUNS = 20
LINES = (5, 40)
# Between two operations of a user.
PAUSE_S = (0.02, 0.2)
TIMEOUT_S = 120.0
# Past this the server does not come back.
ATTEMPTS_MAX = 100

VIEWER = "{ viewer { id username } }"
RUNS = """query($entity: String!, $project: String!) { project(entityName: $entity, name: $project) {
  runs(first: 20, order: "-created_at") { totalCount edges { node { id name displayName state tags config summaryMetrics
    createdAt heartbeatAt } } } } }"""
HISTORY = """query($entity: String!, $project: String!, $run: String!) { project(entityName: $entity, name: $project) {
  run(name: $run) { historySample(keys: ["value"], samples: 500) historyRows(first: 100) { rows } } } }"""


@dataclass
class Measured:
    """What was measured of one operation in one kind of phase: seconds of each, and attempts that came too early.

    `begun` is when each began, by the clock of the machine.
    """

    seconds: list[float] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    asked_again: Counter[int] = field(default_factory=Counter)


Measures: TypeAlias = dict[Operation, Measured]


@dataclass
class HonestUser:
    """One of them; `measures` tells where what it measures belongs now, None where to nothing."""

    name: str
    http: httpx.AsyncClient
    seed: int
    measures: Callable[[], Measures | None]
    failures: list[str]

    def __post_init__(self) -> None:
        self.sending = Sending(Load(str(self.seed), f"run-of-{self.name}", is_plain=True), "file_stream")
        self._random = Random(f"{self.seed}/{self.name}")
        self._place = {"entity": self.name, "project": PROJECT}

    async def make_runs(self) -> None:
        """Make the run that it logs, and others to list."""
        config = json.dumps({f"parameter {number}": {"value": number / 7} for number in range(20)})
        load = self.sending.load
        load.begin_process()
        for name in [*(f"listed-{number}" for number in range(LISTED_RUNS)), load.name]:
            run = {"entityName": self.name, "modelName": PROJECT, "name": name, "config": config}
            await self._ask("/graphql", {"query": UPSERT, "variables": {"i": run}})

    async def work(self, told_to_end: asyncio.Event) -> None:
        """Log and read in turn until told to end; then say that the run is over."""
        while not told_to_end.is_set():
            for operation in OPERATIONS:
                await self._measure(operation)
                await asyncio.sleep(self._random.uniform(*PAUSE_S))
        await self._log(exit_code=0)
        self.sending.is_over = True

    async def _measure(self, operation: Operation) -> None:
        measures, begin = self.measures(), time.monotonic()
        load = self.sending.load
        if operation == "log":
            asked_again = await self._log()
        elif operation == "runs":
            asked_again = await self._ask("/graphql", {"query": RUNS, "variables": self._place})
        elif operation == "history":
            variables = {**self._place, "run": load.name}
            asked_again = await self._ask("/graphql", {"query": HISTORY, "variables": variables})
        else:
            asked_again = await self._ask("/graphql", {"query": VIEWER})
        # It belongs to the phase that it began in, however long it took: what waits longest must not be left out.
        if measures is not None:
            measures[operation].seconds.append(time.monotonic() - begin)
            measures[operation].begun.append(begin)
            measures[operation].asked_again.update(asked_again)

    async def _log(self, exit_code: int | None = None) -> Counter[int]:
        load = self.sending.load
        first = load.sent[0]["history"]
        load.sent[0]["history"] += self._random.randint(*LINES)
        block = Block("history", 0, first, load.sent[0]["history"])
        load.summary = load.line("history", 0, block.past_last - 1)
        body = file_stream_body(load, Request([block], summary=load.summary, exit_code=exit_code))
        asked_again = await self._ask(f"/files/{self.name}/{PROJECT}/{load.name}/file_stream", body)
        self.sending.acknowledge([block])
        return asked_again

    async def _ask(self, path: str, body: dict[str, Any]) -> Counter[int]:
        """Send until it is answered; the statuses of refusals that say when to come back. All else is a failure."""
        asked_again: Counter[int] = Counter()
        for _ in range(ATTEMPTS_MAX):
            try:
                response = await self.http.post(path, json=body, timeout=TIMEOUT_S)
            except httpx.TransportError as error:
                self.failures.append(f"{self.name}: {path} {type(error).__name__} {error}")
                await asyncio.sleep(1)
                continue
            if response.status_code in (429, 503) and "Retry-After" in response.headers:
                asked_again[response.status_code] += 1
                await asyncio.sleep(float(response.headers["Retry-After"]))
                continue
            answer = response.json() if response.status_code == 200 else {"errors": response.text[:300]}
            if "errors" not in answer and not answer.get("rejected"):
                return asked_again
            self.failures.append(f"{self.name}: {path} {response.status_code} {json.dumps(answer)[:500]}")
            await asyncio.sleep(1)
        raise AssertionError(f"{self.name}: {path} was not answered in {ATTEMPTS_MAX} attempts: {self.failures[-1]}")
