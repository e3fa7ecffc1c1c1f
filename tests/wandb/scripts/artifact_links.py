"""Links artifacts into portfolios, reads them there, and takes them out again."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PROJECT = ARGUMENTS["project"]
PATH = f"ada/{PROJECT}"


def draft(name: str, text: str) -> wandb.Artifact:
    """One file, not logged yet."""
    artifact = wandb.Artifact(name, type="model")
    with artifact.new_file("file.txt") as file:
        file.write(text)
    return artifact


with wandb.init(project=PROJECT, id="links") as run:
    run.log_artifact(draft("net", "first"), aliases=["of-sequence"]).wait()
    second = run.log_artifact(draft("net", "second"))
    # Linked while it may still be on its way.
    run.link_artifact(second, f"{PATH}/shelf", aliases=["of-portfolio"])
    second.wait()
    for shelf in ("other", f"elsewhere-{PROJECT}/shelf"):
        run.link_artifact(second, shelf)
    unlogged = draft("late", "late")
    run.link_artifact(unlogged, f"{PATH}/late-shelf")
    used = run.use_artifact(f"{PATH}/shelf:latest")
    (read,) = [file.name for file in used.files()]
    text = used.get_entry("file.txt").download(root="linked")

api = wandb.Api()
linked = api.artifact(f"{PATH}/shelf:latest")
source = api.artifact(f"{PATH}/net:v1")
portfolio_aliases = [sorted(linked.aliases), sorted(source.aliases)]
linked.aliases = ["moved"]
linked.save()
links = api.artifact(f"{PATH}/net:v1").linked_artifacts
found = {
    "linked": [linked.name, linked.version, linked.source_name, linked.is_link, source.is_link],
    "aliases": portfolio_aliases,
    "changed": [sorted(api.artifact(f"{PATH}/shelf:v0").aliases), sorted(api.artifact(f"{PATH}/net:v1").aliases)],
    "links": sorted(one.qualified_name for one in links),
    "late": [unlogged.is_draft(), api.artifact(f"{PATH}/late-shelf:v0").source_name],
    "collections": [linked.collection.name, linked.source_collection.name],
    "files": read,
    "used by": [one.id for one in api.artifact(f"{PATH}/net:v1").used_by()],
    "same link": api.artifact(f"{PATH}/net:v1").link(f"{PATH}/shelf").version
    if ARGUMENTS["is_new"]
    else linked.version,
}
linked.unlink()
found["unlinked"] = [api.artifact_exists(f"{PATH}/{name}") for name in ("shelf:v0", "net:v1")]
found["left"] = len(api.artifact(f"{PATH}/net:v1").linked_artifacts)
api.artifact(f"{PATH}/other:v0").delete()
found["deleted link"] = [api.artifact_exists(f"{PATH}/{name}") for name in ("other:v0", "net:v1")]
try:
    api.artifact(f"{PATH}/net:v1").unlink()
except ValueError as error:
    found["source"] = str(error)
answer(found)
