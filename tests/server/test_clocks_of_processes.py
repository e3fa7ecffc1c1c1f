"""Processes of a run on machines whose clocks differ: which of them is the newest, whatever they say of the time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.test_older_starts import config
from tests.service import Service

LIVE = True
READ = """query($r: String!) { project(entityName: "ada", name: "p") { run(name: $r) {
  state exitCode notes config startedAt consoleLines(first: 100) { lines { line } } } } }"""


async def _told(service: Service, run: str) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(READ, r=run)).data["project"]["run"]
    return found


async def _start(service: Service, run: str, start: str, *, live: bool = True) -> None:
    await service.start_run(run, config=config(None, "startedAt", live), notes=start)
    await service.start_run(run, config=config(start, "startedAt", live))


async def _end(service: Service, run: str, code: int = 0) -> None:
    await service.stream(f"ada/p/{run}", {"complete": True, "exitcode": code})


@pytest.mark.parametrize("code", [0, 3, 255])
async def test_a_process_whose_clock_is_behind_the_one_before_runs_and_ends(service: Service, code: int) -> None:
    await _start(service, "behind", "11:00:00")
    await _end(service, "behind", code)

    await _start(service, "behind", "10:00:00")
    await service.stream("ada/p/behind", {})
    running = await _told(service, "behind")
    await service.start_run("behind", config=config("10:00:00", "startedAt", LIVE, late=1))
    await _end(service, "behind", 7)

    assert ("running", None, "10:00:00") == (running["state"], running["exitCode"], running["notes"])
    ended = await _told(service, "behind")
    assert ("failed", 7) == (ended["state"], ended["exitCode"])
    assert {"value": 1} == json.loads(ended["config"])["late"]
    assert "2025-11-30T11:00:00Z" == ended["startedAt"], "of the first process"


async def test_a_process_that_is_sent_again_after_one_whose_clock_is_behind_is_the_older_one(service: Service) -> None:
    await _start(service, "again", "11:00:00")
    await _end(service, "again")
    await _start(service, "again", "10:00:00")
    await _end(service, "again", 3)
    newest = await _told(service, "again")

    for _ in range(2):
        await _start(service, "again", "11:00:00")
        await _end(service, "again")

    assert "10:00:00" == newest["notes"]
    assert newest == await _told(service, "again")


async def test_an_offline_process_that_is_synced_after_a_later_one_is_the_older_one(service: Service) -> None:
    await _start(service, "offline", "11:00:00")
    await _end(service, "offline", 3)
    newest = await _told(service, "offline")

    for _ in range(2):
        await _start(service, "offline", "10:00:00", live=False)
        await _end(service, "offline")

    found = await _told(service, "offline")
    assert "2025-11-30T10:00:00Z" == found["startedAt"], "it began first"
    assert newest == {**found, "startedAt": newest["startedAt"]}


async def test_a_run_remembers_the_last_sixteen_of_its_processes(service: Service) -> None:
    for minute in range(20):
        await _start(service, "many", f"10:{minute:02}:00")
        await _end(service, "many")
    newest = await _told(service, "many")

    # The earliest that is kept, though nothing but its start tells that it was here before.
    await _start(service, "many", "10:04:00")
    kept = await _told(service, "many")
    await _start(service, "many", "10:03:00")

    assert newest == kept
    assert ("running", "10:03:00") == ((forgotten := await _told(service, "many"))["state"], forgotten["notes"])


async def test_where_processes_begin_to_print_is_remembered_of_the_last_of_them(service: Service) -> None:
    for number in range(270):
        await service.start_run("prints", config=config(None, "startedAt", LIVE))
        files = {"output.log": {"offset": number, "content": [f"2026-11-30T10:00:00.000000 line {number}"]}}
        await service.stream("ada/p/prints", {"files": files})
        await service.start_run("prints", config=config(f"{number // 60:02}:{number % 60:02}:00", "startedAt", LIVE))
    async with service.database.connection() as connection:
        await connection.script(
            "DO $$ BEGIN ASSERT (SELECT max((SELECT count(*) FROM jsonb_object_keys(begun_by))) = 256"
            " FROM run_stream JOIN runs USING (run_id) WHERE name = 'prints' AND stream = 'console'); END $$"
        )
