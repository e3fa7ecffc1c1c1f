"""Runs that end in every way there is, each logging until it is its turn; what is sent is sent every second."""

import sys
import time
from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS

HOW = ARGUMENTS["how"]
# After a failure it waits three seconds at most instead of a minute, so that a test takes no longer.
settings = wandb.Settings(
    x_file_stream_transmit_interval=1.0, x_file_stream_retry_wait_min_seconds=1, x_file_stream_retry_wait_max_seconds=3
)
run = wandb.init(project="ends", id=HOW, settings=settings)
Path(f"began-{HOW}").touch()
number = 0


def go_on() -> None:
    """Log one more row."""
    global number
    run.log({"number": number, "loss": 1 / (1 + number)})
    number += 1
    time.sleep(0.2)


if HOW == "preempting":
    run.mark_preempting()
# Some are ended from outside: by a signal, or by the server.
while HOW in ("interrupt", "terminate", "kill", "stop") or not Path(f"end-{HOW}").exists():
    go_on()
    if HOW in ("normal", "exception", "exit", "code", "preempting") and number >= 5:
        break
if HOW == "exception":
    raise ValueError("as told")
if HOW == "exit":
    sys.exit(3)
if HOW == "preempting":
    sys.exit(1)
run.finish(exit_code=7 if HOW == "code" else 0)
