"""A run without a server, to be synced later."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.init(project="offline", id=ARGUMENTS["run"], mode="offline", config={"lr": 0.5}, tags=["late"])
for number in range(50):
    run.log({"number": number})
print("printed offline")
folder = run.settings.sync_dir
run.finish()
answer({"folder": folder})
