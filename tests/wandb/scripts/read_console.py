"""Reads captured output through `wandb.Api`, in pages and from the end."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.Api().run(ARGUMENTS["path"])
answer(
    {
        "all": [line.content for line in run.console_logs(per_page=5)],
        "last": [line.content for line in run.console_logs(last=ARGUMENTS["last"])],
    }
)
