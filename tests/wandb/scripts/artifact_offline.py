"""Logs and uses artifacts without a server, to be synced later."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.init(project=ARGUMENTS["project"], id="offline", mode="offline")
for text in ("one", "two"):
    artifact = wandb.Artifact("late", type="dataset", metadata={"text": text})
    # A file that is there later: 0.28 forgets what it made itself when the process ends.
    Path(f"{text}.txt").write_text(text)
    artifact.add_file(str(Path(f"{text}.txt").absolute()), name="file.txt", policy="immutable")
    run.log_artifact(artifact, aliases=[text])
run.log({"table": wandb.Table(columns=["a"], data=[[1], [2]])})
folder = run.settings.sync_dir
run.finish()
answer({"folder": folder})
