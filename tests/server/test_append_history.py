"""Writing a run over GraphQL alone: made, appended to, ended; each row once, whatever is repeated."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.service import Answer, Service

CREATE = (
    "mutation($input: CreateRunInput!) { createRun(input: $input) { inserted run { id name displayName state config"
    " tags group jobType notes host program commit repository lastStep rejectedLineCount project { name } } } }"
)
APPEND = (
    "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) {"
    " nextOffset rejected { line message } rejectedCount stopRequested } }"
)
FINISH = (
    "mutation($input: FinishRunInput!) {"
    " finishRun(input: $input) { run { state exitCode finishedAt summaryMetrics } } }"
)
ROWS = [json.dumps({"_step": step, "loss": 1 / (step + 1)}) for step in range(10)]


async def create(service: Service, name: str | None = None, **fields: object) -> dict[str, Any]:
    """Make a run; what createRun answers of it."""
    answer = await service.graphql(CREATE, input={"projectName": "p", "name": name or uuid4().hex[:8], **fields})
    found: dict[str, Any] = answer.data["createRun"]
    return found


async def append(service: Service, run: dict[str, Any], offset: int, rows: list[str], **fields: object) -> Answer:
    """Append rows as the writer `w`."""
    given = {"runId": run["id"], "writer": "w", "offset": offset, "rows": rows, **fields}
    return await service.graphql(APPEND, input=given)


async def rows_of(service: Service, run: dict[str, Any]) -> list[Any]:
    """All rows of a run."""
    return [json.loads(row) for row in await service.rows("p", run["name"])]


async def test_a_run_is_made_with_what_is_given_and_taken_up_again_by_its_name(service: Service) -> None:
    given = {
        "displayName": "a run",
        "config": '{"lr": {"value": 0.1}}',
        "tags": ["a", "b"],
        "group": "g",
        "jobType": "train",
        "notes": "n",
        "host": "h",
        "program": "p.py",
        "commit": "c",
        "repository": "r",
    }

    first = await create(service, "made", **given)
    again = await create(service, "made", notes="other", tags=None)

    assert (True, False) == (first["inserted"], again["inserted"])
    assert {**given, "state": "running", "lastStep": None, "rejectedLineCount": 0} == {
        key: first["run"][key] for key in (*given, "state", "lastStep", "rejectedLineCount")
    }
    assert {**given, "notes": "other"} == {key: again["run"][key] for key in given}
    assert first["run"]["id"] == again["run"]["id"]


async def test_rows_are_stored_once_however_often_they_are_sent(service: Service) -> None:
    run = (await create(service))["run"]

    answers = [await append(service, run, 0, ROWS[:5]) for _ in range(3)]
    overlapping = await append(service, run, 3, ROWS[3:8])
    ahead = await append(service, run, 9, ROWS[9:])
    late = await append(service, run, 8, ROWS[8:9])

    assert [5] * 3 == [answer.data["appendHistory"]["nextOffset"] for answer in answers]
    assert [8, 10, 10] == [answer.data["appendHistory"]["nextOffset"] for answer in (overlapping, ahead, late)]
    assert [json.loads(row) for row in ROWS] == await rows_of(service, run)


async def test_json_lines_are_the_same_as_rows(service: Service) -> None:
    run = (await create(service))["run"]

    lines = await append(service, run, 0, [], jsonLines="\n".join([*ROWS[:4], '{"_step":4,"text":"ж\\ud800"}', ""]))
    both = await append(service, run, 5, ROWS[5:], jsonLines=ROWS[0])

    assert 5 == lines.data["appendHistory"]["nextOffset"]
    assert 400 == both.status
    assert "input.jsonLines" == both.error["extensions"]["path"]
    assert [0, 1, 2, 3, 4] == [row["_step"] for row in await rows_of(service, run)]


async def test_writers_number_their_rows_apart(service: Service) -> None:
    run = (await create(service))["run"]

    for writer in ("left", "right", ""):
        await append(service, run, 0, [json.dumps({"from": writer})], writer=writer)

    assert ["", "left", "right"] == sorted(row["from"] for row in await rows_of(service, run))


async def test_summary_and_exit_come_with_the_last_rows(service: Service) -> None:
    run = (await create(service))["run"]

    await append(service, run, 0, ROWS, summaryMetrics='{"loss":NaN}', exitCode=3)
    repeated = await service.graphql(FINISH, input={"id": run["id"], "exitCode": 0})

    ended = repeated.data["finishRun"]["run"]
    assert ("failed", 3, '{"loss":NaN}') == (ended["state"], ended["exitCode"], ended["summaryMetrics"])


async def test_the_first_end_of_a_run_counts_and_the_answer_tells_it(service: Service) -> None:
    run = (await create(service))["run"]
    document = APPEND.replace("nextOffset", "run { state exitCode summaryMetrics }")

    for exit_code in (3, 0, None):
        given = {"runId": run["id"], "offset": 0, "rows": ROWS, "writer": f"w{exit_code}", "exitCode": exit_code}
        answer = await service.graphql(document, input={**given, "summaryMetrics": f'{{"sent":"{exit_code}"}}'})

        told = answer.data["appendHistory"]["run"]
        assert ("failed", 3, {"sent": str(exit_code)}) == (
            told["state"],
            told["exitCode"],
            json.loads(told["summaryMetrics"]),
        )


@pytest.mark.parametrize(("exit_code", "state"), [(0, "finished"), (1, "failed"), (254, "crashed"), (255, "killed")])
async def test_a_run_ends_as_its_exit_code_says(service: Service, exit_code: int, state: str) -> None:
    run = (await create(service))["run"]

    answers = [await service.graphql(FINISH, input={"id": run["id"], "exitCode": exit_code}) for _ in range(2)]

    assert [(state, exit_code)] * 2 == [
        (answer.data["finishRun"]["run"]["state"], answer.data["finishRun"]["run"]["exitCode"]) for answer in answers
    ]
    assert answers[0].data == answers[1].data


async def test_machine_measurements_go_to_their_own_stream(service: Service) -> None:
    run = (await create(service))["run"]

    await append(service, run, 0, ['{"system.cpu":1}'], stream="SYSTEM")

    assert [] == await rows_of(service, run)


async def test_a_run_that_is_asked_to_stop_learns_so_with_its_next_rows(service: Service) -> None:
    run = (await create(service))["run"]
    await service.graphql("mutation($i: ID!) { stopRun(input: {id: $i}) { success } }", i=run["id"])

    answer = await append(service, run, 0, ROWS)

    assert answer.data["appendHistory"]["stopRequested"] is True


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"offset": -1}, "input.rows.offset"),
        ({"offset": 2**53 + 1}, "input.rows.offset"),
        ({"writer": "a/b"}, None),
        ({"writer": "w" * 129}, None),
        ({"summaryMetrics": "[]"}, "input.summaryMetrics"),
        ({"summaryMetrics": "{"}, "input.summaryMetrics"),
        ({"summaryMetrics": ""}, "input.summaryMetrics"),
    ],
)
async def test_what_is_not_allowed_is_told_and_stores_nothing(
    service: Service, fields: dict[str, object], path: str | None
) -> None:
    run = (await create(service))["run"]

    answer = await service.graphql(APPEND, input={"runId": run["id"], "offset": 0, "rows": ROWS, **fields})

    assert 400 == answer.status
    assert path == answer.error["extensions"].get("path")
    assert [] == await rows_of(service, run)


async def test_a_run_of_somebody_else_cannot_be_appended_to_or_ended(service: Service) -> None:
    run = (await create(service))["run"]

    appended = await service.graphql(APPEND, "bob", input={"runId": run["id"], "offset": 0, "rows": ROWS})
    ended = await service.graphql(FINISH, "bob", input={"id": run["id"]})
    made = await service.graphql(CREATE, "bob", input={"entityName": "ada", "projectName": "p", "name": run["name"]})

    assert [404, 404, 404] == [appended.status, ended.status, made.status]
    assert [] == await rows_of(service, run)
    assert "running" == (await create(service, run["name"]))["run"]["state"]
