"""Sends loads as clients do that never give up: by hand through both doors for lines, and by the real client."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx

import runfolio
from tests.faults.columns import append_columns_input
from tests.faults.load import Identity, Load, Stream
from tests.faults.trouble import (
    BATCH_LINES_MAX,
    Block,
    Pause,
    Request,
    Trouble,
    append_input,
    file_stream_body,
)

PROJECT = "faults"
UPSERT = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { id } } }"
APPEND = "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) { rejectedCount } }"
RETRY_S = 0.1
REQUEST_TIMEOUT_S = 15.0
IMPATIENT_TIMEOUT_S = 0.01
# Past this the server does not come back.
PATIENCE_S = 120.0
DOORS = ("file_stream", "appendHistory", "run.log", "columns", "run.log_columns")
COLUMN_DOORS = ("columns", "run.log_columns")
ROWS_BETWEEN_FLUSHES = (1, 300)
ROW_PAUSE_MAX_S = 0.01
# Few rows in columns are sent as rows, more are stored as chunks at once.
ROWS_OF_COLUMNS = (50, 1200)
ROWS_OF_TROUBLED_COLUMNS = 600
COLUMNS_PAUSE_MAX_S = 0.5


class Refused(AssertionError):
    """The server answered what makes a real client give up."""


@dataclass
class Sending:
    """A load on its way: which of its lines have been acknowledged, and whether its exit has."""

    load: Load
    by: str
    acknowledged: dict[Stream, set[Identity]] = field(default_factory=lambda: {"history": set(), "events": set()})
    is_over: bool = False

    def acknowledge(self, blocks: list[Block]) -> None:
        """These lines are stored, says the server."""
        for block in blocks:
            self.acknowledged[block.stream].update(
                (block.process, number) for number in range(block.first, block.past_last)
            )


@dataclass
class Writers:
    """Several writers, each with one run after the other; `sendings` is all they have sent."""

    http: httpx.AsyncClient
    seed: int
    api: runfolio.AsyncApi
    sendings: list[Sending] = field(default_factory=list)
    requests: int = 0
    answers: int = 0
    retries: int = 0

    async def write(self, writer: int, told_to_end: asyncio.Event) -> None:
        """Log runs until told to end; the last one is completed."""
        by = DOORS[writer % len(DOORS)]
        number = 0
        while not told_to_end.is_set():
            # Every other run of a writer is one whose history becomes a file.
            load = Load(
                str(self.seed),
                f"writer-{writer}-run-{number}",
                is_plain=number % 2 == 1,
                has_nulls=by not in COLUMN_DOORS,
            )
            sending = Sending(load, by)
            number += 1
            if by == "run.log":
                await self._log(sending, told_to_end)
            elif by == "run.log_columns":
                await self._log_columns(sending, told_to_end)
            else:
                await self._send_all(sending, told_to_end)
            sending.is_over = True

    async def _send_all(self, sending: Sending, told_to_end: asyncio.Event) -> None:
        variables = {"i": {"name": sending.load.name, "modelName": PROJECT}}
        run_id: str = (await self._graphql(UPSERT, variables))["upsertBucket"]["bucket"]["id"]
        self.sendings.append(sending)
        lines_max = ROWS_OF_TROUBLED_COLUMNS if sending.by == "columns" else BATCH_LINES_MAX
        trouble = Trouble(sending.load, has_files=sending.by == "file_stream", lines_max=lines_max)
        for step in trouble.steps():
            trouble.is_told_to_end = told_to_end.is_set()
            if isinstance(step, Pause):
                await asyncio.sleep(0 if trouble.is_told_to_end else step.seconds)
            else:
                await self._send(sending, step, run_id)

    async def _send(self, sending: Sending, request: Request, run_id: str) -> None:
        if sending.by == "file_stream":
            path = f"/files/ada/{PROJECT}/{sending.load.name}/file_stream"
            body = file_stream_body(sending.load, request)
        else:
            path = "/graphql"
            input_of = append_columns_input if sending.by == "columns" else append_input
            body = {"query": APPEND, "variables": {"i": input_of(sending.load, request, run_id)}}
        if request.is_impatient:
            # Given up while the server may be working on it: the next attempt meets the first one there.
            try:
                await self.http.post(path, json=body, timeout=IMPATIENT_TIMEOUT_S)
            except httpx.TransportError:
                self.retries += 1
        answer = await self._post(path, body)
        if answer.get("rejected") or answer.get("data", {}).get("appendHistory", {}).get("rejectedCount"):
            raise Refused(f"{sending.load.name}: good lines were rejected: {answer}")
        sending.acknowledge(request.blocks)

    async def _log(self, sending: Sending, told_to_end: asyncio.Event) -> None:
        """By the client: what it acknowledges is what was logged before a flush."""
        load, random = sending.load, sending.load.random
        load.begin_process()
        async with await self._create_run(load.name) as run:
            self.sendings.append(sending)
            flushed, next_flush = 0, 0
            while load.sent[0]["history"] < load.lines and not told_to_end.is_set():
                number = load.sent[0]["history"]
                load.sent[0]["history"] += 1
                load.summary = load.line("history", 0, number)
                await run.log(load.summary)
                if number >= next_flush:
                    await run.flush()
                    self.answers += 1
                    sending.acknowledge([Block("history", 0, flushed, number + 1)])
                    flushed, next_flush = number + 1, number + random.randint(*ROWS_BETWEEN_FLUSHES)
                await asyncio.sleep(random.uniform(0, ROW_PAUSE_MAX_S))
        sending.acknowledge([Block("history", 0, flushed, load.sent[0]["history"])])

    async def _log_columns(self, sending: Sending, told_to_end: asyncio.Event) -> None:
        """By the client, many rows at once."""
        load, random = sending.load, sending.load.random
        load.begin_process()
        async with await self._create_run(load.name) as run:
            self.sendings.append(sending)
            while load.sent[0]["history"] < load.lines and not told_to_end.is_set():
                first = load.sent[0]["history"]
                load.sent[0]["history"] = past_last = first + random.randint(*ROWS_OF_COLUMNS)
                rows = [load.line("history", 0, number) for number in range(first, past_last)]
                names = dict.fromkeys(name for row in rows for name in row)
                load.summary = rows[-1]
                await run.log_columns({name: [row.get(name) for row in rows] for name in names})
                await run.flush()
                self.answers += 1
                sending.acknowledge([Block("history", 0, first, past_last)])
                await asyncio.sleep(random.uniform(0, COLUMNS_PAUSE_MAX_S))

    async def _create_run(self, name: str) -> runfolio.AsyncRun:
        """As a program does that may wait: each attempt has the client's own repetitions."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await self.api.create_run(f"ada/{PROJECT}", id=name)
                except (runfolio.UnavailableError, runfolio.ServerError):
                    self.retries += 1
                    await asyncio.sleep(RETRY_S)

    async def _graphql(self, document: str, variables: object) -> dict[str, Any]:
        answer = await self._post("/graphql", {"query": document, "variables": variables})
        found: dict[str, Any] = answer["data"]
        return found

    async def _post(self, path: str, body: object) -> dict[str, Any]:
        """The answer, after as many attempts as it takes."""
        self.requests += 1
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    response = await self.http.post(path, json=body, timeout=REQUEST_TIMEOUT_S)
                except httpx.TransportError:
                    pass
                else:
                    if response.status_code == 200:
                        answer: dict[str, Any] = response.json()
                        if "errors" in answer:
                            raise Refused(f"{path} answered {answer}")
                        self.answers += 1
                        return answer
                    if response.status_code not in (408, 429) and response.status_code < 500:
                        raise Refused(f"{path} answered {response.status_code}: {response.text[:500]}")
                self.retries += 1
                await asyncio.sleep(RETRY_S)
