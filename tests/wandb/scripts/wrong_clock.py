"""A run of a program whose clock is wrong by some seconds."""

import time
from pathlib import Path

from tests.wandb.scripts.script import ARGUMENTS

right = time.time
right_ns = time.time_ns
time.time = lambda: right() + ARGUMENTS["ahead_s"]
time.time_ns = lambda: right_ns() + int(ARGUMENTS["ahead_s"] * 1e9)

import wandb  # noqa: E402

settings = wandb.Settings(x_file_stream_transmit_interval=1.0)
run = wandb.init(project="clocks", id=ARGUMENTS["run"], resume="allow", settings=settings)
run.log({"loss": 1.0})
name = f"go-on-{ARGUMENTS['run']}-{ARGUMENTS['part']}"
while not Path(name).exists():
    run.log({"loss": 0.5})
    time.sleep(0.3)
run.finish(exit_code=ARGUMENTS["exit_code"])
