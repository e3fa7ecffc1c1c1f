"""Makes a project and deletes a run through `wandb.Api` while it logs."""

import time

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

project, run_id = ARGUMENTS["project"], ARGUMENTS["run"]
api = wandb.Api()
api.create_project(project, "ada")
# Its repeat changes nothing.
api.create_project(project, "ada")
run = wandb.init(project=project, id=run_id, group="folds", name="mine")
run.log({"loss": 1})
found = api.run(f"ada/{project}/{run_id}")
found.group = ""
found.name = " "
found.update()
read = wandb.Api().run(f"ada/{project}/{run_id}")
answer({"labels": [read.group, read.name], "projects": [found.name for found in wandb.Api().projects("ada")]})
# As soon as its row has come.
for _ in range(100):
    if wandb.Api().run(f"ada/{project}/{run_id}").lastHistoryStep >= 0:
        break
    time.sleep(0.1)
found.delete()
# A retry of the SDK, whose answer was lost.
found.delete(delete_artifacts=True)
for step in range(20):
    run.log({"loss": step})
    time.sleep(0.1)
run.finish()
