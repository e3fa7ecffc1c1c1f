"""Ways to log other than one plain process: compressed, stopped, offline, several at once; and who is logging."""

from __future__ import annotations

import subprocess

import httpx
import pytest

import runfolio
from tests.server.running_serve import wait_until
from tests.wandb.sdk import SDK


def test_compressed_batches_are_understood(newest: SDK, api: runfolio.Api) -> None:
    newest.run("many_rows", {"WANDB__FILE_STREAM_NO_GZIP": "false"}, project="gzip", run="packed", rows=100)

    assert "gzip" in newest.recorder.encodings
    assert list(range(100)) == [row["number"] for row in api.run("ada/gzip/packed").scan_history()]


@pytest.mark.slow
def test_a_run_that_is_told_to_stop_ends_as_killed(newest: SDK, api: runfolio.Api) -> None:
    process = newest.start("wait_for_stop", run="stopped")
    wait_until(lambda: bool(newest.recorder.streamed), "the run logs")

    api.run("ada/stop/stopped").stop()
    outcome = newest.finish(process, exit_code=None)

    assert outcome.exit_code != 0
    run = api.run("ada/stop/stopped")
    assert ("killed", 255) == (run.state, run.exit_code)
    rows = [row["number"] for row in run.scan_history()]
    assert list(range(len(rows))) == rows


def test_a_run_made_offline_is_synced_later(newest: SDK, api: runfolio.Api) -> None:
    folder = newest.run("offline", run="late")["folder"]
    assert not newest.recorder.exchanges

    subprocess.run(
        [str(newest.python), "-m", "wandb", "sync", folder],
        check=True,
        cwd=newest.home,
        env=newest.environment(),
        capture_output=True,
        timeout=60,
    )

    run = api.run("ada/offline/late")
    assert list(range(50)) == [row["number"] for row in run.scan_history()]
    assert ("finished", 0.5, ["late"]) == (run.state, run.config["lr"], list(run.tags))
    assert "printed offline" in [line.text for line in run.console_lines()]


def test_two_processes_log_two_runs_at_once(newest: SDK, api: runfolio.Api) -> None:
    names = ["left", "right"]

    processes = [newest.start("many_rows", project="two", run=name, rows=300, pause_s=0.005) for name in names]
    for process in processes:
        newest.finish(process)

    for name in names:
        rows = list(api.run(f"ada/two/{name}").scan_history())
        assert [(name, number, number**2) for number in range(300)] == [
            (row["writer"], row["number"], row["square"]) for row in rows
        ]


def test_processes_that_share_a_run_keep_their_lines_apart(newest: SDK, api: runfolio.Api) -> None:
    labels = ["primary", "second"]

    for label in reversed(labels):
        newest.run("shared", run="together", label=label)

    run = api.run("ada/shared/together")
    for label in labels:
        assert list(range(20)) == [row[label] for row in run.scan_history(keys=[label])]
        assert [f"{label} {number}" for number in range(20)] == [
            line.text for line in run.console_lines() if line.label == label
        ]
    assert "finished" == run.state


def test_the_machines_metrics_are_a_stream_of_their_own(newest: SDK, api: runfolio.Api) -> None:
    answer = newest.run("system_metrics", {"WANDB__DISABLE_STATS": "false"})

    assert len(answer["rows"]) >= 2
    assert all("system.cpu" in row or "system.memory_percent" in row for row in answer["rows"])
    assert answer["newest"]


def test_metrics_are_summarised_as_defined(newest: SDK) -> None:
    answer = newest.run("metrics")

    assert {"min": 0} == answer["summary"]["loss"]
    assert {"max": 0.75, "mean": 0.375} == answer["summary"]["accuracy"]
    assert [(epoch, 4 - epoch) for epoch in range(4)] == [(row["epoch"], row["val/loss"]) for row in answer["by_epoch"]]


def test_a_key_is_verified_and_shows_its_account(sdk: SDK, api: runfolio.Api) -> None:
    sdk.run("many_rows", project="account", run=f"any-{sdk.version}", rows=1)

    answer = sdk.run("account")

    assert answer["login"] is True
    assert ("ada", "ada") == (answer["viewer"], answer["entity"])
    assert answer["project"] == api.project("ada/account").id
    assert "account" in answer["projects"]


def test_a_probe_for_telemetry_is_told_that_there_is_none(newest: SDK) -> None:
    answer = httpx.post(f"{newest.server.base_url}/sdk/otel/v1/metrics", content=b"")

    assert 404 == answer.status_code
