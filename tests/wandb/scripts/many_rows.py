"""Logs so many rows, one every so often."""

import time

import wandb

from tests.wandb.scripts.script import ARGUMENTS

with wandb.init(project=ARGUMENTS["project"], id=ARGUMENTS["run"]) as run:
    for number in range(ARGUMENTS["rows"]):
        run.log({"number": number, "square": number * number, "writer": ARGUMENTS["run"]})
        print(f"row {number}")
        time.sleep(ARGUMENTS.get("pause_s", 0))
