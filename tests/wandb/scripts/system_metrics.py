"""A run that measures its machine, read as a stream of its own."""

import time

import wandb

from tests.wandb.scripts.script import answer

with wandb.init(project="system", settings=wandb.Settings(x_stats_sampling_interval=0.5)) as run:
    run.log({"loss": 1})
    time.sleep(2)
    path = f"{run.entity}/{run.project}/{run.id}"

read = wandb.Api().run(path)
answer({"rows": read.history(stream="system", pandas=False), "newest": dict(read.system_metrics)})
