"""Makes runs with configs, summaries, tags and states, one process for all."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

for run in ARGUMENTS["runs"]:
    started = wandb.init(
        project=ARGUMENTS["project"], id=run["id"], config=run["config"], tags=run["tags"], group=run["group"]
    )
    started.log(run["summary"])
    started.finish(exit_code=run.get("exit_code", 0))
