"""Logs an artifact between two rows; the server may lack the operations, and the run must finish all the same."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS

with wandb.init(project="tables", id=ARGUMENTS["run"]) as run:
    run.log({"loss": 0})
    Path("weights.bin").write_bytes(b"weights")
    artifact = wandb.Artifact("weights", type="model")
    artifact.add_file("weights.bin")
    run.log_artifact(artifact)
    run.log({"loss": 1})
