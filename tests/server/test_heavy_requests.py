"""What takes long to parse or to decode waits for a thread, holds no connection meanwhile, and keeps nobody waiting."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeAlias

import orjson
import pytest

from runfolio_server import heavy_threads
from runfolio_server.actions.identity.sign_in import SignIn
from runfolio_server.actions.runs.bulk import Choice, ManyRunsChange, update_runs
from runfolio_server.actions.runs.lifecycle import RunAddress, start_run
from runfolio_server.graph.limits.known_documents import LONG_CHARACTERS
from runfolio_server.graph.limits.variable_limits import ITEMS_MAX, MANY_VALUES
from runfolio_server.heavy_threads import HEAVY_BYTES, THREADS
from runfolio_server.loaders import READS_MAX
from tests.history_service import compact_some
from tests.service import HISTORY_FILE, Service

Send: TypeAlias = Callable[[Service], Coroutine[Any, Any, Any]]

LONG_ROWS, WIDE_KEYS = 20_000, 5_000
RUN = '{ project(name: "p") { run(name: "%s") { %s } } }'
LIGHT = {"query": '{ viewer { username } project(name: "p") { run(name: "light") { state historyRows { rows } } } }'}

READS = [
    ("wide", "historyRows { rows }"),
    ("wide", "historySample"),
    ("wide", "metricKeys { name lastValue }"),
    ("wide", "historyKeys"),
    ("wide", "historyTail"),
    ("wide", f"historyColumns(keys: {json.dumps([f'k{number}' for number in range(100)])}) {{ values }}"),
    ("long", "historyRows(first: 10000) { rows }"),
    ("long", "historySample(samples: 10000)"),
    ("long", 'historySample(keys: ["loss"])'),
    ("long", 'sampledHistory(specs: ["{\\"keys\\": [\\"loss\\"]}"])'),
    ("long", "history(minStep: 0, maxStep: 20000)"),
    ("long", 'historyColumns(keys: ["loss"]) { values }'),
    ("long", 'historyColumns(keys: ["loss"], samples: 100) { values }'),
    ("long", 'metric(key: "loss") { mean }'),
    ("text", "historyRows { rows }"),
]

# Compacted, a key or a hundred of them are decoded at once.
CASES = [("p", *read) for read in READS] + [
    ("q", run, field) for run, field in READS if run != "long" and "historyColumns" not in field
]


def _stream(name: str, lines: list[str], **headers: str) -> Send:
    body = json.dumps({"files": {HISTORY_FILE: {"offset": 0, "content": lines}}}).encode()
    content = gzip.compress(body) if headers else body

    async def send(service: Service) -> Any:
        return (await service.stream(f"ada/p/{name}", content, **headers)).status

    return send


def _read(name: str, field: str) -> Send:
    async def send(service: Service) -> Any:
        return (await service.graphql(RUN % (name, field))).data["project"]["run"]

    return send


async def _append(service: Service) -> Any:
    document = "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) { rejectedCount } }"
    made = await service.start_run("appended")
    rows = [json.dumps({"_step": number, "loss": 1}) for number in range(ITEMS_MAX)]
    return (await service.graphql(document, i={"runId": made["id"], "offset": 0, "rows": rows})).data


async def _append_nothing(service: Service) -> Any:
    """Rows of few bytes, of which there are many."""
    document = "mutation($i: AppendHistoryInput!) { appendHistory(input: $i) { rejectedCount } }"
    made = await service.start_run("empty")
    return (await service.graphql(document, i={"runId": made["id"], "offset": 0, "rows": ["{}"] * ITEMS_MAX})).data


async def _ask_at_length(service: Service) -> Any:
    """A document that was not there before, and is longer than most."""
    answer = await service.graphql("{ serverInfo { " + "version " * (LONG_CHARACTERS // 8) + "} }")
    return 200 if "errors" not in answer.body else answer.body


async def _choose_many(service: Service) -> Any:
    """Ids, of which each becomes a value; they are of no run."""
    document = (
        'query($keys: [String!]) { project(name: "p") { run(name: "none") { historyRows(keys: $keys) { rows } } } }'
    )
    answer = await service.graphql(document, keys=["key"] * (MANY_VALUES + 1))
    return answer.status


async def _dry_run(service: Service) -> Any:
    """What updateRuns does once the request is read, with a large config that is there."""
    sign_in: SignIn = service.app.state.sign_in
    viewer = await sign_in.viewer(service.headers("ada")["Authorization"])
    choice = Choice("ada", "r", "{}")
    changed = await update_runs(service.database, viewer, choice, ManyRunsChange(config='{"lr": 1}'), is_dry_run=True)
    return 200 if changed.count == 1 else changed


async def _configure(service: Service) -> Any:
    """What upsertBucket does once the request is read."""
    sign_in: SignIn = service.app.state.sign_in
    viewer = await sign_in.viewer(service.headers("ada")["Authorization"])
    config = json.dumps({f"k{number}": {"value": number} for number in range(LONG_ROWS)})
    await start_run(service.database, viewer, RunAddress("ada", "p", "configured"), {"config": config})
    return 200


WRITES: dict[str, Send] = {
    "rows": _stream("rows", ['{"_step":1,"loss":0.5}'] * LONG_ROWS),
    "refused lines": _stream("refused", ["[1]"] * 100_000),
    "one row": _stream("row", [json.dumps({"v": "[" * HEAVY_BYTES})]),
    "few bytes that unpack to many": _stream("packed", ['{"_step":1}'] * LONG_ROWS, **{"Content-Encoding": "gzip"}),
    "rows over GraphQL": _append,
    "rows without anything over GraphQL": _append_nothing,
    "a config": _configure,
    "a long document": _ask_at_length,
    "many values": _choose_many,
    "a dry run over a large config": _dry_run,
}


@pytest.fixture(scope="module")
async def filled(service: Service) -> Service:
    """With runs of many rows, of many keys and of one long text, each in the tail and, in project `q`, compacted."""
    runs = {
        "long": [json.dumps({"_step": number, "loss": 1 / (number + 1)}) for number in range(LONG_ROWS)],
        "wide": [
            orjson.dumps({"_step": step, **{f"k{n}": n / 7 for n in range(WIDE_KEYS)}}).decode() for step in (1, 2)
        ],
        "text": [json.dumps({"_step": 1, "v": "x" * (2 * HEAVY_BYTES)})],
    }
    for project in ("q", "p"):
        for name, lines in runs.items():
            await service.start_run(name, project)
            assert 200 == (await service.log(f"ada/{project}/{name}", 0, lines)).status
        if project == "q":
            await compact_some(service.database)
    sign_in: SignIn = service.app.state.sign_in
    viewer = await sign_in.viewer(service.headers("ada")["Authorization"])
    config = json.dumps({f"k{number}": {"value": number} for number in range(LONG_ROWS)})
    await start_run(service.database, viewer, RunAddress("ada", "r", "configured"), {"config": config})
    for name in ("rows", "refused", "row", "packed", "light"):
        await service.start_run(name)
    await service.log("ada/p/light", 0, ['{"_step":0}'])
    return service


@asynccontextmanager
async def _occupied_threads() -> AsyncIterator[None]:
    """All threads for heavy work are busy inside."""
    started, release = threading.Barrier(THREADS + 1), threading.Event()

    def wait() -> None:
        started.wait()
        release.wait()

    busy = [asyncio.create_task(heavy_threads.in_thread(wait)) for _ in range(THREADS)]
    await asyncio.to_thread(started.wait)
    try:
        yield
    finally:
        release.set()
        await asyncio.gather(*busy)


def _waiting() -> int:
    """How many calls wait for a thread."""
    return heavy_threads._THREADS._work_queue.qsize()


async def _until_waiting(task: asyncio.Task[Any], count: int) -> None:
    while _waiting() < count and not task.done():  # noqa: ASYNC110 - nobody tells when a call begins to wait
        await asyncio.sleep(0.001)
    assert not task.done(), "it was done without a thread"


async def _light_requests(service: Service) -> None:
    """Requests that are answered at once, with every connection of the pool in use beside them but those they need."""
    async with AsyncExitStack() as stack:
        for _ in range(service.settings.pool_size - 1):
            await stack.enter_async_context(service.database.connection())
        answer = await service.http.post("/graphql", json=LIGHT, headers=service.headers("ada"))
        logged = await service.log("ada/p/light", 0, ['{"_step":0}'])
        alive = await service.http.get("/readyz")

    assert ['{"_step":0}'] == answer.json()["data"]["project"]["run"]["historyRows"]["rows"]
    assert (200, 200) == (logged.status, alive.status_code)


@pytest.mark.parametrize("write", WRITES)
async def test_others_are_answered_while_a_large_body_waits_to_be_parsed(filled: Service, write: str) -> None:
    async with _occupied_threads():
        heavy = asyncio.create_task(WRITES[write](filled))
        await _until_waiting(heavy, 1)
        await _light_requests(filled)
        assert not heavy.done()

    assert await heavy in (200, {"appendHistory": {"rejectedCount": 0}})


@pytest.mark.parametrize(("project", "run", "field"), CASES)
async def test_others_are_answered_while_a_long_history_waits_to_be_decoded(
    filled: Service, project: str, run: str, field: str
) -> None:
    document = (RUN % (run, field)).replace('project(name: "p")', f'project(name: "{project}")')
    async with _occupied_threads():
        heavy = asyncio.create_task(filled.graphql(document))
        await _until_waiting(heavy, 1)
        await _light_requests(filled)
        assert not heavy.done()

    assert "errors" not in (await heavy).body


async def test_small_requests_take_no_thread(filled: Service) -> None:
    async with _occupied_threads():
        await _light_requests(filled)
        for field in ("historyRows { rows }", "historySample", "metricKeys { name }", "historyKeys", "historyTail"):
            await _read("light", field)(filled)
        await _stream("light", ['{"_step":0}'], **{"Content-Encoding": "gzip"})(filled)

        assert 0 == _waiting()


@pytest.mark.parametrize(
    "field",
    [
        "historySample",
        "historyRows { rows }",
        "metricKeys(stream: HISTORY) { name }",
        'sampledHistory(specs: ["{}"])',
        'metric(key: "loss") { at(key: "loss") }',
    ],
)
async def test_one_request_waits_with_few_histories_however_many_it_asks_for(filled: Service, field: str) -> None:
    fields = " ".join(f"a{number}: {field}" for number in range(50))
    async with _occupied_threads():
        heavy = asyncio.create_task(filled.graphql(RUN % ("long", fields)))
        await _until_waiting(heavy, 1)
        for _ in range(5):
            await _light_requests(filled)
            assert 1 <= _waiting() <= READS_MAX

    assert "errors" not in (await heavy).body
