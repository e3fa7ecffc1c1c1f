"""Reads runs through the public GraphQL API and says what is missing, doubled or changed."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx

from tests.faults.load import Load, Stream, canonical
from tests.faults.writers import PROJECT, Sending

STREAM_ARGUMENT: dict[Stream, str] = {"history": "HISTORY", "events": "SYSTEM"}
RUN = """query($name: String!) { project(entityName: "ada", name: "faults") { run(name: $name) {
  state exitCode summaryMetrics historyLineCount } } }"""
ROWS = """query($name: String!, $after: String, $first: Int!, $stream: HistoryStream!) {
  project(entityName: "ada", name: "faults") { run(name: $name) {
    page: historyRows(first: $first, after: $after, stream: $stream) {
      items: rows pageInfo { hasNextPage endCursor } } } } }"""
CONSOLE = """query($name: String!, $after: String, $first: Int!) {
  project(entityName: "ada", name: "faults") { run(name: $name) {
    page: consoleLines(first: $first, after: $after) {
      items: lines { number line } pageInfo { hasNextPage endCursor } } } } }"""
PAGE_SIZES = (7000, 331)
RETRY_S = 0.2
TIMEOUT_S = 30.0
PROBLEMS_SHOWN = 5


class Reader:
    """Reads while the server may be away: a page that does not come is asked for again."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def check_acknowledged(self, sending: Sending) -> list[str]:
        """Problems of a run being written: each acknowledged line must be there, none twice, none never sent."""
        problems = []
        for stream in STREAM_ARGUMENT:
            acknowledged = set(sending.acknowledged[stream])
            rows = [canonical(row) for row in await self._rows(sending.load, stream, PAGE_SIZES[1])]
            expected = sending.load.expected_lines(stream)
            problems += differences(f"{sending.load.name} {stream}", expected, rows, required=acknowledged)
        return problems

    async def check_whole(self, sending: Sending) -> list[str]:
        """Problems of a run that is over: everything must be there, in order, as it was sent last."""
        load = sending.load
        problems: list[str] = []
        for stream in STREAM_ARGUMENT:
            rows = [canonical(row) for row in await self._rows(load, stream, PAGE_SIZES[0])]
            expected = load.expected_lines(stream)
            problems += differences(f"{load.name} {stream}", expected, rows, required=set(range(len(expected))))
            if not problems and rows != expected:
                problems.append(f"{load.name} {stream}: the rows are in another order than they were logged")
        lines = await self._pages(CONSOLE, load, PAGE_SIZES[0])
        if load.console != [line["line"] for line in lines]:
            problems.append(f"{load.name} console: {lines[:3]}… is not {load.console[:3]}…")
        run = await self._ask(RUN, load, {})
        if ("finished", 0) != (run["state"], run["exitCode"]):
            problems.append(f"{load.name} ended as {run['state']} with {run['exitCode']}")
        if load.summary != json.loads(run["summaryMetrics"]):
            problems.append(f"{load.name} summary: {run['summaryMetrics']} is not {load.summary}")
        if load.sent["history"] != run["historyLineCount"]:
            problems.append(f"{load.name} has {run['historyLineCount']} lines instead of {load.sent['history']}")
        return problems

    async def _rows(self, load: Load, stream: Stream, size: int) -> list[dict[str, Any]]:
        texts = await self._pages(ROWS, load, size, stream=STREAM_ARGUMENT[stream])
        return [json.loads(text) for text in texts]

    async def _pages(self, query: str, load: Load, size: int, **variables: object) -> list[Any]:
        found: list[Any] = []
        after = None
        while True:
            run = await self._ask(query, load, {"first": size, "after": after, **variables})
            found += run["page"]["items"]
            if not run["page"]["pageInfo"]["hasNextPage"]:
                return found
            after = run["page"]["pageInfo"]["endCursor"]

    async def _ask(self, query: str, load: Load, variables: dict[str, object]) -> dict[str, Any]:
        body = {"query": query, "variables": {"name": load.name, **variables}}
        while True:
            try:
                response = await self._http.post("/graphql", json=body, timeout=TIMEOUT_S)
            except httpx.TransportError:
                response = None
            if response is not None and response.status_code == 200:
                answer = response.json()
                assert "errors" not in answer, answer
                assert answer["data"]["project"]["run"], f"{PROJECT}/{load.name} is gone"
                run: dict[str, Any] = answer["data"]["project"]["run"]
                return run
            assert response is None or response.status_code in (429, 503), response.text
            await asyncio.sleep(RETRY_S)


def differences(where: str, expected: list[str], actual: list[str], *, required: set[int]) -> list[str]:
    counts = Counter(actual)
    missing = [number for number in sorted(required) if not counts[expected[number]]]
    doubled = [row for row, count in counts.items() if count > 1]
    foreign = counts.keys() - set(expected)
    found = (("missing lines", missing), ("doubled rows", doubled), ("rows never sent", sorted(foreign)))
    return [f"{where}: {len(what)} {name}, such as {what[:PROBLEMS_SHOWN]}" for name, what in found if what]
