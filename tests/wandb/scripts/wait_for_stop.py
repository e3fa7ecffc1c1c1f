"""Logs until it is told to stop: so much that it is sent, and answered, every few seconds."""

import time

import wandb

from tests.wandb.scripts.script import ARGUMENTS

run = wandb.init(project="stop", id=ARGUMENTS["run"])
for number in range(600):
    run.log({"number": number, "text": "x" * 250_000})
    time.sleep(0.1)
