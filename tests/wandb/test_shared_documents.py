"""Config and summary of a run that several write: the SDK's processes, and people who edit a living run."""

from __future__ import annotations

import runfolio
from tests.server.running_serve import wait_until
from tests.wandb.sdk import SDK


def test_processes_that_share_a_run_keep_each_others_config_and_summary(sdk: SDK, api: runfolio.Api) -> None:
    labels = ["primary", "second", "third"]
    name = f"documents-{sdk.version}"

    for label in reversed(labels):
        sdk.run("shared", run=name, label=label)

    run = api.run(f"ada/shared/{name}")
    assert dict.fromkeys(labels, 19).items() <= run.summary.items()
    assert {f"{label} config": True for label in labels} == run.config
    assert "finished" == run.state


def test_what_people_put_into_a_living_run_survives_its_process(sdk: SDK, api: runfolio.Api) -> None:
    name = f"living-{sdk.version}"
    process = sdk.start("living", {"WANDB__FILE_STREAM_TRANSMIT_INTERVAL": "0.5"}, run=name)
    wait_until(
        lambda: any("wandb-summary.json" in (body.get("files") or {}) for body in sdk.recorder.streamed), "a row"
    )

    run = api.run(f"ada/living/{name}")
    run.config["note"] = "n"
    run.config["steps"] = 6
    run.summary["verdict"] = "good"
    run.update()
    (sdk.home / "edited").touch()
    sdk.finish(process)

    run = api.run(f"ada/living/{name}")
    assert {"lr": 0.2, "steps": 6, "note": "n"} == run.config
    assert {"loss": 0.3, "kept": 1, "verdict": "good", "_step": 1}.items() <= run.summary.items()
    assert [0.5, 0.3] == [row["loss"] for row in run.scan_history()]
