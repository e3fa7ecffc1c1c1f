"""Sends, overwrites and deletes files of an ended run through `wandb.Api`."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

with wandb.init(project="files", id=ARGUMENTS["run"]) as run:
    run.log({"loss": 1})
    path = f"{run.entity}/{run.project}/{run.id}"

read = wandb.Api().run(path)
Path("out/sub").mkdir(parents=True)
source = Path("out/sub/late.txt")
source.write_text("late")
first = read.upload_file(str(source), root="out")
source.write_text("later still")
second = read.upload_file(str(source), root="out")
before = sorted(file.name for file in read.files())
with second.download(root="downloads", replace=True) as handle:
    content = handle.read()
read.file("config.yaml").delete()
second.delete()
after = sorted(file.name for file in wandb.Api().run(path).files())
answer(
    {
        "path": path,
        "name": first.name,
        "sizes": [first.size, second.size],
        "text": content,
        "before": before,
        "after": after,
    }
)
