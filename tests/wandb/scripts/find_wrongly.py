"""Asks for runs in ways that are not allowed, and answers what the SDK says."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

errors = {}
for name, options in ARGUMENTS["lists"].items():
    try:
        errors[name] = ["none", [run.id for run in wandb.Api(timeout=15).runs(ARGUMENTS["path"], **options)]]
    except Exception as error:  # noqa: BLE001 - whatever comes is the answer
        errors[name] = [type(error).__name__, str(error)]
answer(errors)
