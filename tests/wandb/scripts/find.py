"""Lists runs by filters and order in every way that the SDK has, and answers what it found."""

from typing import Any

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

api = wandb.Api(timeout=30)
path = ARGUMENTS["path"]
found: dict[str, Any] = {}
for name, options in ARGUMENTS.get("lists", {}).items():
    runs = api.runs(path, **options)
    first = runs[0].id if len(runs) else None
    found[name] = {"count": len(runs), "names": [run.id for run in runs], "first": first}
if slices := ARGUMENTS.get("slices"):
    runs = api.runs(path, order="+created_at", per_page=slices["per_page"])
    found["slices"] = [[run.id for run in runs[start:end]] for start, end in slices["of"]]
    found["indices"] = [runs[index].id for index in slices["indices"]]
if ARGUMENTS.get("details"):
    run = api.runs(path, order="+created_at")[0]
    found["details"] = {
        "config": dict(run.config),
        "summary": dict(run.summary),
        "tags": sorted(run.tags),
        "state": run.state,
        "group": run.group,
        "user": run.user.username,
        "history": [row["loss"] for row in run.scan_history(keys=["loss"])],
    }
    project = api.project(path.split("/")[1], entity=path.split("/")[0])
    found["projects"] = [project.name for project in api.projects(path.split("/")[0])]
    found["sweeps"] = len(list(project.sweeps()))
answer(found)
