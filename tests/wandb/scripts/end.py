"""A run that ends as it is told."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

run = wandb.init(project="ends", id=ARGUMENTS["run"])
run.log({"loss": 1})
if ARGUMENTS["how"] == "exception":
    raise ValueError("as told")
if ARGUMENTS["how"] == "interrupt":
    raise KeyboardInterrupt
run.finish(exit_code=ARGUMENTS["how"])
