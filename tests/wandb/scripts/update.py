"""Changes a finished run through `wandb.Api`."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.Api().run(ARGUMENTS["path"])
run.tags.append("added")
run.notes = "changed"
run.name = "renamed"
run.group = "another group"
run.config["changed"] = {"deep": [1]}
run.update()
run.summary["added"] = 3
run.summary.update({"other": 4})

read = wandb.Api().run(ARGUMENTS["path"])
answer(
    {
        "tags": read.tags,
        "notes": read.notes,
        "name": read.name,
        "group": read.group,
        "config": dict(read.config),
        "summary": dict(read.summary),
        "state": read.state,
    }
)
