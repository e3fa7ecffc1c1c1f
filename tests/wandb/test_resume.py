"""The SDK takes up runs that others made, logged or changed: our client, GraphQL, `wandb.Api`."""

from __future__ import annotations

import json
from typing import Any

import pytest

import runfolio
from tests.wandb.sdk import SDK

UPDATE = "mutation($input: UpdateRunInput!) { updateRun(input: $input) { run { config } } }"
CREATE = "mutation($input: CreateRunInput!) { createRun(input: $input) { run { state } } }"
APPEND = "mutation($input: AppendHistoryInput!) { appendHistory(input: $input) { rejectedCount } }"
RAW_CONFIG = 'query($p: String!, $r: String!) { project(entityName: "ada", name: $p) { run(name: $r) { config } } }'


def _raw_config(api: runfolio.Api, name: str) -> dict[str, Any]:
    answer = api.query(RAW_CONFIG, {"p": "taken", "r": name})
    config: dict[str, Any] = json.loads(answer["project"]["run"]["config"])
    return config


@pytest.mark.parametrize("resume", ["allow", "must"])
@pytest.mark.parametrize("how", ["rows", "columns"])
def test_a_run_that_the_client_logged_goes_on(sdk: SDK, api: runfolio.Api, how: str, resume: str) -> None:
    name = f"client-{how}-{resume}-{sdk.version}"
    with api.create_run("ada/taken", id=name, config={"lr": 0.1}, tags=["a"], notes="n") as made:
        if how == "rows":
            for step in range(3):
                made.log({"from": "client", "loss": step})
        else:
            made.log_columns({"from": ["client"] * 300, "loss": list(range(300))})
    rows = list(made.scan_history())

    started = sdk.run("take_up", run=name, resume=resume, config={"second": 2})

    count = len(rows)
    assert {"step": count, "resumed": True, "config": {"lr": 0.1, "second": 2}} == started
    run = api.run(f"ada/taken/{name}")
    read = list(run.scan_history())
    assert rows == read[:-1]
    assert (count, "sdk") == (read[-1]["_step"], read[-1]["from"])
    assert read[-2]["_runtime"] <= read[-1]["_runtime"]
    assert {"lr": 0.1, "second": 2} == run.config
    assert (count - 1, "sdk", count) == tuple(run.summary[key] for key in ("loss", "from", "_step"))
    assert (["a"], "n", "finished") == (run.tags, run.notes, run.state)


def test_the_client_and_the_sdk_take_turns_with_a_run(sdk: SDK, api: runfolio.Api) -> None:
    name = f"turns-{sdk.version}"

    for turn in range(2):
        with api.create_run("ada/taken", id=name, config={f"client{turn}": turn}) as mine:
            mine.log({"from": "client"})
        sdk.run("take_up", run=name, resume="must", config={f"sdk{turn}": turn})

    run = api.run(f"ada/taken/{name}")
    assert list(enumerate(["client", "sdk"] * 2)) == [(row["_step"], row["from"]) for row in run.scan_history()]
    assert {"client0": 0, "sdk0": 0, "client1": 1, "sdk1": 1} == run.config


def test_an_sdk_run_stays_resumable_whoever_replaces_its_config(sdk: SDK, api: runfolio.Api) -> None:
    name = f"replaced-{sdk.version}"
    sdk.run("take_up", run=name, config={"first": 1})
    notes = _raw_config(api, name)["_wandb"]

    api.create_run("ada/taken", id=name, config={"joined": 2}).finish()
    joined = _raw_config(api, name)
    run = api.run(f"ada/taken/{name}")
    api.query(UPDATE, {"input": {"id": run.storage_id, "config": '{"only": {"value": 3}}'}})
    replaced = _raw_config(api, name)
    started = sdk.run("take_up", run=name, resume="must")

    assert notes == joined["_wandb"] == replaced["_wandb"]
    assert {"first", "joined", "_wandb"} == set(joined)
    assert {"only", "_wandb"} == set(replaced)
    assert {"step": 1, "resumed": True, "config": {"only": 3}} == started
    assert [0, 1] == [row["_step"] for row in run.scan_history()]


