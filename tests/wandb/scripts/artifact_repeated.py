"""Logs, links and uses one artifact; some answer of the server is lost on the way."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PATH = f"ada/{ARGUMENTS['project']}"

with wandb.init(project=ARGUMENTS["project"], id="run") as run:
    artifact = wandb.Artifact("once", type="dataset")
    with artifact.new_file("file.txt") as file:
        file.write("once")
    run.log_artifact(artifact).wait()
    run.link_artifact(artifact, f"{PATH}/shelf")
    used = run.use_artifact("once:latest")
    text = Path(used.get_entry("file.txt").download(root="once")).read_text()

api = wandb.Api()
read = api.run(f"{PATH}/run")
answer(
    {
        "versions": [one.name for one in api.artifacts("dataset", f"{PATH}/once")],
        "shelf": [one.name for one in api.artifacts("dataset", f"{PATH}/shelf")],
        "text": text,
        "inputs": len(read.used_artifacts()),
        "outputs": len(read.logged_artifacts()),
    }
)
