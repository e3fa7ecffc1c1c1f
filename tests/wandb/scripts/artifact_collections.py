"""Lists and changes types and collections of a project, and pages of versions from cursors that were kept."""

from __future__ import annotations

import itertools

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PROJECT = ARGUMENTS["project"]
PATH = f"ada/{PROJECT}"


def log(run: wandb.Run, name: str, kind: str, text: str) -> wandb.Artifact:
    """A version with one file."""
    artifact = wandb.Artifact(name, type=kind)
    with artifact.new_file("file.txt") as file:
        file.write(text)
    return run.log_artifact(artifact).wait()


with wandb.init(project=PROJECT, id="logs") as run:
    for number in range(5):
        log(run, "beta", "dataset", str(number)).link(f"{PATH}/portfolio", aliases=[f"linked-{number}"])
    log(run, "alpha", "dataset", "alpha")
    log(run, "gamma", "model", "gamma")

api = wandb.Api()
found = {
    "types": sorted(kind.name for kind in api.artifact_types(PATH)),
    "collections": [one.name for one in api.artifact_collections(PATH, "dataset")],
    "exists": [
        api.artifact_collection_exists(f"{PATH}/beta", "dataset"),
        api.artifact_collection_exists(f"{PATH}/delta", "dataset"),
    ],
    "newest first": [one.version for one in api.artifacts("dataset", f"{PATH}/beta")],
    "count": len(api.artifacts("dataset", f"{PATH}/beta", per_page=2)),
    "pages": [one.version for one in api.artifacts("dataset", f"{PATH}/beta", per_page=2)],
    "of portfolio": [one.name for one in api.artifacts("dataset", f"{PATH}/portfolio")],
    "tagged": [one.version for one in api.artifacts("dataset", f"{PATH}/beta", tags="none")],
}
if ARGUMENTS["is_new"]:
    versions = api.artifacts("dataset", f"{PATH}/beta", order="+version_index", per_page=2)
    first = [one.version for one in itertools.islice(versions, 2)]
    cursor = versions.cursor
    rest = api.artifacts("dataset", f"{PATH}/beta", order="+version_index", per_page=2, start=cursor)
    dataset = api.artifact_type("dataset", project=PATH)
    found |= {
        "oldest first": first,
        "by time": [one.version for one in api.artifacts("dataset", f"{PATH}/beta", order="created_at", per_page=2)],
        "from a cursor": [one.version for one in rest],
        "named": [one.name for one in dataset.collections(filters={"name": "beta"})],
        "by name": [one.name for one in dataset.collections(order="name")],
        "of project": [one.name for one in api.project(PROJECT, "ada").collections(order="-name")],
    }

collection = api.artifact_collection("dataset", f"{PATH}/beta")
found["aliases"] = sorted(collection.aliases)
collection.name = "renamed"
collection.description = "words"
collection.type = "samples"
collection.tags = ["one", "two"]
collection.save()
collection.tags = ["two", "three"]
collection.save()
portfolio = api.artifact_collection("dataset", f"{PATH}/portfolio")
if ARGUMENTS["is_new"]:
    # Before, the SDK takes no empty text.
    portfolio.description = ""
    portfolio.save()

fresh = wandb.Api()
changed = fresh.artifact_collection("samples", f"{PATH}/renamed")
found |= {
    "changed": [changed.name, changed.description, changed.type, sorted(changed.tags), changed.is_sequence()],
    "portfolio": [fresh.artifact_collection("dataset", f"{PATH}/portfolio").description, portfolio.is_sequence()],
    "by new name": fresh.artifact(f"{PATH}/renamed:v1").source_name,
    "linked": fresh.artifact(f"{PATH}/portfolio:v1").source_name,
}
portfolio.delete()
found["after portfolio"] = [fresh.artifact_exists(f"{PATH}/{name}") for name in ("portfolio:v1", "renamed:v1")]
changed.delete()
found["after sequence"] = [fresh.artifact_exists(f"{PATH}/renamed:v1"), fresh.artifact_exists(f"{PATH}/alpha:v0")]
answer(found)
