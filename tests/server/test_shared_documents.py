"""Config and summary of a run that several write: nobody undoes another, and who is alone gets back what it sent."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runfolio_server.domain.run_state import ENDED_STATES, LifeEvent, RunState, next_state
from runfolio_server.sql.identity.users import CountRow
from runfolio_server.sql.named import Query
from tests.service import HISTORY_FILE, Service

SUMMARY_FILE = "wandb-summary.json"
STREAM_HEADER = "X-WANDB-ASYNC-CLIENT-ID"
CLIENT_HEADER = "X-WANDB-CLIENT-ID"
READ = 'query($r: String!) { project(name: "p") { run(name: $r) { id config summaryMetrics rejectedLineCount } } }'
UPDATE = "mutation($input: UpdateRunInput!) { updateRun(input: $input) { run { id } } }"
UPDATE_MANY = "mutation($input: UpdateRunsInput!) { updateRuns(input: $input) { count } }"
CREATE = "mutation($input: CreateRunInput!) { createRun(input: $input) { run { id } } }"
APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
FIND = 'query($f: JSONString) { project(name: "p") { runs(filters: $f) { edges { node { name } } } } }'
UPSERT = "mutation($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { config } } }"
COUNT_REMEMBERED = Query(
    "count_remembered", "SELECT count(*) FROM run_document JOIN runs USING (run_id) WHERE name = $1", CountRow
)
# Everything that would not survive being printed again.
PECULIAR = '{ "b":1e3,"a" : NaN, "big":1180591620717411303424, "a":2.0,\n"c":{"\\u00e9":-0.0, "z":[1, 2]} }'


async def _sum_up(
    service: Service, run: str, summary: object, *, writer: str = "", line: int | None = None, **more: object
) -> None:
    """A batch of a process with its whole summary, and perhaps a row."""
    text = summary if isinstance(summary, str) else json.dumps(summary)
    files: dict[str, object] = {SUMMARY_FILE: {"offset": 0, "content": [text]}}
    if line is not None:
        files[HISTORY_FILE] = {"offset": line, "content": [json.dumps({"_step": line})]}
    headers = {STREAM_HEADER: writer} if writer else {}
    assert 200 == (await service.stream(f"ada/p/{run}", {"files": files, **more}, **headers)).status


async def _configure(service: Service, run: str, config: object, *, writer: str = "") -> None:
    """A process sends its whole config."""
    text = config if isinstance(config, str) else json.dumps({key: {"value": value} for key, value in _items(config)})
    body = {"query": UPSERT, "variables": {"input": {"name": run, "modelName": "p", "config": text}}}
    headers = service.headers("ada") | ({CLIENT_HEADER: writer} if writer else {})
    answer = (await service.http.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer, answer


def _items(config: object) -> list[tuple[str, object]]:
    assert isinstance(config, dict)
    return list(config.items())


async def _edit(service: Service, run: str, **change: object) -> None:
    """Somebody changes what is there: `config` and `summaryMetrics` are whole."""
    texts = {name: json.dumps(value) for name, value in change.items()}
    answer = await service.graphql(UPDATE, input={"id": (await _raw(service, run))["id"], **texts})
    assert "errors" not in answer.body, answer


async def _raw(service: Service, run: str) -> dict[str, str]:
    found: dict[str, str] = (await service.graphql(READ, r=run)).data["project"]["run"]
    return found


async def _summary(service: Service, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await _raw(service, run))["summaryMetrics"])
    return found


async def _config(service: Service, run: str) -> dict[str, Any]:
    found = json.loads((await _raw(service, run))["config"])
    return {key: entry["value"] for key, entry in found.items()}


async def _remembered(service: Service, run: str) -> int:
    async with service.database.connection() as connection:
        row = await connection.row(COUNT_REMEMBERED, run)
    assert row is not None
    return row.count


async def test_processes_that_share_a_run_keep_each_others_summary(service: Service) -> None:
    await service.start_run("pair")

    await _sum_up(service, "pair", {"worker": 1, "_step": 0}, writer="w")
    await _sum_up(service, "pair", {"primary": 1, "_step": 3}, writer="p")
    await _sum_up(service, "pair", {"worker": 2, "old": 1, "_step": 5}, writer="w")
    both = await _summary(service, "pair")
    await _sum_up(service, "pair", {"worker": 2, "_step": 5}, writer="w")
    await _sum_up(service, "pair", {"primary": 2, "_step": 3}, writer="p", complete=True, exitcode=0)

    assert {"worker": 2, "old": 1, "primary": 1, "_step": 5} == both
    assert {"worker": 2, "primary": 2, "_step": 5} == await _summary(service, "pair")
    found = await service.graphql(FIND, f=json.dumps({"summary_metrics.worker": 2, "summary_metrics.primary": 2}))
    assert ["pair"] == [edge["node"]["name"] for edge in found.data["project"]["runs"]["edges"]]


async def test_processes_that_share_a_run_keep_each_others_config(service: Service) -> None:
    await _configure(service, "configs", {"lr": 0.1, "model": {"depth": 2}, "_wandb": {"e": {"p": 1}}}, writer="p")

    await _configure(service, "configs", {"rank": 1, "model": {"width": 3}, "_wandb": {"e": {"w": 1}}}, writer="w")
    await _configure(service, "configs", {"lr": 0.2, "_wandb": {"e": {"p": 1}}}, writer="p")

    expected = {"lr": 0.2, "rank": 1, "model": {"width": 3}, "_wandb": {"e": {"p": 1, "w": 1}}}
    assert expected == await _config(service, "configs")


@pytest.mark.parametrize("writer", ["", "w"])
async def test_what_people_put_into_a_living_run_survives_its_process(service: Service, writer: str) -> None:
    run = f"edited{writer}"
    await _configure(service, run, {"lr": 0.1, "steps": 5, "gone": 1}, writer=writer)
    await _sum_up(service, run, {"loss": 0.5, "best": 0.4}, writer=writer)

    await _edit(service, run, config={"lr": {"value": 0.1}, "steps": {"value": 6}, "note": {"value": "n"}})
    await _edit(service, run, summaryMetrics={"loss": 0.5, "verdict": "good"})
    for _ in range(2):
        await _configure(service, run, {"lr": 0.2, "steps": 5, "gone": 1}, writer=writer)
        await _sum_up(service, run, {"loss": 0.3, "best": 0.4}, writer=writer)
    await _sum_up(service, run, {"loss": 0.2, "best": 0.4}, writer=writer, complete=True, exitcode=0)

    assert {"lr": 0.2, "steps": 6, "note": "n"} == await _config(service, run)
    assert {"loss": 0.2, "verdict": "good"} == await _summary(service, run)


async def test_what_is_put_into_a_summary_before_the_first_one_of_the_process_stays(service: Service) -> None:
    await service.start_run("early")

    await _edit(service, "early", summaryMetrics={"verdict": "good"})
    await _sum_up(service, "early", {"loss": 1})

    assert {"verdict": "good", "loss": 1} == await _summary(service, "early")


async def test_entries_set_in_many_runs_survive_their_processes(service: Service) -> None:
    await _configure(service, "many", {"lr": 0.1})

    change = {"projectName": "p", "filters": '{"name": "many"}', "config": '{"note": "n"}'}
    assert "errors" not in (await service.graphql(UPDATE_MANY, input=change)).body
    await _configure(service, "many", {"lr": 0.2})

    assert {"lr": 0.2, "note": "n"} == await _config(service, "many")


async def test_two_programs_that_log_one_run_keep_each_others_summary(service: Service) -> None:
    made = await service.graphql(CREATE, input={"projectName": "p", "name": "programs"})
    run_id = made.data["createRun"]["run"]["id"]

    for writer, summary in [("one", {"a": 1}), ("two", {"b": 1}), ("one", {"a": 2}), ("two", {"b": 2})]:
        given = {"runId": run_id, "offset": 0, "writer": writer, "summaryMetrics": json.dumps(summary)}
        assert "errors" not in (await service.graphql(APPEND, input=given)).body

    assert {"a": 2, "b": 2} == await _summary(service, "programs")


async def test_entries_that_createrun_joins_survive_the_process_that_runs(service: Service) -> None:
    await _configure(service, "joined", {"lr": 0.1})

    config = '{"note": {"value": "n"}}'
    await service.graphql(CREATE, input={"projectName": "p", "name": "joined", "config": config})
    await _configure(service, "joined", {"lr": 0.2})

    assert {"lr": 0.2, "note": "n"} == await _config(service, "joined")


async def test_repeats_late_and_at_once_change_nothing(service: Service) -> None:
    await service.start_run("again")
    await _sum_up(service, "again", {"w": 1}, writer="w", line=0)
    await _sum_up(service, "again", {"p": 1}, writer="p", line=0)
    await _sum_up(service, "again", {"w": 2}, writer="w", line=1)

    before = await _raw(service, "again")
    await _sum_up(service, "again", {"w": 2}, writer="w", line=1)
    await _sum_up(service, "again", {"w": 1}, writer="w", line=0)
    await _sum_up(service, "again", {"p": 1}, writer="p", line=0)

    assert before == await _raw(service, "again")
    await _sum_up(service, "again", {}, writer="w", line=2)
    assert {"p": 1} == await _summary(service, "again")


@pytest.mark.parametrize("writer", ["", "w"])
async def test_who_writes_alone_gets_back_the_very_text(service: Service, writer: str) -> None:
    run = f"alone{writer}"
    texts = [PECULIAR, '{"z":1, "b":2}', PECULIAR]
    for text in texts:
        await _configure(service, run, text, writer=writer)
        await _sum_up(service, run, text, writer=writer)

        found = await _raw(service, run)
        assert (text, text) == (found["config"], found["summaryMetrics"])
    assert 0 == await _remembered(service, run)


async def test_a_start_without_resume_replaces_what_several_wrote_and_is_alone_again(service: Service) -> None:
    await _configure(service, "anew", {"lr": 0.1})
    await _sum_up(service, "anew", {"loss": 1})
    await _edit(service, "anew", config={"note": {"value": "n"}}, summaryMetrics={"verdict": "good"})
    await _sum_up(service, "anew", {"loss": 2}, complete=True, exitcode=0)
    assert 2 == await _remembered(service, "anew")

    await _configure(service, "anew", PECULIAR)
    await _sum_up(service, "anew", PECULIAR)

    found = await _raw(service, "anew")
    assert (PECULIAR, PECULIAR) == (found["config"], found["summaryMetrics"])
    assert 0 == await _remembered(service, "anew")


async def test_one_of_several_processes_that_starts_later_forgets_nothing(service: Service) -> None:
    await _configure(service, "later", {"a": 1}, writer="one")
    await _configure(service, "later", {"b": 1}, writer="two")
    await _sum_up(service, "later", {"x": 1}, writer="one", complete=True, exitcode=0)

    await _configure(service, "later", {"c": 1}, writer="three")
    await _configure(service, "later", {}, writer="two")

    assert {"a": 1, "c": 1} == await _config(service, "later")


@pytest.mark.parametrize("state", RunState)
async def test_an_edit_is_remembered_only_of_a_run_that_may_go_on_without_a_start(
    service: Service, state: RunState
) -> None:
    run = f"state-{state.value}"
    await _configure(service, run, {"lr": 0.1})
    await service.start_run(run, state=state.value)

    await _edit(service, run, config={"note": {"value": "n"}})

    has_ended = state in ENDED_STATES and next_state(state, LifeEvent.BATCH) is state
    assert (0 if has_ended else 1) == await _remembered(service, run)
    assert {"note": "n"} == await _config(service, run)


async def test_writers_at_once_lose_nothing(service: Service) -> None:
    await service.start_run("crowd")
    writers = [f"w{number}" for number in range(6)]

    async def write(writer: str) -> None:
        for turn in range(4):
            await _sum_up(service, "crowd", {f"{writer}-{key}": turn for key in range(turn + 1)}, writer=writer)
            await _configure(service, "crowd", {f"{writer}-{key}": turn for key in range(turn + 1)}, writer=writer)

    async def edit() -> None:
        for turn in range(6):
            change = {"projectName": "p", "filters": '{"name": "crowd"}', "config": json.dumps({f"edit{turn}": turn})}
            await service.graphql(UPDATE_MANY, input=change)

    await asyncio.gather(*map(write, writers), edit())

    expected = {f"{writer}-{key}": 3 for writer in writers for key in range(4)}
    assert expected == await _summary(service, "crowd")
    assert expected | {f"edit{turn}": turn for turn in range(6)} == await _config(service, "crowd")


async def test_a_summary_that_has_no_room_beside_the_others_leaves_theirs_and_its_rows(service: Service) -> None:
    await service.start_run("full")
    long = "x" * 9_000_000
    await _sum_up(service, "full", {"one": long}, writer="one")

    files = {
        SUMMARY_FILE: {"offset": 0, "content": [json.dumps({"two": long})]},
        HISTORY_FILE: {"offset": 0, "content": ['{"_step":0}']},
    }
    answer = await service.stream("ada/p/full", {"files": files}, **{STREAM_HEADER: "two"})

    assert [("summary", "two")] == [(found["stream"], found["key"]) for found in answer.body["rejected"]]
    assert 1 == int((await _raw(service, "full"))["rejectedLineCount"])
    assert {"one"} == set(await _summary(service, "full"))
    assert 1 == len(await service.rows("p", "full"))


async def test_who_may_not_write_a_run_does_not_change_how_it_is_written(service: Service) -> None:
    await _configure(service, "private", {"lr": 0.1})
    await _sum_up(service, "private", {"loss": 1})
    run_id = (await _raw(service, "private"))["id"]

    given = {"runId": run_id, "offset": 0, "writer": "eve", "summaryMetrics": '{"x": 1}'}
    refused = await service.graphql(APPEND, "eve", input=given)

    assert "NOT_FOUND" == refused.error["extensions"]["code"]
    assert 0 == await _remembered(service, "private")


async def test_of_a_crowd_of_writers_the_latest_are_remembered(service: Service) -> None:
    await service.start_run("throng")
    async with service.database.connection() as connection:
        for number in range(300):
            await connection.script(
                f"SELECT remember_document(run_id, 'summary', 'w{number}', '{{}}') FROM runs WHERE name = 'throng'"
            )

    assert 256 == await _remembered(service, "throng")
