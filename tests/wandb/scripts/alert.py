"""A run that raises alerts, online or offline; those of one title within a minute are one."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.init(project="alerts", id=ARGUMENTS["run"], mode=ARGUMENTS["mode"])
run.log({"accuracy": 0.1})
run.alert("low accuracy", "0.1 is below 0.5", level="WARN", wait_duration=300)
run.alert("low accuracy", "0.1 is still below 0.5")
run.alert("hello", "a new run")
folder = run.settings.sync_dir
run.finish()
answer({"folder": folder})
