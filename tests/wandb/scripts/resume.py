"""Logs three rows and prints a line; `resume` is wandb.init's. Answers what the SDK thinks of the run."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

config = {"first": 1} if ARGUMENTS["part"] == 0 else {"second": 2}
try:
    run = wandb.init(
        project=ARGUMENTS.get("project", "resume"), id=ARGUMENTS["run"], resume=ARGUMENTS.get("resume"), config=config
    )
except wandb.errors.UsageError as error:
    answer({"refused": str(error)})
    raise SystemExit(0) from None
started = {"id": run.id, "step": run.starting_step, "resumed": run.resumed}
for number in range(3):
    run.log({"part": ARGUMENTS["part"], "number": number})
    print(f"part {ARGUMENTS['part']} line {number}")
run.finish()
answer(started)
