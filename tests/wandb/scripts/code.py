"""A run that saves its code: the program itself, and what was changed since the last commit."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

settings = wandb.Settings(disable_git=False, save_code=True)
with wandb.init(project="code", id=ARGUMENTS["run"], config={"rate": 0.3}, settings=settings) as run:
    run.log({"loss": 1})
