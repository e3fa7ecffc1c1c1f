"""Prints a progress bar on its very first line, then plain lines to both streams."""

import sys
import time

import wandb

from tests.wandb.scripts.script import ARGUMENTS

with wandb.init(project="console", id=ARGUMENTS["run"], resume=ARGUMENTS.get("resume")):
    # What tqdm does: one line, rewritten again and again while it is sent.
    for done in range(21):
        sys.stdout.write(f"\r{done * 5:3}%|{'#' * done}")
        sys.stdout.flush()
        time.sleep(ARGUMENTS["pause_s"])
    print()
    for number in range(5):
        print(f"line {number}")
    print("a complaint", file=sys.stderr)
