"""The life of a run: made, described, ended, resumed, changed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

import runfolio
from tests.wandb.sdk import SDK


def test_a_run_is_read_as_it_was_described(sdk: SDK, api: runfolio.Api) -> None:
    answer = sdk.run("plain_run")

    config = {"lr": 0.1, "nested": {"layers": [1, 2]}, "dotted.key": "x", "late": True}
    run = api.run(answer["path"])
    for read in (answer, {name: getattr(run, name) for name in answer if hasattr(run, name)}):
        assert config == dict(read["config"])
        assert ["one", "two"] == sorted(read["tags"])
        assert ("some notes", "a group", "train") == (read["notes"], read["group"], read["job_type"])
        assert "finished" == read["state"]
        assert {"min": 0} == read["summary"]["loss"]
        assert 7 == read["summary"]["best"]
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+", answer["name"])
    assert answer["name"] == answer["read_name"] == run.name
    assert "ada" == answer["user"]
    assert answer["metadata"]["program"].endswith("plain_run.py")
    assert 4 == answer["last_step"]
    assert all(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") for text in answer["times"])


@pytest.mark.parametrize(
    ("how", "exit_code", "state"),
    [(0, 0, "finished"), (7, 0, "failed"), ("exception", 1, "failed"), ("interrupt", None, "killed")],
)
def test_the_exit_code_decides_the_state(
    newest: SDK, api: runfolio.Api, how: int | str, exit_code: int | None, state: str
) -> None:
    newest.run("end", run=f"end-{how}", how=how, exit_code=exit_code)

    assert state == api.run(f"ada/ends/end-{how}").state


def test_a_resumed_run_goes_on_where_it_was(sdk: SDK, api: runfolio.Api) -> None:
    name = f"resumed-{sdk.version}"

    sdk.run("resume", run=name, part=0)
    must = sdk.run("resume", run=name, part=1, resume="must")
    allow = sdk.run("resume", run=name, part=2, resume="allow")

    assert {"id": name, "step": 3, "resumed": True} == must
    assert 6 == allow["step"]
    run = api.run(f"ada/resume/{name}")
    assert _numbered_rows(parts=3) == _rows(run)
    assert list(range(9)) == [row["_step"] for row in run.scan_history()]
    assert [f"part {part} line {line}" for part in range(3) for line in range(3)] == [
        line.text for line in run.console_lines()
    ]
    assert {"first": 1, "second": 2} == dict(run.config)
    assert "finished" == run.state


def test_resume_must_never_and_allow_say_whether_there_is_a_run(newest: SDK) -> None:
    missing = newest.run("resume", run="nowhere", part=0, resume="must")
    new = newest.run("resume", run="anew", part=0, resume="never")
    existing = newest.run("resume", run="anew", part=1, resume="never")
    allowed = newest.run("resume", run="another", part=0, resume="allow")

    assert "nowhere" in missing["refused"]
    assert ("anew", 0) == (new["id"], new["step"])
    assert "anew" in existing["refused"]
    assert ("another", 0) == (allowed["id"], allowed["step"])


def test_a_run_whose_process_died_is_resumed_by_itself(newest: SDK, api: runfolio.Api) -> None:
    died = newest.run("auto_resume", part=0, exit_code=-9)

    went_on = newest.run("auto_resume", part=1)

    assert died["id"] == went_on["id"]
    run = api.run(f"ada/resume/{died['id']}")
    assert "finished" == run.state
    # What the dead process had not sent yet nobody can know; what the next one logged is there.
    assert 1 == [row["part"] for row in run.scan_history()][-1]


def test_a_run_id_used_again_without_resume_appends(sdk: SDK, api: runfolio.Api) -> None:
    name = f"again-{sdk.version}"

    sdk.run("resume", run=name, part=0)
    sdk.run("resume", run=name, part=1)

    run = api.run(f"ada/resume/{name}")
    assert _numbered_rows(parts=2) == sorted(_rows(run))
    assert [0, 0, 1, 1, 2, 2] == [row["_step"] for row in run.scan_history()]
    assert 6 == len(list(run.console_lines()))


def test_a_finished_run_is_changed_through_the_sdk(newest: SDK, api: runfolio.Api) -> None:
    path = newest.run("plain_run")["path"]

    answer = newest.run("update", path=path)

    assert ["one", "two", "added"] == answer["tags"]
    assert ("changed", "renamed", "another group") == (answer["notes"], answer["name"], answer["group"])
    assert {"deep": [1]} == answer["config"]["changed"]
    assert 0.1 == answer["config"]["lr"]
    assert (3, 4, 7) == tuple(answer["summary"][key] for key in ("added", "other", "best"))
    assert "finished" == answer["state"]
    run = api.run(path)
    assert "renamed" == run.name
    assert {"deep": [1]} == run.config["changed"]


def _rows(run: Any) -> list[tuple[int, int]]:
    return [(row["part"], row["number"]) for row in run.scan_history()]


def _numbered_rows(parts: int) -> list[tuple[int, int]]:
    return [(part, number) for part in range(parts) for number in range(3)]
