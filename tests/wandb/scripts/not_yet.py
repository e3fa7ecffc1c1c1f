"""Asks for what a server may not have; answers what the SDK raises in the user's line, each by its name."""

from collections.abc import Callable
from typing import Any

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

SWEEP = {"method": "random", "parameters": {"a": {"values": [1]}}}
raised: dict[str, str | None] = {}


def ask(name: str, what: Callable[[], Any]) -> None:
    """Keep what the SDK raises."""
    try:
        what()
        raised[name] = None
    except Exception as error:  # noqa: BLE001
        raised[name] = f"{type(error).__name__}: {error}"


with wandb.init(project="missing", id=ARGUMENTS["run"]) as run:
    run.log({"loss": 0})
    ask("sweep", lambda: wandb.sweep(SWEEP, project="missing", entity=run.entity))
    run.log({"loss": 1})
answer(raised)
