"""Makes a run through `wandb.Api`, without logging anything."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

wandb.Api().create_run(project="taken", run_id=ARGUMENTS["run"])
