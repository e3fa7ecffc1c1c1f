"""Logs rows, of which the server gets some, and dies without a word: the others are in the run's folder alone."""

import contextlib
import os
import signal
import subprocess
import time

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

settings = wandb.Settings(x_file_stream_transmit_interval=1.0)
run = wandb.init(project="sync", id=ARGUMENTS["run"], config={"lr": 0.5}, settings=settings)
for number in range(20):
    run.log({"number": number, "loss": 1 / (1 + number)})
print("printed before")
# However slow the machine: the server has the summary of these rows before the others are logged.
until = time.monotonic() + 60
while wandb.Api().run(run.path).summary.get("number") != 19 and time.monotonic() < until:
    time.sleep(0.5)
for number in range(20, 40):
    run.log({"number": number, "loss": 1 / (1 + number)})
print("printed after")
time.sleep(0.3)
answer({"folder": run.settings.sync_dir})
# The SDK's own process too, which would send what it has.
children = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True, check=False).stdout
for child in children.split():
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(child), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
