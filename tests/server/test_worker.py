"""The worker's jobs, once each: silent runs crash and come back, tails become chunks, a bad stream stops no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.worker.compaction import compact_once
from runfolio_server.worker.crash_detection import mark_silent_runs
from tests.service import Service

TIMEOUT_S = 300.0
LINES = [json.dumps({"_step": step, "loss": step / 7, "text": f"t{step}"}) for step in range(250)]


async def _state(service: Service, name: str) -> Any:
    answer = await service.graphql(
        'query($n: String!) { project(name: "p") { run(name: $n) { state exitCode finishedAt } } }', n=name
    )
    return answer.data["project"]["run"]["state"]


async def _age(service: Service, name: str, seconds: int) -> None:
    """As if the run had been silent so long."""
    await _script(service, f"UPDATE runs SET heartbeat_at = now() - interval '{seconds} seconds' WHERE name = '{name}'")


async def _script(service: Service, sql: str) -> None:
    async with service.database.connection() as connection:
        await connection.script(sql)


async def _count(service: Service, table: str, name: str) -> int:
    async with service.database.connection() as connection:
        found: int = await connection._raw.fetchval(
            f"SELECT count(*) FROM {table} JOIN runs USING (run_id) WHERE name = $1", name
        )
    return found


async def test_a_silent_run_is_marked_crashed_and_a_heartbeat_brings_it_back(service: Service) -> None:
    for name in ("silent", "alive"):
        await service.start_run(name)
    await _age(service, "silent", 301)
    await _age(service, "alive", 290)

    marked = [await mark_silent_runs(service.database, TIMEOUT_S) for _ in range(2)]
    crashed = (await _state(service, "silent"), await _state(service, "alive"))
    await service.stream("ada/p/silent", {})

    assert [1, 0] == marked
    assert ("crashed", "running") == crashed
    assert "running" == await _state(service, "silent")


async def test_a_run_that_has_ended_is_never_marked_crashed(service: Service) -> None:
    states = {"f": 0, "x": 1, "k": 255}
    for name, exit_code in states.items():
        await service.start_run(name)
        await service.stream(f"ada/p/{name}", {"complete": True, "exitcode": exit_code})
        await _age(service, name, 3600)

    assert 0 == await mark_silent_runs(service.database, TIMEOUT_S)
    assert ["finished", "failed", "killed"] == [await _state(service, name) for name in states]


async def test_a_run_that_is_about_to_be_preempted_and_goes_silent_has_crashed(service: Service) -> None:
    await service.start_run("preempting")
    await service.stream("ada/p/preempting", {"preempting": True})
    await _age(service, "preempting", 3600)

    assert 1 == await mark_silent_runs(service.database, TIMEOUT_S)
    assert "crashed" == await _state(service, "preempting")


async def test_a_crashed_run_may_still_say_how_it_ended(service: Service) -> None:
    await service.start_run("late")
    await _age(service, "late", 3600)
    await mark_silent_runs(service.database, TIMEOUT_S)

    await service.stream("ada/p/late", {"complete": True, "exitcode": 0})

    assert "finished" == await _state(service, "late")


async def test_a_long_tail_becomes_chunks_and_reads_the_same(service: Service) -> None:
    await service.start_run("long")
    await service.log("ada/p/long", 0, LINES)
    before = await service.rows("p", "long")

    compacted = await compact_once(service.database, {})

    assert compacted >= 250
    assert (0, True) == (
        await _count(service, "history_tail", "long"),
        await _count(service, "history_chunk", "long") > 0,
    )
    assert [json.loads(row) for row in before] == [json.loads(row) for row in await service.rows("p", "long")]


async def test_a_short_tail_of_a_living_run_is_left_and_one_of_an_ended_run_is_not(service: Service) -> None:
    for name in ("living", "ended"):
        await service.start_run(name)
        await service.log(f"ada/p/{name}", 0, LINES[:3])
    await service.stream("ada/p/ended", {"complete": True, "exitcode": 0})

    await compact_once(service.database, {})

    assert (1, 0) == (
        await _count(service, "history_tail", "living"),
        await _count(service, "history_tail", "ended"),
    )


async def test_lines_that_come_after_compaction_are_added(service: Service) -> None:
    await service.start_run("goes-on")
    await service.log("ada/p/goes-on", 0, LINES[:200])
    await compact_once(service.database, {})

    await service.log("ada/p/goes-on", 190, LINES[190:])
    tail = await service.rows("p", "goes-on")
    await compact_once(service.database, {})
    await service.log("ada/p/goes-on", 0, LINES)

    assert [json.loads(line) for line in LINES] == [json.loads(row) for row in tail]
    assert [json.loads(line) for line in LINES] == [json.loads(row) for row in await service.rows("p", "goes-on")]


async def test_a_stream_that_cannot_be_compacted_stops_no_other_and_is_left_alone(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("broken", "sound"):
        await service.start_run(name)
        await service.log(f"ada/p/{name}", 0, LINES)
    await _script(
        service,
        "UPDATE history_tail AS t SET body = 'no zstd' FROM runs AS r WHERE r.run_id = t.run_id AND r.name = 'broken'",
    )
    failed_until: dict[Any, float] = {}

    first = await compact_once(service.database, failed_until)
    await _script(service, "UPDATE run_stream SET lease = NULL")
    second = await compact_once(service.database, failed_until)

    assert (250, 0) == (first, second)
    assert 1 == len(failed_until)
    assert 1 == len([record for record in caplog.records if "could not be compacted" in record.message])
    assert 250 == len(await service.rows("p", "sound"))


async def test_a_lease_that_somebody_else_holds_is_respected(service: Service) -> None:
    await service.start_run("leased")
    await service.log("ada/p/leased", 0, LINES)
    lease = "UPDATE run_stream SET lease = now() {} FROM runs WHERE runs.run_id = run_stream.run_id AND name = 'leased'"

    await _script(service, lease.format("+ interval '1 minute'"))
    held = await compact_once(service.database, {})
    await _script(service, lease.format("- interval '1 second'"))
    run_out = await compact_once(service.database, {})

    assert (0, True) == (held, run_out >= 250)
