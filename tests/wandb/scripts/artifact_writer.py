"""One of many processes that log into one collection at once: what no other logs, and what all do."""

import time
from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

NUMBER = ARGUMENTS["number"]


def logged(run: wandb.Run, name: str, text: str) -> wandb.Artifact:
    """The version that an artifact of one file became."""
    artifact = wandb.Artifact(name, type="dataset")
    with artifact.new_file("file.txt") as file:
        file.write(text)
    return run.log_artifact(artifact, aliases=[f"by-{NUMBER}"]).wait()


with wandb.init(project=ARGUMENTS["project"], id=f"writer-{NUMBER}") as run:
    Path(f"ready-{NUMBER}").touch()
    while not Path("go").exists():
        time.sleep(0.05)
    own, shared = logged(run, "set", f"text {NUMBER}"), logged(run, "shared", "the same")
answer({"own": own.version, "shared": [shared.id, shared.version]})
