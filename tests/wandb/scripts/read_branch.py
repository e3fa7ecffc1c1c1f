"""Reads a run's history in each way that the SDK has. Answers the steps, and the parts that logged them."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

run = wandb.Api().run(f"branches/{ARGUMENTS['run']}")
answer(
    {
        "scanned": [row["_step"] for row in run.scan_history()],
        "parts": [row["part"] for row in run.scan_history()],
        "sampled": [row["_step"] for row in run.history(keys=["part"], pandas=False)],
        "last_step": run.lastHistoryStep,
    }
)
