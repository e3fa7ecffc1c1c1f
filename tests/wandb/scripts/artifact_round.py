"""Logs versions of an artifact, uses one in another run, and downloads it in each way that there is."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PROJECT = ARGUMENTS["project"]


def weights(text: str) -> wandb.Artifact:
    """Two files, one of them in a folder, the other without a byte."""
    artifact = wandb.Artifact("weights", type="model", description="first words", metadata={"lr": 0.5, "n": [1, 2]})
    with artifact.new_file("a b/größe.txt", encoding="utf-8") as file:
        file.write(text)
    with artifact.new_file("empty.bin", mode="wb"):
        pass
    return artifact


def told(artifact: wandb.Artifact) -> dict[str, object]:
    """What an artifact says of itself."""
    return {
        "name": artifact.name,
        "source": artifact.source_name,
        "version": artifact.version,
        "aliases": sorted(artifact.aliases),
        "state": artifact.state,
        "type": artifact.type,
        "digest": artifact.digest,
        "size": artifact.size,
        "files": artifact.file_count,
        "description": artifact.description,
        "metadata": dict(artifact.metadata),
    }


with wandb.init(project=PROJECT, id="logs") as run:
    first = run.log_artifact(weights("one"), aliases=["best"]).wait()
    repeated = run.log_artifact(weights("one"), aliases=["again"]).wait()
    second = run.log_artifact(weights("two")).wait()
    logged = [told(first), told(repeated), told(second)]

with wandb.init(project=PROJECT, id="uses") as run:
    used = run.use_artifact("weights:best", use_as="start")
    used_name = used.name
    folder = Path(used.download())
    downloaded = {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*") if file.is_file()}
    entry = Path(used.get_entry("a b/größe.txt").download(root="entry")).read_text()
    used.verify()

api = wandb.Api()
read = api.artifact(f"ada/{PROJECT}/weights:v1")
listed = {file.name: file.size for file in read.files()}
(one,) = list(read.files(names=["a b/größe.txt"]))
with one.download(root="one", replace=True) as opened:
    one_text = Path(opened.name).read_text(encoding="utf-8")
logs, uses = api.run(f"ada/{PROJECT}/logs"), api.run(f"ada/{PROJECT}/uses")
answer(
    {
        "logged": logged,
        "used": used_name,
        "downloaded": downloaded,
        "entry": entry,
        "read": told(read),
        "listed": listed,
        "one": one_text,
        "versions": [version.name for version in api.artifacts("model", f"ada/{PROJECT}/weights")],
        "outputs": sorted(found.name for found in logs.logged_artifacts()),
        "inputs": [found.name for found in uses.used_artifacts()],
        "counts": [len(logs.logged_artifacts()), len(uses.used_artifacts())],
        "logged_by": read.logged_by().id,
        "used_by": [by.id for by in api.artifact(f"ada/{PROJECT}/weights:v0").used_by()],
        "exists": [
            api.artifact_exists(f"ada/{PROJECT}/{name}")
            for name in ("weights:v1", "weights:best", "weights:v7", "x:v0")
        ],
    }
)
