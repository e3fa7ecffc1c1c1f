"""Downloads an artifact in each of the ways that the SDK has: parts of it, without the cache, into what is there."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PROJECT = ARGUMENTS["project"]
NAME = f"ada/{PROJECT}/tree:v0"


def texts(folder: str | Path) -> dict[str, str]:
    """The files below a directory."""
    found = Path(folder)
    return {file.relative_to(found).as_posix(): file.read_text() for file in found.rglob("*") if file.is_file()}


def cached() -> int:
    """How many files of artifacts the SDK's cache has."""
    return sum(file.is_file() for file in (Path(ARGUMENTS["cache"]) / "artifacts" / "obj").rglob("*"))


found: dict[str, object] = {}
if ARGUMENTS["step"] == "log":
    tree = wandb.Artifact("tree", type="dataset")
    for name in ("a/1.txt", "a/2.txt", "b/3.txt", "root.txt"):
        with tree.new_file(name) as file:
            file.write(f"text of {name}")
    with wandb.init(project=PROJECT, id="logs") as run:
        run.log_artifact(tree).wait()
elif ARGUMENTS["step"] == "read":
    artifact = wandb.Api().artifact(NAME)
    found["below a"] = texts(artifact.download(root="part", path_prefix="a/"))
    before = found["cached as usual"] = cached()
    found["skipped"] = texts(artifact.download(root="skipped", skip_cache=True))
    found["cached by skipping"] = cached() - before
elif ARGUMENTS["step"] == "check out":
    # Not after `skip_cache`: the SDK would go on to take the file that it downloaded last for what its cache has.
    mixed = Path("mixed")
    mixed.mkdir()
    (mixed / "stays not.txt").write_text("mine")
    (mixed / "root.txt").write_text("changed")
    wandb.Api().artifact(NAME).checkout(root=str(mixed))
    found["checked out"] = texts(mixed)
else:
    # As many addresses as there are files are refused once.
    artifact = wandb.Api().artifact(NAME)
    found["all"] = texts(artifact.download(root="again", skip_cache=True))
    found["one"] = Path(artifact.get_entry("a/1.txt").download(root="one", skip_cache=True)).read_text()
answer(found)
