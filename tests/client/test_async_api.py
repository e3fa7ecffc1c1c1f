"""The async client, in-process over ASGI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

import runfolio
from runfolio import AsyncApi, Config, Tag
from tests.service import BASE_URL, Service

LINES = [json.dumps({"_step": step, "loss": 1 / (step + 1)}) for step in range(5)]


@pytest.fixture
async def api(service: Service) -> AsyncIterator[AsyncApi]:
    """An AsyncApi of `ada`."""
    transport = httpx.ASGITransport(app=service.app)
    async with AsyncApi(BASE_URL, service.keys["ada"], transport=transport) as opened:
        yield opened


async def test_a_run_its_history_and_its_update(service: Service, api: AsyncApi) -> None:
    await service.start_run("r1", config='{"lr":{"value":0.1}}')
    await service.log("ada/p/r1", 0, LINES)

    run = await api.run("p/r1")
    table = await run.history(keys=["loss"])
    steps = [row["_step"] async for row in run.scan_history(page_size=2)]
    run.config["lr"] = 0.2
    await run.update()

    assert [1, 0.5] == table["loss"].tolist()[:2]
    assert [0, 1, 2, 3, 4] == steps
    assert {"lr": 0.2} == (await api.run("ada/p/r1")).config


async def test_a_list_is_counted_indexed_and_gone_through(service: Service, api: AsyncApi) -> None:
    for number in range(5):
        await service.start_run(f"n{number}", project="many")
    runs = api.runs("ada/many", per_page=2)

    assert 5 == await runs.total()
    assert [f"n{number}" for number in range(5)] == [run.id async for run in runs]
    assert "n4" == (await runs[-1]).id
    assert ["n1", "n2"] == [run.id for run in await runs[1:3]]
    assert 5 == len(await runs.to_pandas())


async def test_readers_at_once_load_each_page_once(service: Service) -> None:
    for number in range(6):
        await service.start_run(f"n{number}", project="busy")
    asked: list[bytes] = []

    class Counting(httpx.ASGITransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.content)
            return await super().handle_async_request(request)

    async with AsyncApi(BASE_URL, service.keys["ada"], transport=Counting(app=service.app)) as api:
        runs = api.runs("ada/busy", per_page=2)

        async def read() -> list[str]:
            return [run.id async for run in runs]

        found = await asyncio.gather(*(read() for _ in range(4)))

    assert [[f"n{number}" for number in range(6)]] * 4 == found
    assert 3 == len(asked)


async def test_another_users_run_is_not_there(service: Service, api: AsyncApi) -> None:
    await service.start_run("hidden", user="bob")

    with pytest.raises(runfolio.NotFoundError, match="There is no entity 'bob' on"):
        await api.run("bob/p/hidden")


async def test_properties_that_ask_are_awaited(api: AsyncApi, service: Service) -> None:
    await service.start_run("meta")

    assert "ada" == (await api.viewer).username
    assert "ada" == await api.default_entity
    assert (await (await api.run("p/meta")).metadata) is None


async def test_an_own_document_is_answered(api: AsyncApi) -> None:
    assert {"viewer": {"username": "ada"}} == await api.query("{ viewer { username } }")


async def test_many_runs_are_chosen_changed_grouped_and_tabled(service: Service, api: AsyncApi) -> None:
    for number in range(4):
        await service.start_run(f"n{number}", project="chosen", config=json.dumps({"n": {"value": number}}))
    runs = api.runs("ada/chosen", Config("n") > 1, order="-config.n")

    changed = await runs.update(add_tags=["late"])
    table = await runs.to_pandas(["id", "config.n"])
    groups = await api.runs("ada/chosen").groups("tags", pandas=False)
    late = api.runs("ada/chosen", Tag("late"))

    assert 2 == changed.count
    assert [("n3", 3), ("n2", 2)] == list(zip(table["id"], table["config.n"], strict=True))
    assert 2 == len(groups)
    assert ["n2", "n3"] == [run.id async for run in late]
    assert 2 == (await late.delete(dry_run=False)).count
    assert 2 == await api.runs("ada/chosen").total()
    project = await api.project("chosen")
    assert [("n", 2)] == [(key.key, key.run_count) for key in await project.keys("config")]
    assert [] == await project.keys("config", search="N")
    assert ["n"] == [key.key for key in await project.keys("config", search="N", case_sensitive=False, fuzzy=True)]
    state = next(field for field in await project.run_fields() if field.name == "state")
    assert ("TEXT", True) == (state.type, state.is_sortable)
    assert {"running", "killed"} < set(state.values)
    assert "$in" in state.operators
