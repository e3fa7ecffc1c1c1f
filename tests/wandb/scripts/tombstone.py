"""Starts, resumes and reads a run that was deleted; answers what the SDK raises."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

project, run_id = ARGUMENTS["project"], ARGUMENTS["run"]
told = {}
for resume in (None, "must", "allow", "never"):
    try:
        wandb.init(project=project, id=run_id, resume=resume)
    except Exception as error:  # noqa: BLE001 - whatever comes is the answer
        told[str(resume)] = f"{type(error).__name__}: {error}"
    # Its service takes an id that was refused for one in use.
    wandb.teardown()
try:
    wandb.Api().run(f"ada/{project}/{run_id}")
except Exception as error:  # noqa: BLE001 - likewise
    told["read"] = f"{type(error).__name__}: {error}"
answer(told)
