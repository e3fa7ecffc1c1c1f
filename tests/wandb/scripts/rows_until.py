"""Logs a row every so often, with a text of so many bytes, until a file says that it is enough; answers how many."""

import time
from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

text = "x" * ARGUMENTS["text_bytes"]
number = 0
with wandb.init(project=ARGUMENTS["project"], id=ARGUMENTS["run"]) as run:
    while not Path(ARGUMENTS["enough"]).exists():
        run.log({"number": number, "square": number * number, "text": text})
        print(f"row {number}")
        number += 1
        time.sleep(ARGUMENTS["pause_s"])
answer(number)
