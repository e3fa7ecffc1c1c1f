"""Logs a row, waits until somebody has edited the run, and goes on as if nobody had."""

import time
from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS

run = wandb.init(project="living", id=ARGUMENTS["run"], config={"lr": 0.1, "steps": 5})
run.log({"loss": 0.5, "kept": 1})
while not Path("edited").exists():
    time.sleep(0.1)
run.config.update({"lr": 0.2}, allow_val_change=True)
run.log({"loss": 0.3})
run.finish()
