"""Logs and uses artifacts without a server, to be synced later."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.init(project=ARGUMENTS["project"], id="offline", mode="offline")
for text in ("one", "two"):
    artifact = wandb.Artifact("late", type="dataset", metadata={"text": text})
    with artifact.new_file("file.txt") as file:
        file.write(text)
    run.log_artifact(artifact, aliases=[text])
run.log({"table": wandb.Table(columns=["a"], data=[[1], [2]])})
folder = run.settings.sync_dir
run.finish()
answer({"folder": folder})
