"""Logs images under hard names, and a metric whose name is too long; what `wandb.Api()` then finds."""

import importlib.util
from pathlib import Path

import numpy
import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

HAS_IMAGES = importlib.util.find_spec("PIL") is not None


def media(number: int) -> object:
    """An image; a page where Pillow is missing."""
    return wandb.Image(numpy.full((4, 4, 3), number, numpy.uint8)) if HAS_IMAGES else wandb.Html(f"<p>{number}</p>")


name = ARGUMENTS["name"]
with wandb.init(project=name, id=ARGUMENTS["run"], name=name, tags=[name]) as run:
    run.log({"plain": media(1)})
    run.log({"a\tb": media(2), name: media(3)})
    run.log({"loss": 0.5, "k" * 2100: 1.0, "eval": {"acc": 1, "k" * 2100: 2.0}})
    run.tags = (name, "a\tb")
    run.config["late"] = 1

# Older versions take a run whose id is its project's name for another.
path = f"ada/{name}/{ARGUMENTS['run']}"
read = wandb.Api().run(path)
rows = list(read.scan_history())
paths = {key: row[key]["path"] for row in rows for key in ("plain", "a\tb", name) if key in row}
downloads = {}
for key, file in paths.items():
    with read.file(file).download(root="downloads", replace=True) as handle:
        assert Path(handle.name).stat().st_size > 0
    downloads[key] = read.file(file).name
answer(
    {
        "path": path,
        "names": [read.entity, read.project, read.id, read.name],
        "tags": read.tags,
        "late": read.config.get("late"),
        "files": [file.name for file in read.files()],
        "paths": paths,
        "downloads": downloads,
        "losses": [row["loss"] for row in rows if "loss" in row],
        "evaluated": [row["eval"] for row in rows if "eval" in row],
    }
)
