"""Reads every version of a collection and downloads the newest."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

api = wandb.Api()
newest = api.artifact(f"{ARGUMENTS['path']}:latest")
folder = Path(newest.download())
files = [file for file in folder.rglob("*") if file.is_file()]
answer(
    {
        "aliases": {one.version: sorted(one.aliases) for one in api.artifacts(newest.type, ARGUMENTS["path"])},
        "files": {
            file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*") if file.is_file()
        },
        "metadata": newest.metadata,
        "by": newest.logged_by().id,
    }
)
