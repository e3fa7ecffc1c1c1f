"""Megabytes of rows in one answer: sent in pieces, and the same as what is encoded at once."""

from __future__ import annotations

import gc
import json
from typing import Any

import httpx
import pytest

from runfolio_server.endpoints import large_answers
from tests.server.test_compression import FAR, client_at, unpacked
from tests.service import Service

APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
READ = """{ project(name: "p") { run(name: "large") {
  name history(samples: 100) sample: historySample(samples: 7)
  historyRows(first: 100) { pageInfo { hasNextPage } rows } } } }"""
ROWS: list[dict[str, Any]] = [{"_step": step, "text": f'"ü\\{step}' * 5000} for step in range(60)]


@pytest.fixture(scope="module")
async def large(service: Service) -> str:
    """A run with megabytes of history."""
    run = await service.start_run("large")
    lines = "\n".join(map(json.dumps, ROWS))
    assert (await service.graphql(APPEND, input={"runId": run["id"], "offset": 0, "jsonLines": lines})).data
    return "large"


async def read(service: Service, host: str, accepted: str) -> tuple[httpx.Headers, bytes]:
    headers = {**service.headers("ada"), "Accept-Encoding": accepted}
    async with (
        client_at(service, host) as http,
        http.stream("POST", "/graphql", json={"query": READ}, headers=headers) as response,
    ):
        assert 200 == response.status_code
        return response.headers, b"".join([piece async for piece in response.aiter_raw()])


async def test_an_answer_in_pieces_is_the_answer(service: Service, large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, raw = await read(service, "127.0.0.1", "gzip")
    monkeypatch.setattr(large_answers, "LONG_LIST_CHARACTERS", 10**9)
    at_once = await read(service, "127.0.0.1", "gzip")

    assert at_once[1] == raw
    assert "Content-Length" not in headers
    assert str(len(raw)) == at_once[0]["Content-Length"]
    assert ("application/json", "Accept-Encoding") == (headers["Content-Type"], headers["Vary"])
    assert ROWS == [json.loads(row) for row in json.loads(raw)["data"]["project"]["run"]["historyRows"]["rows"]]


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_the_pieces_are_compressed_for_who_asks(service: Service, large: str, coding: str) -> None:
    _, plain = await read(service, "127.0.0.1", "")

    headers, raw = await read(service, FAR, coding)

    assert coding == headers["Content-Encoding"]
    assert plain == unpacked(raw, coding)
    assert len(raw) < len(plain) / 2


async def test_an_answer_in_pieces_is_let_go_of_at_once(service: Service, large: str) -> None:
    await read(service, "127.0.0.1", "")
    gc.collect()
    gc.disable()
    try:
        await read(service, "127.0.0.1", "")
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        # What this test's own client holds are bytes.
        held = [held for garbage in gc.garbage for held in gc.get_referents(garbage)]
        found = [text for text in held if type(text) is str and len(text) > len(ROWS[0]["text"])]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()

    assert [] == found
