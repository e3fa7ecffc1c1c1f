"""Logs tables into artifacts: with media in their cells, of several parts, joined, and by the run itself."""

import datetime

import numpy
import wandb

from tests.wandb.scripts.script import ARGUMENTS

PIXELS = numpy.zeros((4, 6, 3), numpy.uint8)
WHEN = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


def pictures(first: int) -> wandb.Table:
    """A table with a picture in each row."""
    table = wandb.Table(columns=["id", "picture", "page"])
    for number in range(first, first + 2):
        image = wandb.Image(PIXELS + number, caption=f"picture {number}")
        table.add_data(number, image, wandb.Html(f"<p>{number}</p>", inject=False))
    return table


with wandb.init(project="tables", id=ARGUMENTS["run"]) as run:
    artifact = wandb.Artifact(f"tables-{ARGUMENTS['run']}", type="dataset")
    artifact.add(pictures(1), "pictures")
    artifact.add(wandb.Image(PIXELS, caption="alone"), "alone")
    for part in range(2):
        artifact.add(pictures(10 * part), f"parts/{part}")
    artifact.add(wandb.data_types.PartitionedTable(parts_path="parts"), "whole")
    left = wandb.Table(columns=["id", "text"], data=[[1, "one"], [2, "two"]])
    right = wandb.Table(columns=["id", "text", "more"], data=[[2, "zwei", 2.5], [3, "drei", 3.5]])
    joined = wandb.data_types.JoinedTable(left, right, "id")
    artifact.add(joined, "joined")
    special = wandb.Table(columns=["when", "array"], data=[[WHEN, numpy.arange(6).reshape(2, 3)]])
    artifact.add(special, "special")
    run.log_artifact(artifact).wait()
    run.log({"pictures": pictures(1)})
    if ARGUMENTS["is_new"]:
        stored = wandb.Api().artifact(f"ada/tables/tables-{ARGUMENTS['run']}:v0")
        run.log({"joined": stored.get("joined")})
