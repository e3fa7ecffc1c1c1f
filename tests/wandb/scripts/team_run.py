"""Logs to a project of a team, with an artifact and a file, and reads all of it back by its path."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

Path("weights.txt").write_text("1 2 3")
with wandb.init(entity=ARGUMENTS["entity"], project="shared", id=ARGUMENTS["run"]) as run:
    run.log({"loss": 0.5})
    run.save("weights.txt", policy="now")
    artifact = wandb.Artifact(ARGUMENTS["run"], "model")
    artifact.add_file("weights.txt")
    run.log_artifact(artifact)
    path = run.path

api = wandb.Api()
found = api.run(path)
fetched = api.artifact(f"{found.entity}/shared/{ARGUMENTS['run']}:latest").download("fetched")
answer(
    {
        "path": path,
        "rows": [row["loss"] for row in found.scan_history()],
        "files": [file.name for file in found.files() if file.name == "weights.txt"],
        "artifact": (Path(fetched) / "weights.txt").read_text(),
        "runs": ARGUMENTS["run"] in [run.id for run in api.runs(f"{found.entity}/shared")],
        "entity": api.default_entity,
    }
)
