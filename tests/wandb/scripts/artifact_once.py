"""Logs one artifact of the files that the test names."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

with wandb.init(project=ARGUMENTS["project"], id=f"logs-{ARGUMENTS['name']}") as run:
    artifact = wandb.Artifact(ARGUMENTS["name"], type="dataset")
    for name, text in ARGUMENTS["files"].items():
        with artifact.new_file(name) as file:
            file.write(text)
    logged = run.log_artifact(artifact)
    logged.wait()
answer({"version": logged.version, "aliases": logged.aliases})
