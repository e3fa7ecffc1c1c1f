"""A process that is sent again, as `wandb sync` does after a crash: nothing of it is doubled, nothing falls back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runfolio_server.ingest.repeats import PARTS_MAX
from tests.column_runs import Row, send, truncate
from tests.history_service import compact_some
from tests.server.statements import Statements
from tests.server.test_append_history import create, rows_of
from tests.service import HISTORY_FILE, Service

RUN = """query($r: String!) { project(entityName: "ada", name: "p") { run(name: $r) {
  summaryMetrics historyLineCount logLineCount rejectedLineCount
  consoleLines(first: 100) { lines { line timestamp } } } } }"""

LAST_STEP = 'query($r: String!) { project(entityName: "ada", name: "p") { run(name: $r) { historyKeys } } }'


def line(step: int, *, turned: bool = False, **values: object) -> str:
    row = {"_step": step, "_timestamp": 1.5e9 + step, "loss": 1 / (1 + step), **values}
    return json.dumps(dict(reversed(row.items())) if turned else row)


def summary(step: int, **values: object) -> dict[str, Any]:
    return {"offset": 0, "content": [json.dumps({"_step": step, "_timestamp": 1.5e9 + step, **values})]}


def printed(second: int, *texts: str, offset: int = 0) -> dict[str, Any]:
    return {"offset": offset, "content": [f"2026-11-30T10:00:{second:02}.000000 {text}" for text in texts]}


async def _send(service: Service, run: str, offset: int, lines: list[str], **files: object) -> None:
    named = {"output.log": files.get("console"), "wandb-summary.json": files.get("summary")}
    body = {HISTORY_FILE: {"offset": offset, "content": lines}} if lines else {}
    answer = await service.stream(
        f"ada/p/{run}", {"files": {**body, **{key: one for key, one in named.items() if one}}}
    )
    assert 200 == answer.status


async def _told(service: Service, run: str) -> dict[str, Any]:
    found: dict[str, Any] = (await service.graphql(RUN, r=run)).data["project"]["run"]
    return found


async def _steps(service: Service, run: str) -> list[int]:
    return [json.loads(row)["_step"] for row in await service.rows("p", run)]


async def test_console_lines_of_a_process_sent_again_are_stored_once(service: Service) -> None:
    await service.start_run("console")
    await _send(service, "console", 0, [line(0)], console=printed(1, "one", "two"))
    again = (1, [line(0, turned=True), line(1)])

    for second in (30, 30, 40):
        await _send(service, "console", *again, console=printed(second, "one", "two", "three"))

    told = await _told(service, "console")
    assert ["one", "two", "three"] == [found["line"] for found in told["consoleLines"]["lines"]]
    assert told["consoleLines"]["lines"][0]["timestamp"].startswith("2026-11-30T10:00:01")
    assert 3 == told["logLineCount"]
    assert [0, 1] == await _steps(service, "console")


async def test_another_process_that_prints_the_same_is_kept(service: Service) -> None:
    await service.start_run("prints")
    await _send(service, "prints", 0, [line(0)], console=printed(1, "one"))

    await _send(service, "prints", 1, [line(1)], console=printed(2, "one"))

    assert ["one", "one"] == [found["line"] for found in (await _told(service, "prints"))["consoleLines"]["lines"]]


async def test_lines_printed_after_a_process_was_sent_again_are_kept(service: Service) -> None:
    await service.start_run("after")
    await _send(service, "after", 0, [line(0)], console=printed(1, "one", "two", "three"))
    await _send(service, "after", 1, [line(0, turned=True)], console=printed(30, "one", "two"))

    for _ in range(2):
        await _send(service, "after", 2, [line(1)], console=printed(50, "three", offset=2))

    assert ["one", "two", "three", "three"] == [
        found["line"] for found in (await _told(service, "after"))["consoleLines"]["lines"]
    ]


async def test_the_summary_does_not_fall_back_when_an_older_process_is_sent_again(service: Service) -> None:
    await service.start_run("older")
    first = [line(step) for step in range(3)]
    await _send(service, "older", 0, first, summary=summary(2, best=1))
    await _send(service, "older", 3, [line(3), line(4)], summary=summary(4, best=2))

    await _send(service, "older", 0, [], summary={"offset": 0, "content": ['{"_runtime":0}']})
    await _send(service, "older", 0, [], summary=summary(0, best=0))
    await _send(service, "older", 5, [line(step, turned=True) for step in range(3)], summary=summary(2, best=1))

    assert 2 == json.loads((await _told(service, "older"))["summaryMetrics"])["best"]
    assert [0, 1, 2, 3, 4] == await _steps(service, "older")


async def test_the_newest_process_sent_again_may_complete_the_summary(service: Service) -> None:
    await service.start_run("completes")
    await _send(service, "completes", 0, [line(0), line(1)], summary=summary(0, best=1))

    await _send(service, "completes", 2, [line(0, turned=True), line(1, turned=True)], summary=summary(1, best=2))

    assert 2 == json.loads((await _told(service, "completes"))["summaryMetrics"])["best"]


async def test_a_process_that_logs_no_rows_may_change_the_summary(service: Service) -> None:
    await service.start_run("evaluates")
    await _send(service, "evaluates", 0, [line(0)], summary=summary(0, best=1))

    await _send(service, "evaluates", 0, [], summary={"offset": 0, "content": ['{"_runtime":0,"accuracy":0.5}']})

    assert 0.5 == json.loads((await _told(service, "evaluates"))["summaryMetrics"])["accuracy"]


async def test_a_process_that_takes_up_a_run_counts_no_repeated_lines(service: Service) -> None:
    await service.start_run("taken-up")
    await _send(service, "taken-up", 0, [line(step) for step in range(3)])
    again = [line(step, turned=True) for step in range(4)]
    await service.log("ada/p/taken-up", 3, again, complete=True, exitcode=0)
    ended = await _told(service, "taken-up")

    bucket = await service.start_run("taken-up")
    await _send(service, "taken-up", 4, [line(4), line(5)])
    await _send(service, "taken-up", 3, again)
    await _send(service, "taken-up", 4, [line(4), line(5), line(6)])
    await compact_some(service.database)

    assert (4, 4) == (ended["historyLineCount"], bucket["historyLineCount"])
    assert 7 == (await _told(service, "taken-up"))["historyLineCount"]
    assert list(range(7)) == await _steps(service, "taken-up")


async def test_rows_that_are_all_repeated_leave_no_trace(service: Service) -> None:
    await service.start_run("no-trace")
    await _send(service, "no-trace", 0, [line(0), line(1)])

    await _send(service, "no-trace", 2, [line(0, turned=True)])
    await _send(service, "no-trace", 3, [line(1, turned=True)])
    await _send(service, "no-trace", 2, [line(2)])

    assert 3 == (await _told(service, "no-trace"))["historyLineCount"]
    assert [0, 1, 2] == await _steps(service, "no-trace")


async def test_lines_sent_again_count_as_lines_and_not_as_rejected(service: Service) -> None:
    await service.start_run("counts")
    await _send(service, "counts", 0, [line(0), line(1)])
    await _send(service, "counts", 2, [line(0, turned=True), line(1, turned=True), line(2)])

    bucket = await service.start_run("counts")
    await _send(service, "counts", bucket["historyLineCount"], [line(3)])

    assert 5 == bucket["historyLineCount"]
    told = await _told(service, "counts")
    assert (6, 0) == (told["historyLineCount"], told["rejectedLineCount"])
    assert [0, 1, 2, 3] == await _steps(service, "counts")


@pytest.mark.parametrize("kept", ["a range", "many ranges"])
async def test_columns_sent_again_are_stored_once(service: Service, kept: str) -> None:
    rows: list[Row] = [json.loads(line(step)) for step in range(5000)]
    have = rows[:4000] if kept == "a range" else rows[::2]
    assert kept == "a range" or len(have) > PARTS_MAX
    run = (await create(service))["run"]
    for offset in (0, 1000, 2000, 3000):
        await send(service, run, offset, have[offset : offset + 1000])
    await compact_some(service.database)

    for _ in range(2):
        await send(service, run, len(have), rows)
    await compact_some(service.database)

    assert rows == await rows_of(service, run)
    await truncate(service)


@pytest.mark.parametrize("offset", [0, 5, 10])
async def test_segments_that_are_sent_again_leave_where_the_run_goes_on(service: Service, offset: int) -> None:
    run = f"segments-{offset}"
    for segment in (0, 5):
        await service.start_run(run)
        await service.log(f"ada/p/{run}", segment, [line(step) for step in range(segment, segment + 5)], complete=True)

    for segment in (0, 5, 0):
        await service.start_run(run)
        again = [line(step, turned=True) for step in range(segment, segment + 5)]
        await service.log(f"ada/p/{run}", offset, again, complete=True, exitcode=0)
        keys = await service.graphql(LAST_STEP, r=run)
        assert 9 == keys.data["project"]["run"]["historyKeys"]["lastStep"]
        assert 10 == (await _told(service, run))["historyLineCount"]

    bucket = await service.start_run(run)
    assert 10 == bucket["historyLineCount"]
    await _send(service, run, 10, [line(10)])
    await compact_some(service.database)
    assert list(range(11)) == await _steps(service, run)
    assert 11 == (await _told(service, run))["historyLineCount"]


async def test_the_last_step_is_that_of_all_starts(service: Service) -> None:
    run = "started-twice"
    for steps in (range(10), range(3)):
        await service.start_run(run)
        await service.log(
            f"ada/p/{run}", 0, [line(step, start=len(steps)) for step in steps], complete=True, exitcode=0
        )

    keys = await service.graphql(LAST_STEP, r=run)

    assert 9 == keys.data["project"]["run"]["historyKeys"]["lastStep"]


async def test_rows_without_timestamps_are_stored_by_one_statement_though_their_steps_do_not_rise(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.start_run("untimed", "p")
    await service.log("ada/p/untimed", 0, ['{"_step":5,"x":1}'])
    statements = Statements(monkeypatch)

    await service.log("ada/p/untimed", 1, ['{"_step":5,"x":1}', '{"_step":2}'])

    assert ["ingest_batch"] == statements.sent
    assert 3 == len(await service.rows("p", "untimed"))
