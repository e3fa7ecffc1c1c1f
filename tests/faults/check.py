"""Reads runs through the public API, page by page, and says what is missing, doubled, changed or out of order."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pyarrow.parquet

from tests.faults.comparison import Comparison
from tests.faults.load import Load, Stream
from tests.faults.writers import PROJECT, Sending

STREAM_ARGUMENT: dict[Stream, str] = {"history": "HISTORY", "events": "SYSTEM"}
OF_RUN = """$entity: String!, $project: String!, $name: String!) {
  project(entityName: $entity, name: $project) { run(name: $name) {"""
RUN = f"query({OF_RUN} state exitCode summaryMetrics historyLineCount }} }} }}"
ROWS = f"""query($after: String, $first: Int!, $stream: HistoryStream!, {OF_RUN}
    page: historyRows(first: $first, after: $after, stream: $stream) {{
      items: rows pageInfo {{ hasNextPage endCursor }} }} }} }} }}"""
CONSOLE = f"""query($after: String, $first: Int!, {OF_RUN}
    page: consoleLines(first: $first, after: $after) {{
      items: lines {{ number line }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}"""
FILES = f"query({OF_RUN} parquetHistory(liveKeys: []) {{ parquetUrls }} }} }} }}"
BY_CLIENT = ("run.log", "run.log_columns")
PAGE_SIZES = (7000, 331)
RETRY_S = 0.2
TIMEOUT_S = 30.0
# Past this the server does not come back.
PATIENCE_S = 120.0


class Reader:
    """Reads while the server may be away: a page that does not come is asked for again. `values` were compared."""

    def __init__(self, http: httpx.AsyncClient, entity: str = "ada", project: str = PROJECT) -> None:
        self._http = http
        self._place = {"entity": entity, "project": project}
        self.values = 0
        self.files = 0

    async def check_acknowledged(self, sending: Sending) -> list[str]:
        """Problems of a run being written: each acknowledged line must be there, none twice, none never sent."""
        problems = []
        for stream in STREAM_ARGUMENT:
            acknowledged = set(sending.acknowledged[stream])
            problems += (await self._compared(sending, stream, PAGE_SIZES[1])).problems(acknowledged)
        return problems

    async def check_whole(self, sending: Sending) -> list[str]:
        """Problems of a run that is over: everything must be there, in order, as it was sent last."""
        load = sending.load
        problems: list[str] = []
        for stream in STREAM_ARGUMENT:
            everything = set(load.identities(stream))
            problems += (await self._compared(sending, stream, PAGE_SIZES[0])).problems(everything)
        lines = [line["line"] async for line in self._pages(CONSOLE, load, PAGE_SIZES[0])]
        printed = [line for of_process in load.console for line in of_process]
        if printed != lines:
            problems.append(f"{load.name} console: {lines[:3]}… is not {printed[:3]}…")
        run = await self._ask(RUN, load, {})
        if ("finished", 0) != (run["state"], run["exitCode"]):
            problems.append(f"{load.name} ended as {run['state']} with {run['exitCode']}")
        summary = json.loads(run["summaryMetrics"])
        # The client's summary has the newest value of every key; else it is what was sent last.
        known = {key: summary.get(key) for key in load.summary} if sending.by in BY_CLIENT else summary
        if repr(sorted(load.summary.items())) != repr(sorted(known.items())):
            problems.append(f"{load.name} summary: {summary} is not {load.summary}")
        if sending.by == "file_stream" and load.sent[-1]["history"] != run["historyLineCount"]:
            problems.append(f"{load.name} has {run['historyLineCount']} lines instead of {load.sent[-1]['history']}")
        return problems

    async def check_files(self, sending: Sending) -> list[str]:
        """Problems of the Parquet files of a run that is over and that is plain: they hold all rows, once, in order."""
        load = sending.load
        comparison = Comparison(load, "history", f"{load.name} files")
        urls = (await self._ask(FILES, load, {}))["parquetHistory"]["parquetUrls"]
        for url in urls:
            response = await self._until_answered("GET", url)
            for row in pyarrow.parquet.read_table(io.BytesIO(response.content)).to_pylist():
                comparison.add(_without_clock(row) if sending.by in BY_CLIENT else row)
        self.values += comparison.values
        self.files += len(urls)
        return comparison.problems(set(load.identities("history")))

    async def _compared(self, sending: Sending, stream: Stream, size: int) -> Comparison:
        comparison = Comparison(sending.load, stream, f"{sending.load.name} {stream}")
        async for text in self._pages(ROWS, sending.load, size, stream=STREAM_ARGUMENT[stream]):
            row = json.loads(text)
            comparison.add(_without_clock(row) if sending.by in BY_CLIENT else row)
        self.values += comparison.values
        return comparison

    async def _pages(self, query: str, load: Load, size: int, **variables: object) -> AsyncIterator[Any]:
        after = None
        while True:
            run = await self._ask(query, load, {"first": size, "after": after, **variables})
            for item in run["page"]["items"]:
                yield item
            if not run["page"]["pageInfo"]["hasNextPage"]:
                return
            after = run["page"]["pageInfo"]["endCursor"]

    async def _ask(self, query: str, load: Load, variables: dict[str, object]) -> dict[str, Any]:
        body = {"query": query, "variables": {**self._place, "name": load.name, **variables}}
        answer = (await self._until_answered("POST", "/graphql", json=body)).json()
        assert "errors" not in answer, answer
        assert answer["data"]["project"]["run"], f"{self._place['project']}/{load.name} is gone"
        run: dict[str, Any] = answer["data"]["project"]["run"]
        return run

    async def _until_answered(self, method: str, url: str, **options: Any) -> httpx.Response:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    response = await self._http.request(method, url, timeout=TIMEOUT_S, **options)
                except httpx.TransportError:
                    response = None
                if response is not None and response.status_code == 200:
                    return response
                assert response is None or response.status_code in (429, 503), response.text
                await asyncio.sleep(RETRY_S)


def _without_clock(row: dict[str, Any]) -> dict[str, Any]:
    """What was logged, without the times that the client adds."""
    return {key: value for key, value in row.items() if key not in ("_timestamp", "_runtime")}
