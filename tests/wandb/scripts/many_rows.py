"""Logs so many rows, one every so often, each with a text of so many bytes."""

import time

import wandb

from tests.wandb.scripts.script import ARGUMENTS

text = {"text": "x" * ARGUMENTS["text_bytes"]} if "text_bytes" in ARGUMENTS else {}
with wandb.init(project=ARGUMENTS["project"], id=ARGUMENTS["run"]) as run:
    for number in range(ARGUMENTS["rows"]):
        run.log({"number": number, "square": number * number, "writer": ARGUMENTS["run"], **text})
        print(f"row {number}")
        time.sleep(ARGUMENTS.get("pause_s", 0))
