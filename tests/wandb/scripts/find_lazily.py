"""Lists runs without their documents, then with them, and their histories in one list: what newer versions can."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

api = wandb.Api(timeout=30)
runs = api.runs(ARGUMENTS["path"], order="+created_at", per_page=3, lazy=True)
lazy = [run.id for run in runs]
runs.upgrade_to_full()
answer(
    {
        "lazy": lazy,
        "configs": [dict(run.config) for run in runs],
        "eager": [dict(run.config) for run in api.runs(ARGUMENTS["path"], lazy=False, include_sweeps=True)],
        "histories": api.runs(ARGUMENTS["path"]).histories(samples=10, keys=["loss"]),
    }
)
