"""A run with everything that describes a run, read back as `wandb.Api` shows it."""

import wandb

from tests.wandb.scripts.script import answer

with wandb.init(
    project="plain",
    config={"lr": 0.1, "nested": {"layers": [1, 2]}, "dotted.key": "x"},
    tags=["one", "two"],
    notes="some notes",
    group="a group",
    job_type="train",
) as run:
    run.define_metric("loss", summary="min")
    for step in range(5):
        run.log({"loss": abs(2 - step)})
    run.config.update({"late": True})
    run.summary["best"] = 7
    path = f"{run.entity}/{run.project}/{run.id}"
    seen = {"id": run.id, "name": run.name}

read = wandb.Api().run(path)
answer(
    {
        **seen,
        "path": path,
        "config": dict(read.config),
        "summary": dict(read.summary),
        "tags": sorted(read.tags),
        "notes": read.notes,
        "group": read.group,
        "job_type": read.job_type,
        "state": read.state,
        "read_name": read.name,
        "times": [read.created_at, read.heartbeat_at],
        "user": read.user.username,
        "metadata": read.metadata,
        "last_step": read.lastHistoryStep,
    }
)
