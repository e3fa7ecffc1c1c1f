"""define_metric: a step metric of its own, and summaries other than the last value."""

import wandb

from tests.wandb.scripts.script import answer

with wandb.init(project="metrics") as run:
    run.define_metric("epoch")
    run.define_metric("val/*", step_metric="epoch")
    run.define_metric("loss", summary="min")
    run.define_metric("accuracy", summary="max,mean")
    for epoch in range(4):
        run.log({"epoch": epoch, "val/loss": 4 - epoch, "loss": abs(epoch - 1), "accuracy": epoch / 4})
    path = f"{run.entity}/{run.project}/{run.id}"

read = wandb.Api().run(path)
answer(
    {
        "summary": dict(read.summary),
        "by_epoch": read.history(keys=["val/loss"], x_axis="epoch", pandas=False),
    }
)
