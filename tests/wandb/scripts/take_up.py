"""Logs a row to a run that others have written; `resume` is wandb.init's. Answers what the SDK took up of it."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

try:
    run = wandb.init(
        project="taken",
        id=ARGUMENTS["run"],
        resume=ARGUMENTS.get("resume"),
        config=ARGUMENTS.get("config"),
        settings=wandb.Settings(**ARGUMENTS.get("settings", {})),
    )
except wandb.errors.UsageError as error:
    answer({"refused": str(error)})
    raise SystemExit(0) from None
started = {"step": run.starting_step, "resumed": run.resumed, "config": dict(run.config)}
run.log({"from": "sdk"})
run.finish()
answer(started)
