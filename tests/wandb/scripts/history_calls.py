"""Every way to read a run's history, as it is answered; `folder` is where exported files go."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

api = wandb.Api()
run = api.run(ARGUMENTS["path"])
key = ARGUMENTS["key"]
found = {
    "lastHistoryStep": run.lastHistoryStep,
    "history_keys": run.history_keys,
    "scanned": list(run.scan_history()),
    "paged": list(run.scan_history(page_size=7)),
    "keys": list(run.scan_history(keys=[key])),
    "window": list(run.scan_history(keys=[key], page_size=5, min_step=3, max_step=17)),
    "large_pages": [
        list(run.scan_history(page_size=1_000_000)),
        list(run.scan_history(keys=[key], page_size=1_000_000)),
        run.history(samples=1_000_000, pandas=False),
        run.history(samples=1_000_000, keys=[key], pandas=False),
    ],
    "sampled": run.history(samples=10_000, pandas=False),
    "sampled_keys": run.history(keys=[key], x_axis="_step", pandas=False),
    "histories": api.runs("/".join(ARGUMENTS["path"].split("/")[:2])).histories(samples=5, format="default")
    if ARGUMENTS.get("histories")
    else None,
}
if hasattr(run, "beta_scan_history"):
    found["beta"] = list(run.beta_scan_history(page_size=9))
if hasattr(run, "download_history_exports"):
    try:
        result = run.download_history_exports(ARGUMENTS["folder"])
        found["exported"] = sorted(map(str, result.paths))
        found["errors"] = {str(path): str(error) for path, error in result.errors.items()}
    except Exception as error:  # noqa: BLE001 - the test looks at its name
        found["refused"] = type(error).__name__
answer(found)
