"""A long list of objects is completed part by part, so that other requests get their turn, and is the same answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runfolio_server.answer_budget import FieldShare
from runfolio_server.graph.execution import executor
from runfolio_server.graph.execution.compiled_selection import ObjectShape
from tests.service import Service

KEYS = 50
PART = 7
QUERY = '{ project(name: "p") { run(name: "wide") { metricKeys { name kind count lastValue } } } }'


@pytest.fixture(scope="module")
async def filled(service: Service) -> Service:
    """With a run of many keys."""
    await service.start_run("wide")
    await service.log("ada/p/wide", 0, [json.dumps({f"k{number:02}": number for number in range(KEYS)})])
    return service


async def test_a_long_list_is_completed_in_parts_and_between_them_the_loop_goes_on(
    filled: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = 0
    parts: list[tuple[int, int]] = []
    complete = ObjectShape.complete_plain

    def complete_plain(self: ObjectShape, values: list[Any], share: FieldShare) -> list[Any]:
        parts.append((turn, len(values)))
        return complete(self, values, share)

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    whole = await filled.graphql(QUERY)
    monkeypatch.setattr(executor, "ITEMS_AT_ONCE", PART)
    monkeypatch.setattr(ObjectShape, "complete_plain", complete_plain)
    counting = asyncio.create_task(count_turns())
    in_parts = await filled.graphql(QUERY)
    counting.cancel()

    assert whole.data == in_parts.data
    assert [f"k{number:02}" for number in range(KEYS)] == [
        key["name"] for key in in_parts.data["project"]["run"]["metricKeys"]
    ]
    assert [PART] * (KEYS // PART) + [KEYS % PART] == [size for _, size in parts]
    assert len(parts) == len({turn for turn, _ in parts})


async def test_a_part_that_fails_lets_the_whole_list_be_done_as_graphql_does(
    filled: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await filled.graphql(QUERY)
    complete = ObjectShape.complete_plain
    calls = 0

    def fail_later(self: ObjectShape, values: list[Any], share: FieldShare) -> list[Any]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise LookupError
        return complete(self, values, share)

    monkeypatch.setattr(executor, "ITEMS_AT_ONCE", PART)
    monkeypatch.setattr(ObjectShape, "complete_plain", fail_later)

    assert whole.data == (await filled.graphql(QUERY)).data
    assert 3 == calls
