"""Logs a table, and one that grows row by row."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

with wandb.init(project="media", id=ARGUMENTS["run"]) as run:
    run.log({"table": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2.5, None]])})
    grows = wandb.Table(columns=["n"], log_mode="INCREMENTAL")
    for number in range(3):
        grows.add_data(number)
        run.log({"grows": grows})