def test_a_run_without_rows_keeps_its_config_when_it_is_taken_up(sdk: SDK, api: runfolio.Api) -> None:
    names = [f"planned-{sdk.version}", f"ended-{sdk.version}"]
    planned = api.create_run("ada/taken", id=names[0], config={"lr": 0.1})
    api.create_run("ada/taken", id=names[1]).finish()

    started = [sdk.run("take_up", run=name, resume="must", config={"second": 2}) for name in names]

    assert [{"lr": 0.1, "second": 2}, {"second": 2}] == [found["config"] for found in started]
    assert [0, 0] == [found["step"] for found in started]
    planned.finish()


def test_rows_without_a_step_are_gone_on_from_by_their_number(newest: SDK, api: runfolio.Api) -> None:
    run = api.create_run("ada/taken", id="stepless")
    lines = "\n".join(f'{{"loss": {number}}}' for number in range(5))
    api.query(APPEND, {"input": {"runId": run.storage_id, "writer": "w", "offset": 0, "jsonLines": lines}})
    run.finish()

    started = newest.run("take_up", run="stepless", resume="allow")

    assert 5 == started["step"]


def test_auto_resumes_a_run_of_the_client(newest: SDK, api: runfolio.Api) -> None:
    with api.create_run("ada/taken", id="auto") as made:
        made.log({"a": 1})

    started = newest.run("take_up", run="auto", resume="auto")

    assert (1, True) == (started["step"], started["resumed"])


def test_a_run_of_the_client_is_there_for_never(sdk: SDK, api: runfolio.Api) -> None:
    name = f"never-{sdk.version}"
    with api.create_run("ada/taken", id=name) as made:
        made.log({"a": 1})

    # SDKs up to 0.19 go on to upload files of the run that they were refused.
    refused = sdk.run("take_up", run=name, resume="never", may_fail={"CreateRunFiles"})

    assert name in refused["refused"]
    assert 1 == len(list(made.scan_history()))


@pytest.mark.parametrize("resume", ["must", "never"])
def test_a_run_of_the_client_is_there_before_its_first_row(sdk: SDK, api: runfolio.Api, resume: str) -> None:
    name = f"rowless-{resume}-{sdk.version}"
    # What is left of one that is killed before it logs: neither rows nor an end.
    created = api.query(CREATE, {"input": {"entityName": "ada", "projectName": "taken", "name": name}})

    found = sdk.run("take_up", run=name, resume=resume, may_fail={"CreateRunFiles"})

    assert "running" == created["createRun"]["run"]["state"]
    if resume == "must":
        assert (0, True) == (found["step"], found["resumed"])
    else:
        assert name in found["refused"]


@pytest.mark.parametrize("resume", ["must", "never", "allow"])
def test_a_run_that_was_only_described_has_not_been_started(newest: SDK, resume: str) -> None:
    newest.run("create_by_api", run=f"described-{resume}")

    found = newest.run("take_up", run=f"described-{resume}", resume=resume)

    if resume == "must":
        assert "described-must" in found["refused"]
    else:
        assert (0, False) == (found["step"], found["resumed"])


def test_processes_that_share_a_run_of_the_client_begin_at_line_0(newest: SDK, api: runfolio.Api) -> None:
    with api.create_run("ada/shared", id="shared-client") as made:
        made.log({"from": "client"})

    newest.run("shared", run="shared-client", label="primary")

    offsets = [body["files"]["wandb-history.jsonl"]["offset"] for body in _with_history(newest)]
    assert 0 == offsets[0]
    assert list(range(20)) == [row["primary"] for row in made.scan_history(keys=["primary"])]


def _with_history(sdk: SDK) -> list[dict[str, Any]]:
    return [body for body in sdk.recorder.streamed if "wandb-history.jsonl" in (body.get("files") or {})]
