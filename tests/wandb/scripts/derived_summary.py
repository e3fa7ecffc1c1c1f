"""Logs under every kind of define_metric; `derived` leaves the summary to the server. Answers what was read back."""

from typing import Any

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

settings = wandb.Settings(x_server_side_derived_summary=ARGUMENTS["derived"])
with wandb.init(project="derived", id=ARGUMENTS["run"], settings=settings) as run:
    run.define_metric("loss", summary="min,max,mean,last")
    run.define_metric("acc", summary="max", step_metric="epoch")
    run.define_metric("hidden", hidden=True, summary="none")
    run.define_metric("first", summary="first")
    run.define_metric("copy", summary="copy")
    run.define_metric("val/*", summary="max")
    for step in range(6):
        row: dict[str, Any] = {
            "loss": abs(2 - step),
            "acc": step % 4,
            "epoch": step,
            "hidden": step,
            "first": step,
            "copy": step,
        }
        row |= {"val/a": -step, "nested": {"x": step, "y": {"z": 2 * step}}, "text": f"t{step}", "nan": float("nan")}
        if step < 3:
            row["early"] = step
        run.log(row)
    run.summary["given"] = 7
    path = f"{run.entity}/{run.project}/{run.id}"
with wandb.init(project="derived", id=ARGUMENTS["run"], settings=settings, resume="must") as run:
    run.log({"copy": 8, "nan": float("nan")})
    run.summary["again"] = 1
read = wandb.Api().run(path)
answer({"path": path, "keys": sorted(read.summary.keys())})
