"""`wandb sync` of what the server has already, all of it or some: nothing is doubled and nothing falls back."""

from __future__ import annotations

import pytest

import runfolio
from tests.wandb.conftest import MakeSDK
from tests.wandb.environments import NEWEST, VERSIONS
from tests.wandb.sdk import SDK

LABELS = ("name", "tags", "notes", "group", "job_type")
FILES = ("config.yaml", "output.log", "wandb-summary.json")
SYNCS = (NEWEST, "0.22.3")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_run_synced_twice_is_stored_once(make_sdk: MakeSDK, api: runfolio.Api, version: str) -> None:
    sdk = make_sdk(version)
    name = f"twice-{version}"
    folder = sdk.run("offline", run=name)["folder"]

    sdk.sync(folder)
    once = api.run(f"ada/offline/{name}")
    first = (list(once.scan_history()), dict(once.summary), [line.text for line in once.console_lines()])
    sdk.recorder.streamed.clear()
    sdk.sync(folder)

    run = api.run(f"ada/offline/{name}")
    assert any("wandb-history.jsonl" in body.get("files", {}) for body in sdk.recorder.streamed)
    assert first == (list(run.scan_history()), dict(run.summary), [line.text for line in run.console_lines()])
    assert list(range(50)) == [row["number"] for row in run.scan_history()]
    assert 49 == run.summary["number"]
    assert ("finished", 0.5, 0) == (run.state, run.config["lr"], run.rejected_line_count)


@pytest.mark.parametrize("version", SYNCS)
def test_a_run_that_crashed_is_completed_by_sync(make_sdk: MakeSDK, api: runfolio.Api, version: str) -> None:
    sdk = make_sdk(version)
    name = f"crashed-{version}"
    folder = sdk.finish(sdk.start("crash", run=name), exit_code=None).answer["folder"]
    online = [row["number"] for row in api.run(f"ada/sync/{name}").scan_history()]

    sdk.sync(folder)
    sdk.sync(folder)

    run = api.run(f"ada/sync/{name}")
    rows = [row["number"] for row in run.scan_history()]
    assert online
    assert list(range(len(rows))) == rows
    assert len(rows) >= len(online)
    assert run.summary["number"] >= 19
    printed = [line.text for line in run.console_lines() if line.text.startswith("printed")]
    assert sorted(set(printed)) == sorted(printed)


def test_a_run_goes_on_after_it_was_synced_twice(newest: SDK, api: runfolio.Api) -> None:
    folder = newest.run("offline", run="goes-on")["folder"]
    newest.sync(folder)
    newest.sync(folder)

    went_on = newest.run("resume", run="goes-on", part=1, resume="must", project="offline")
    newest.sync(folder)

    run = api.run("ada/offline/goes-on")
    assert 50 == went_on["step"]
    rows = [(row["_step"], row.get("part")) for row in run.scan_history()]
    assert [*((step, None) for step in range(50)), *((step, 1) for step in range(50, 53))] == rows
    assert (1, 2) == (run.summary["part"], run.summary["number"])


@pytest.mark.parametrize("version", SYNCS)
def test_an_older_segment_that_is_synced_after_a_newer_one_changes_nothing_of_it(
    make_sdk: MakeSDK, api: runfolio.Api, version: str
) -> None:
    sdk = make_sdk(version)
    name = f"older-{version}"
    folders = [
        sdk.run("segment", run=name, part=part, mode="offline", ends_with=code)["folder"]
        for part, code in ((1, 1), (2, 0))
    ]
    seen = []

    for part in (1, 0, 0):
        sdk.sync(folders[part])
        run = api.run(f"ada/segments/{name}")
        labels = {label: getattr(run, label) for label in LABELS}
        summary = {key: run.summary[key] for key in ("part", "number", "_step")}
        files = {file.name: file.md5 for file in run.files() if file.name in FILES}
        seen.append((labels, dict(run.config), summary, files, run.state))

    lines = [line.text for line in api.run(f"ada/segments/{name}").console_lines()]
    labels, config, summary, files, state = seen[0]
    assert (set(FILES), "finished") == (set(files), state)
    assert ({"part": 2, "only2": 1, "late2": 1}, ["tag2"], 2) == (config, labels["tags"], summary["part"])
    assert [seen[0]] * 3 == seen
    assert ["printed 1", "printed 2", "printed by each"] == sorted(set(lines))
    assert len(lines) == 3


@pytest.mark.parametrize("version", SYNCS)
def test_console_lines_of_segments_that_resume_are_stored_once(
    make_sdk: MakeSDK, api: runfolio.Api, version: str
) -> None:
    sdk = make_sdk(version)
    name = f"resumes-{version}"
    folders = [sdk.run("segment", run=name, part=part, mode="offline", resume="allow")["folder"] for part in (1, 2, 3)]

    for folder in folders + folders:
        sdk.sync(folder)

    run = api.run(f"ada/segments/{name}")
    assert [text for part in (1, 2, 3) for text in (f"printed {part}", "printed by each")] == [
        line.text for line in run.console_lines()
    ]
    assert (3, "finished") == (run.summary["part"], run.state)


def test_the_newest_segment_that_is_synced_again_keeps_what_somebody_named_it(newest: SDK, api: runfolio.Api) -> None:
    name = "named"
    folders = [
        newest.run("segment", run=name, part=part, mode="offline", resume=resume)["folder"]
        for part, resume in ((1, None), (2, "allow"))
    ]
    for folder in folders:
        newest.sync(folder)
    run = api.run(f"ada/segments/{name}")
    run.name = "mine"
    run.update()

    newest.sync(folders[1])

    run = api.run(f"ada/segments/{name}")
    assert ("mine", ["tag2"], 2, 1) == (run.name, run.tags, run.config["part"], run.config["late2"])
