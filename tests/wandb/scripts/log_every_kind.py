"""Logs the rows of every_kind.py, then reads them back."""

import wandb

from tests.wandb.scripts.every_kind import ROWS, row
from tests.wandb.scripts.script import ARGUMENTS, answer

with wandb.init(project="kinds", id=ARGUMENTS["run"]) as run:
    for number in range(ROWS):
        run.log(row(number))
    path = f"{run.entity}/{run.project}/{run.id}"

read = wandb.Api().run(path)
answer(
    {
        "scanned": list(read.scan_history()),
        "sampled": read.history(samples=ROWS, pandas=False),
        "scanned_keys": list(read.scan_history(keys=["loss", "dotted.key"], page_size=100)),
        "frame_shape": read.history(samples=ROWS).shape,
        "summary": dict(read.summary),
    }
)
