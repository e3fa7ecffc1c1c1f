"""Logs rows of some megabytes each."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

with wandb.init(project="good", id=ARGUMENTS["run"]) as run:
    for number in range(ARGUMENTS["rows"]):
        run.log({"number": number, "text": "x" * ARGUMENTS["row_bytes"]})
