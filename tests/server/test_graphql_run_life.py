"""A run after its start: resumed, ended, changed by people, stopped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.history_service import compact_some
from tests.service import Answer, Service

RESUME = (
    "query RunResumeStatus($project: String, $entity: String, $name: String!) {"
    " model(name: $project, entityName: $entity) { id name entity { id name }"
    " bucket(name: $name, missingOk: true) { id name summaryMetrics displayName logLineCount historyLineCount"
    ' eventsLineCount historyTail eventsTail config tags notes wandbConfig(keys: ["t"]) } } }'
)
CHANGE = (
    "mutation($input: UpdateRunInput!) { updateRun(input: $input) { run { displayName notes description tags group"
    " jobType config summaryMetrics state updatedAt } } }"
)
CHANGEABLE = {
    "displayName": "Shown",
    "notes": "n",
    "description": "d",
    "tags": ["a"],
    "group": "g",
    "jobType": "train",
    "config": '{"lr":{"value":1}}',
    "summaryMetrics": '{"loss":1}',
}
CLEARED: dict[str, object] = {
    "notes": None,
    "description": None,
    "tags": [],
    "group": None,
    "jobType": None,
    "config": "{}",
    "summaryMetrics": "{}",
}


async def _status(service: Service, name: str, project: str | None = "p") -> Any:
    answer = await service.graphql(RESUME, project=project, entity="ada", name=name)
    return answer.data["model"]


async def _change(service: Service, node_id: str, **fields: object) -> Answer:
    return await service.graphql(CHANGE, input={"id": node_id, **fields})


async def _state(service: Service, name: str) -> tuple[str, int | None]:
    answer = await service.graphql(
        'query($n: String!) { project(name: "p") { run(name: $n) { state exitCode } } }', n=name
    )
    run = answer.data["project"]["run"]
    return run["state"], run["exitCode"]


async def test_a_run_that_is_not_there_is_null_for_one_who_would_resume_it(service: Service) -> None:
    await service.start_run("other")

    assert (await _status(service, "new"))["bucket"] is None
    assert await _status(service, "new", "no-project") is None


async def test_a_run_with_nothing_logged_can_be_resumed(service: Service) -> None:
    made = await service.start_run("bare")

    found = (await _status(service, "bare"))["bucket"]

    assert {
        "id": made["id"],
        "name": "bare",
        "displayName": made["displayName"],
        "summaryMetrics": "{}",
        "config": "{}",
        "wandbConfig": '{"t":{}}',
        "historyTail": "[]",
        "eventsTail": "[]",
        "historyLineCount": 0,
        "eventsLineCount": 0,
        "logLineCount": 0,
        "tags": [],
        "notes": None,
    } == found


async def test_a_run_is_resumed_where_it_stood(service: Service) -> None:
    config = '{"lr":{"value":0.1},"_wandb":{"value":{"t":{"1":[5]},"m":[],"e":{}}}}'
    await service.start_run("stood", config=config, tags=["a"], notes="n")
    files = {
        "wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0,"x":1}', '{"_step":5,"x":NaN}']},
        "wandb-events.jsonl": {"offset": 0, "content": ['{"system.cpu":1}']},
        "wandb-summary.json": {"offset": 0, "content": ['{"x":NaN,"_step":5}']},
        "output.log": {"offset": 0, "content": ["a", "b", "c"]},
    }
    await service.stream("ada/p/stood", {"files": files, "complete": True, "exitcode": 1})

    found = (await _status(service, "stood"))["bucket"]

    assert (2, 1, 3) == (found["historyLineCount"], found["eventsLineCount"], found["logLineCount"])
    assert [{"_step": 5, "x": "NaN"}] == [
        json.loads(row, parse_constant=str) for row in json.loads(found["historyTail"])
    ]
    assert ['{"system.cpu":1}'] == json.loads(found["eventsTail"])
    assert ('{"x":NaN,"_step":5}', config) == (found["summaryMetrics"], found["config"])
    assert {"t": {"1": [5]}} == json.loads(found["wandbConfig"])
    assert (["a"], "n") == (found["tags"], found["notes"])


async def test_a_run_that_another_writer_logged_is_resumed_after_its_last_step(service: Service) -> None:
    made = await service.start_run("other-writer", config='{"lr":{"value":0.1}}')
    append = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
    rows = {"jsonLines": '{"_step":3}\n{"_step":4.0,"x":1.0}', "offset": 0, "writer": "w", "runId": made["id"]}
    await service.graphql(append, input=rows)

    found = (await _status(service, "other-writer"))["bucket"]
    taken_up = await service.start_run("other-writer")

    assert (1, '{"t":{}}') == (found["historyLineCount"], found["wandbConfig"])
    assert ['{"_step":4,"x":1.0}'] == json.loads(found["historyTail"])
    # Who takes it up without resuming it begins with a line 0 of its own.
    assert 0 == taken_up["historyLineCount"]


async def test_lines_after_a_line_0_that_never_comes_are_compacted_and_put_into_files(service: Service) -> None:
    made = await service.start_run("no-line-0")
    append = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
    mine = [f'{{"_step":{step},"from":"w"}}' for step in range(3)]
    await service.graphql(append, input={"jsonLines": "\n".join(mine), "offset": 0, "writer": "w", "runId": made["id"]})
    lines = [f'{{"_step":{step},"from":"resumed"}}' for step in range(3, 303)]

    await service.log("ada/p/no-line-0", 1, lines, complete=True, exitcode=0)
    await compact_some(service.database)

    assert [*mine, *lines] == await service.rows("p", "no-line-0")
    assert 301 == (await _status(service, "no-line-0"))["bucket"]["historyLineCount"]
    answer = await service.graphql(
        '{ project(name: "p") { run(name: "no-line-0") { parquetHistory(liveKeys: []) { parquetUrls liveData } } } }'
    )
    files = answer.data["project"]["run"]["parquetHistory"]
    assert (1, []) == (len(files["parquetUrls"]), files["liveData"])


async def test_a_run_taken_up_after_its_end_runs_and_has_no_exit_code(service: Service) -> None:
    await service.start_run("ended")
    await service.log("ada/p/ended", 0, ['{"_step":0}', '{"_step":1}'], complete=True, exitcode=3)
    ended = await _state(service, "ended")

    bucket = await service.start_run("ended")

    assert ("failed", 3) == ended
    assert ("running", None) == await _state(service, "ended")
    assert 2 == bucket["historyLineCount"]


async def test_an_update_by_id_alone_does_not_start_a_finished_run(service: Service) -> None:
    bucket = await service.start_run("finished")
    await service.stream("ada/p/finished", {"complete": True, "exitcode": 0})

    answer = await service.graphql(
        "mutation($id: String!, $config: JSONString!) {"
        ' upsertBucket(input: {id: $id, config: $config, notes: "late"}) { inserted bucket { id state notes } } }',
        id=bucket["id"],
        config='{"a":{"value":1}}',
    )

    assert {"inserted": False, "bucket": {"id": bucket["id"], "state": "finished", "notes": "late"}} == answer.data[
        "upsertBucket"
    ]
    assert ("finished", 0) == await _state(service, "finished")


@pytest.mark.parametrize("state", ["pending", "finished", "failed", "crashed", "killed", "preempted", "running"])
async def test_a_state_that_is_given_is_taken(service: Service, state: str) -> None:
    made = await service.start_run(f"given-{state}", state=state)
    changed = await service.start_run("changed", state=state)

    assert (state, state) == (made["state"], changed["state"])


async def test_a_pending_run_runs_once_it_is_heard_from(service: Service) -> None:
    await service.start_run("queued", state="pending")

    await service.stream("ada/p/queued", {})

    assert ("running", None) == await _state(service, "queued")


async def test_an_absent_field_of_a_change_leaves_and_null_clears(service: Service) -> None:
    bucket = await service.start_run("changes")
    set_all = (await _change(service, bucket["id"], **CHANGEABLE)).data["updateRun"]["run"]

    absent = (await _change(service, bucket["id"])).data["updateRun"]["run"]
    cleared = (await _change(service, bucket["id"], **dict.fromkeys(CLEARED))).data["updateRun"]["run"]

    assert CHANGEABLE == {name: set_all[name] for name in CHANGEABLE} == {name: absent[name] for name in CHANGEABLE}
    assert CLEARED == {name: cleared[name] for name in CLEARED}
    assert "Shown" == cleared["displayName"]


async def test_a_change_by_people_leaves_state_and_heartbeat(service: Service) -> None:
    bucket = await service.start_run("quiet")
    await service.stream("ada/p/quiet", {"complete": True, "exitcode": 0})
    query = 'query { project(name: "p") { run(name: "quiet") { state heartbeatAt finishedAt } } }'
    before = (await service.graphql(query)).data

    await _change(service, bucket["id"], notes="n")

    assert before == (await service.graphql(query)).data


@pytest.mark.parametrize("node_id", ["x", "", "UnVuOjE=", "UHJvamVjdDox"])
async def test_what_is_no_id_of_a_run_is_400(service: Service, node_id: str) -> None:
    answer = await _change(service, node_id)

    assert (400, "id") == (answer.status, answer.error["extensions"]["path"])
