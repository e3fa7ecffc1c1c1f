"""What a run logs arrives exactly once: repeats, overlaps, gaps, restarts, and lines that are no rows."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.service import HISTORY_FILE, Service

LINES = [json.dumps({"_step": step, "loss": 1 / (step + 1)}) for step in range(20)]


async def test_a_repeated_batch_changes_nothing(service: Service) -> None:
    await service.start_run("repeat")

    for _ in range(3):
        await service.log("ada/p/repeat", 0, LINES[:5])

    assert LINES[:5] == [json.dumps(json.loads(row)) for row in await service.rows("p", "repeat")]


async def test_an_overlap_is_trimmed_to_the_lines_that_are_wanted(service: Service) -> None:
    await service.start_run("overlap")
    await service.log("ada/p/overlap", 0, LINES[:5])

    answer = await service.log("ada/p/overlap", 3, LINES[3:8])

    assert 200 == answer.status
    assert [json.loads(line) for line in LINES[:8]] == [json.loads(row) for row in await service.rows("p", "overlap")]


async def test_lines_of_a_gap_are_taken_when_they_come_late(service: Service) -> None:
    await service.start_run("gap")
    await service.log("ada/p/gap", 10, LINES[10:12])
    await service.log("ada/p/gap", 4, LINES[4:6])

    await service.log("ada/p/gap", 0, LINES)

    assert [json.loads(line) for line in LINES] == [json.loads(row) for row in await service.rows("p", "gap")]


async def test_more_gaps_than_can_be_kept_are_refused_whole(service: Service) -> None:
    await service.start_run("gaps")

    answers = [await service.log("ada/p/gaps", 2 * number, [LINES[0]]) for number in range(1, 67)]

    assert [200] * 64 == [answer.status for answer in answers[:64]]
    assert 400 == answers[64].status
    assert "64 gaps" in answers[64].error["message"]
    assert 64 == len(await service.rows("p", "gaps"))


async def test_offsets_that_start_again_with_another_first_line_are_kept_beside_the_old_ones(service: Service) -> None:
    await service.start_run("restart")
    await service.log("ada/p/restart", 0, ['{"_step":0,"from":"first"}', '{"_step":1,"from":"first"}'])

    await service.log("ada/p/restart", 0, ['{"_step":2,"from":"second"}'])
    await service.log("ada/p/restart", 0, ['{"_step":0,"from":"first"}', '{"_step":1,"from":"first"}'])
    late = ['{"_step":0,"from":"first"}', '{"_step":1,"from":"first"}', '{"_step":2,"from":"first"}']
    await service.log("ada/p/restart", 0, late)
    bucket = await service.start_run("restart")

    assert ["first", "first", "first", "second"] == [
        json.loads(row)["from"] for row in await service.rows("p", "restart")
    ]
    assert 1 == bucket["historyLineCount"]


async def test_a_run_taken_up_again_without_resume_appends(service: Service) -> None:
    await service.start_run("again")
    await service.log("ada/p/again", 0, LINES[:3], complete=True, exitcode=0)

    bucket = await service.start_run("again")

    assert 3 == bucket["historyLineCount"]
    assert "running" == bucket["state"]


@pytest.mark.parametrize(
    "bad",
    ["{broken", "[1]", '"text"', "3", "", "nul", "[" * 5000 + "]" * 5000],
    ids=["broken", "list", "string", "number", "empty", "word", "deep list"],
)
async def test_a_line_that_is_no_row_is_told_and_stops_no_other(service: Service, bad: str) -> None:
    name = f"bad{abs(hash(bad))}"
    await service.start_run(name)

    answer = await service.log(f"ada/p/{name}", 0, [LINES[0], bad, LINES[2]])

    assert 200 == answer.status
    assert 1 == answer.body["rejectedCount"]
    assert ("history", 1) == (answer.body["rejected"][0]["stream"], answer.body["rejected"][0]["line"])
    assert [json.loads(LINES[0]), json.loads(LINES[2])] == [json.loads(row) for row in await service.rows("p", name)]


@pytest.mark.parametrize(
    "text",
    [
        '{"v":2}',
        '{"v":2.0}',
        '{"v":-0.0}',
        '{"v":NaN}',
        '{"v":-Infinity}',
        '{"v":4611686018427387904}',
        '{"v":1180591620717411303424}',
        '{"v":1e300}',
        '{"v":"\\u0000"}',
        '{"v":"\\ud800"}',
        '{"v":"\\\\"}',
        '{"v":null}',
        '{"v":true}',
        '{"v":{}}',
        '{"v":[]}',
        '{"v":{"a":{"b":1}},"v.a":{"b":2}}',
        '{"a.b":1,"a":{"b":2}}',
        '{"a/b":1,"":2}',
        "{}",
    ],
)
async def test_a_row_comes_back_as_it_was_logged(service: Service, text: str) -> None:
    name = f"exact{abs(hash(text))}"
    await service.start_run(name)

    await service.log(f"ada/p/{name}", 0, [text])

    assert [repr(json.loads(text))] == [repr(json.loads(row)) for row in await service.rows("p", name)]


async def test_a_gzip_body_is_read_and_a_bomb_is_refused(service: Service) -> None:
    await service.start_run("gzip")
    body = json.dumps({"files": {HISTORY_FILE: {"offset": 0, "content": LINES[:2]}}}).encode()
    gzipped = {"Content-Encoding": "gzip"}

    stored = await service.stream("ada/p/gzip", gzip.compress(body), **gzipped)
    bomb = await service.stream("ada/p/gzip", gzip.compress(b" " * 100_000_000), **gzipped)
    damaged = await service.stream("ada/p/gzip", gzip.compress(body)[:-9], **gzipped)

    assert (200, 413, 400) == (stored.status, bomb.status, damaged.status)
    assert 2 == len(await service.rows("p", "gzip"))


async def test_a_body_of_forty_megabytes_is_refused_and_what_was_stored_stays(service: Service) -> None:
    await service.start_run("large")
    await service.log("ada/p/large", 0, LINES[:1])

    answer = await service.stream("ada/p/large", b"x" * 40_000_000)

    assert 413 == answer.status
    assert "33554432" in answer.error["message"]
    assert 1 == len(await service.rows("p", "large"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "not valid JSON"),
        (b"[]", "must be a JSON object, not list"),
        (b'{"files": 3}', "files must be dict, not int"),
        (b'{"files": {"wandb-history.jsonl": 3}}', "must be an object"),
        (b'{"files": {"wandb-history.jsonl": {"offset": -1, "content": []}}}', "offset is -1"),
        (b'{"files": {"wandb-history.jsonl": {"offset": 0, "content": "x"}}}', "list of strings"),
        (b'{"files": {"wandb-history.jsonl": {"offset": 0, "content": [1]}}}', "list of strings"),
        (b'{"complete": true, "exitcode": 99999999999}', "exitcode"),
        (b'{"complete": 3}', "complete must be bool"),
    ],
)
async def test_a_body_of_another_shape_is_told_what_is_wrong(service: Service, body: bytes, message: str) -> None:
    await service.start_run("shape")

    answer = await service.stream("ada/p/shape", body)

    assert 400 == answer.status
    assert message in answer.error["message"]


@pytest.mark.parametrize(
    ("exit_code", "state"), [(0, "finished"), (1, "failed"), (254, "crashed"), (255, "killed"), (-9, "failed")]
)
async def test_the_exit_code_says_how_a_run_ended(service: Service, exit_code: int, state: str) -> None:
    name = f"exit{exit_code}"
    bucket = await service.start_run(name)

    for _ in range(2):
        await service.stream(f"ada/p/{name}", {"complete": True, "exitcode": exit_code})
    await service.stream(f"ada/p/{name}", {})

    run = await _run(service, name)
    assert "running" == bucket["state"]
    assert (state, exit_code) == (run["state"], run["exitCode"])
    assert run["finishedAt"] is not None


async def test_a_run_that_is_preempted_ends_as_preempted(service: Service) -> None:
    await service.start_run("preempt")

    await service.stream("ada/p/preempt", {"preempting": True})
    during = await _run(service, "preempt")
    await service.stream("ada/p/preempt", {"complete": True, "exitcode": 1})

    assert ("preempting", "preempted") == (during["state"], (await _run(service, "preempt"))["state"])


async def test_a_late_repeat_does_not_bring_back_an_old_summary(service: Service) -> None:
    await service.start_run("late")
    summary = "wandb-summary.json"
    old = {"files": {HISTORY_FILE: {"offset": 0, "content": LINES[:1]}, summary: {"offset": 0, "content": ['{"v":1}']}}}
    new = {
        "files": {HISTORY_FILE: {"offset": 1, "content": LINES[1:2]}, summary: {"offset": 0, "content": ['{"v":2}']}}
    }

    for body in (old, new, old):
        await service.stream("ada/p/late", body)

    assert '{"v":2}' == (await _run(service, "late"))["summaryMetrics"]


async def test_console_lines_are_rewritten_and_a_new_process_does_not_rewrite_the_old_ones(service: Service) -> None:
    await service.start_run("console")

    async def write(offset: int, *lines: str) -> None:
        await service.stream("ada/p/console", {"files": {"output.log": {"offset": offset, "content": list(lines)}}})

    await write(0, "2026-11-20T09:52:02.767091 10%", "ERROR 2026-11-20T09:52:03.000000 [gpu0] warning")
    await write(0, "2026-11-20T09:52:02.767091 100%")
    await write(0, '{"level":"error","ts":"2026-11-20T10:06:28.966102","content":"second\\u0000process"}')
    await write(1, "plain")

    run = await _run(service, "console")
    lines = [(line["number"], line["level"], line["label"], line["line"]) for line in run["consoleLines"]["lines"]]
    assert [
        (0, "", "", "100%"),
        (1, "error", "gpu0", "warning"),
        (2, "error", "", "second\u2400process"),
        (3, "", "", "plain"),
    ] == lines
    assert ["plain"] == [edge["node"]["line"] for edge in run["logLines"]["edges"]]


async def test_a_run_is_told_to_stop_until_it_starts_again(service: Service) -> None:
    bucket = await service.start_run("stop")
    before = await service.stream("ada/p/stop", {})

    await service.graphql("mutation($i: ID!) { stopRun(input: {id: $i}) { success } }", i=bucket["id"])
    told = await service.stream("ada/p/stop", {"complete": True, "exitcode": 255})
    await service.start_run("stop")
    after = await service.stream("ada/p/stop", {})

    assert (False, True, False) == (before.body["stopped"], told.body["stopped"], after.body["stopped"])


async def test_writers_of_one_run_have_offsets_of_their_own(service: Service) -> None:
    await service.start_run("shared")
    header = "X-WANDB-ASYNC-CLIENT-ID"

    for writer in ("one", "two"):
        body = {"files": {HISTORY_FILE: {"offset": 0, "content": [f'{{"_step":0,"by":"{writer}"}}']}}}
        await service.stream("ada/p/shared", body, **{header: writer})
    refused = await service.stream("ada/p/shared", {}, **{header: "a/b"})

    assert ["one", "two"] == [json.loads(row)["by"] for row in await service.rows("p", "shared")]
    assert 400 == refused.status


@pytest.mark.parametrize("path", ["ada/p/nope", "ada/nope/r", "nope/p/r", "ada/p/a%00b"])
async def test_a_batch_for_a_run_that_is_not_there_is_404(service: Service, path: str) -> None:
    answer = await service.stream(path, {})

    assert 404 == answer.status
    assert "upsertBucket" in answer.error["message"]


async def _run(service: Service, name: str) -> dict[str, Any]:
    answer = await service.graphql(
        'query($r: String!) { project(name: "p") { run(name: $r) { state exitCode finishedAt summaryMetrics'
        " consoleLines { lines { number level label line } } logLines(last: 1) { edges { node { line } } } } } }",
        r=name,
    )
    found: dict[str, Any] = answer.data["project"]["run"]
    return found
