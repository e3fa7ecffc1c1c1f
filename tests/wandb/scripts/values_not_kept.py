"""Logs values that the server does not keep between rows that it does."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

deep: object = 1
for _ in range(250):
    deep = [deep]
with wandb.init(project="kinds", id=ARGUMENTS["run"]) as run:
    for number in range(3):
        run.log({"loss": 1 / (number + 1), "accuracy": number, "deep": number})
    run.log({"loss": 0.05, "deep": deep})
    run.log({"loss": 0.01})
    run.config.update({"lr": 0.5, "deep": deep})
