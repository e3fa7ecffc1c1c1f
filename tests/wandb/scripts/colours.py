"""Prints colours."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS

with wandb.init(project="console", id=ARGUMENTS["run"]):
    for number in range(3):
        print(f"\x1b[31mred\x1b[0m {number}")
