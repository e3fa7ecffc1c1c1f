"""resume="auto" takes up the run of this folder when its process died without finishing."""

import os
import signal

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.init(project="resume", resume="auto")
answer({"id": run.id, "step": run.starting_step})
run.log({"part": ARGUMENTS["part"]})
if ARGUMENTS["part"] == 0:
    os.kill(os.getpid(), signal.SIGKILL)
run.finish()
