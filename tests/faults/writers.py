"""Sends loads as a client does that never gives up: the same bytes again until they are acknowledged."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx

from tests.faults.load import Load, Request, Stream

PROJECT = "faults"
UPSERT = "mutation($i: UpsertBucketInput!) { upsertBucket(input: $i) { bucket { id } } }"
RETRY_S = 0.1
REQUEST_TIMEOUT_S = 15.0
IMPATIENT_TIMEOUT_S = 0.01
# Past this the server does not come back.
PATIENCE_S = 120.0


class Refused(AssertionError):
    """The server answered what makes the real SDK give up streaming."""


@dataclass
class Sending:
    """A load on its way: which of its lines have been acknowledged, and whether its exit has."""

    load: Load
    acknowledged: dict[Stream, set[int]] = field(default_factory=lambda: {"history": set(), "events": set()})
    is_over: bool = False


@dataclass
class Writers:
    """Several writers, each with one run after the other; `sendings` is all they have sent."""

    http: httpx.AsyncClient
    seed: int
    sendings: list[Sending] = field(default_factory=list)
    requests: int = 0
    retries: int = 0

    async def write(self, writer: int, told_to_end: asyncio.Event) -> None:
        """Log runs until told to end; the last one is completed."""
        number = 0
        while not told_to_end.is_set():
            sending = Sending(Load(str(self.seed), f"writer-{writer}-run-{number}"))
            number += 1
            await self._start(sending)
            self.sendings.append(sending)
            while not sending.load.is_complete and not told_to_end.is_set():
                await self._send(sending, sending.load.next_request())
                await asyncio.sleep(sending.load.pause_s())
            for request in sending.load.last_requests():
                await self._send(sending, request)
            sending.is_over = True

    async def _start(self, sending: Sending) -> None:
        variables = {"i": {"name": sending.load.name, "modelName": PROJECT}}
        answer = await self._post("/graphql", {"query": UPSERT, "variables": variables})
        if "errors" in answer:
            raise Refused(f"{sending.load.name} could not be made: {answer}")

    async def _send(self, sending: Sending, request: Request) -> None:
        path = f"/files/ada/{PROJECT}/{sending.load.name}/file_stream"
        if request.is_impatient:
            # Given up while the server may be working on it: the next attempt meets the first one there.
            try:
                await self.http.post(path, json=request.body, timeout=IMPATIENT_TIMEOUT_S)
            except httpx.TransportError:
                self.retries += 1
        answer = await self._post(path, request.body)
        if "rejected" in answer:
            raise Refused(f"{sending.load.name}: good lines were rejected: {answer}")
        for block in request.blocks:
            sending.acknowledged[block.stream].update(range(block.first, block.past_last))

    async def _post(self, path: str, body: object) -> dict[str, object]:
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
                        answer: dict[str, object] = response.json()
                        return answer
                    if response.status_code not in (408, 429) and response.status_code < 500:
                        raise Refused(f"{path} answered {response.status_code}: {response.text[:500]}")
                self.retries += 1
                await asyncio.sleep(RETRY_S)
