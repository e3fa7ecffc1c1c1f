"""Artifacts that are made in other ways: in increments, by several processes, of references, from another version."""

import hashlib
from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PROJECT = ARGUMENTS["project"]
PATH = f"ada/{PROJECT}"


def made(name: str, files: dict[str, str], **options: object) -> wandb.Artifact:
    """An artifact of these texts by file name."""
    artifact = wandb.Artifact(name, type="dataset", **options)
    for path, text in files.items():
        with artifact.new_file(path) as file:
            file.write(text)
    return artifact


def texts(name: str) -> dict[str, str]:
    """The files of an artifact, downloaded."""
    folder = Path(wandb.Api().artifact(f"{PATH}/{name}").download(root=f"read/{name.replace(':', '-')}"))
    return {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*") if file.is_file()}


found: dict[str, object] = {}
with wandb.init(project=PROJECT, id="increments") as run:
    run.log_artifact(made("growing", {"a.txt": "a", "both.txt": "old"})).wait()
    run.log_artifact(made("growing", {"b.txt": "b", "both.txt": "new"}, incremental=True)).wait()
found["increments"] = texts("growing:v1")

for writer in ("one", "two"):
    with wandb.init(project=PROJECT, id=f"writer-{writer}", group="writers") as run:
        files = {f"{writer}-{number}.txt": writer for number in range(2)}
        run.upsert_artifact(made("together", files), distributed_id="together")
exists = wandb.Api().artifact_exists(f"{PATH}/together:v0")
with wandb.init(project=PROJECT, id="finisher", group="writers") as run:
    run.finish_artifact(wandb.Artifact("together", type="dataset"), distributed_id="together")
found["together"] = [exists, texts("together:v0"), wandb.Api().artifact(f"{PATH}/together:v0").file_count]

outside = Path("outside.txt")
outside.write_text("outside")
with wandb.init(project=PROJECT, id="references") as run:
    target = made("target", {"t.txt": "target"})
    pointing = wandb.Artifact("pointing", type="dataset")
    pointing.add_reference(outside.resolve().as_uri(), name="outside.txt")
    pointing.add_reference("https://files.invalid/a.bin", name="far.bin", checksum=False)
    run.log_artifact(pointing).wait()
    run.log_artifact(target).wait()
    again = wandb.Artifact("pointing", type="dataset")
    again.add_reference(outside.resolve().as_uri(), name="outside.txt")
    again.add_reference("https://files.invalid/a.bin", name="far.bin", checksum=False)
    same = run.log_artifact(again).wait().version
    to_other = wandb.Artifact("to-other", type="dataset")
    to_other.add_reference(wandb.Api().artifact(f"{PATH}/target:v0").get_entry("t.txt"), name="inner.txt")
    run.log_artifact(to_other).wait()
read = wandb.Api().artifact(f"{PATH}/pointing:v0")
found["references"] = {
    "same": same,
    "refs": {name: entry.ref for name, entry in read.manifest.entries.items()},
    "size": read.size,
    "text": Path(read.get_entry("outside.txt").download(root="fetched")).read_text(),
    "expected": outside.resolve().as_uri(),
    "followed": texts("to-other:v0"),
}

draft = wandb.Api().artifact(f"{PATH}/growing:v0").new_draft()
with draft.new_file("drafted.txt") as file:
    file.write("drafted")
draft.remove("a.txt")
with wandb.init(project=PROJECT, id="drafts") as run:
    found["draft"] = [run.log_artifact(draft).wait().version, texts("growing:v2")]

alone = made("alone", {"file.txt": "alone"})
alone.save(project=PROJECT)
alone.wait()
found["alone"] = [alone.version, wandb.Api().artifact(f"{PATH}/alone:v0").logged_by() is not None]

empty = wandb.Artifact("empty", type="dataset")
with wandb.init(project=PROJECT, id="empties") as run:
    found["empty"] = run.log_artifact(empty).wait().digest
    found["empty digest"] = hashlib.md5(b"wandb-artifact-manifest-v1\n").hexdigest()
    try:
        run.log_artifact(wandb.Artifact("alone", type="model"))
    except ValueError as error:
        found["type"] = str(error)
    if ARGUMENTS["region"]:
        region = wandb.Artifact("far", type="dataset", storage_region="no-such-region")
        try:
            run.log_artifact(region).wait()
        except Exception as error:  # noqa: BLE001
            found["region"] = str(error)
        near = made("near", {"file.txt": "near"}, storage_region=ARGUMENTS["region"])
        run.log_artifact(near).wait()
        found["near"] = Path(near.get_entry("file.txt").download(root="near")).read_text()
answer(found)
