"""Logs a table and an artifact; both need operations that a server may lack, and the run must finish all the same."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS

with wandb.init(project="tables", id=ARGUMENTS["run"]) as run:
    run.log({"loss": 0})
    run.log({"table": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2, "y"]]), "loss": 1})
    if ARGUMENTS["artifact"]:
        Path("weights.bin").write_bytes(b"weights")
        artifact = wandb.Artifact("weights", type="model")
        artifact.add_file("weights.bin")
        run.log_artifact(artifact)
    run.log({"loss": 2})
