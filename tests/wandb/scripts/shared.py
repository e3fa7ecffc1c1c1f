"""One of several processes that write the same run."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

settings = wandb.Settings(
    mode="shared",
    x_primary=ARGUMENTS["label"] == "primary",
    x_label=ARGUMENTS["label"],
    x_update_finish_state=ARGUMENTS["label"] == "primary",
)
config = {f"{ARGUMENTS['label']} config": True}
with wandb.init(project="shared", id=ARGUMENTS["run"], config=config, settings=settings) as run:
    for number in range(20):
        run.log({ARGUMENTS["label"]: number})
        print(f"{ARGUMENTS['label']} {number}")
