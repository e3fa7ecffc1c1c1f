"""Logs more versions than a page has, finds them by tag and alias, and changes them by a run of the public API."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PROJECT = ARGUMENTS["project"]
PATH = f"ada/{PROJECT}"
VERSIONS = 12


def made(name: str, text: str) -> wandb.Artifact:
    """An artifact of one file."""
    artifact = wandb.Artifact(name, type="dataset")
    with artifact.new_file("file.txt") as file:
        file.write(text)
    return artifact


found: dict[str, object] = {}
with wandb.init(project=PROJECT, id="many") as run:
    for number in range(VERSIONS):
        tags = ["even" if number % 2 == 0 else "odd", "every"]
        run.log_artifact(made("set", f"text {number}"), aliases=[f"number-{number}"], tags=tags)
api = wandb.Api()
found["every"] = [one.version for one in api.artifacts("dataset", f"{PATH}/set", per_page=5)]
found["even"] = [one.version for one in api.artifacts("dataset", f"{PATH}/set", tags="even", per_page=5)]
found["tagged"] = [one.version for one in api.artifacts("dataset", f"{PATH}/set", tags=["odd", "every"], per_page=5)]
found["by alias"] = [api.artifact(f"{PATH}/set:number-{number}").version for number in range(VERSIONS)]

with wandb.init(project=PROJECT, id="private") as run:
    run.log({"x": 1})
public = wandb.Api().run(f"{PATH}/private")
logged = public.log_artifact(api.artifact(f"{PATH}/set:v3"), aliases=ARGUMENTS["aliases"])
used = public.use_artifact(api.artifact(f"{PATH}/set:v5"), use_as="input")
api.artifact(f"{PATH}/set:v7").link(f"{PATH}/shelf", aliases=["best"])
public = wandb.Api().run(f"{PATH}/private")
found["public"] = {
    "logged": logged.source_name if hasattr(logged, "source_name") else logged.name,
    "used": used.name,
    "outputs": [one.version for one in public.logged_artifacts()],
    "inputs": [one.version for one in public.used_artifacts()],
    "aliases": wandb.Api().artifact(f"{PATH}/set:v3").aliases,
    "linked": wandb.Api().artifact(f"{PATH}/shelf:best").source_version,
}

# Each refers to an entry of the one before.
with wandb.init(project=PROJECT, id="hops") as run:
    run.log_artifact(made("hop-0", "over three hops")).wait()
    for hop in range(1, 4):
        artifact = wandb.Artifact(f"hop-{hop}", type="dataset")
        artifact.add_reference(wandb.Api().artifact(f"{PATH}/hop-{hop - 1}:v0").get_entry("file.txt"), "file.txt")
        run.log_artifact(artifact).wait()
last = wandb.Api().artifact(f"{PATH}/hop-3:v0")
found["hops"] = (Path(last.download(root="hops")) / "file.txt").read_text()
answer(found)
