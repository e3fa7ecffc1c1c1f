"""Tries what cannot be, and answers the kind and the words of each error."""

from collections.abc import Callable
from functools import partial
from typing import Any

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

errors: dict[str, list[str] | None] = {}


def tell(name: str, attempt: Callable[[], object]) -> None:
    errors[name] = None
    try:
        attempt()
    except Exception as error:  # noqa: BLE001 - whatever comes is the answer
        errors[name] = [type(error).__name__, str(error)]


def read(path: str) -> None:
    wandb.Api(timeout=15).run(path)


def log(**settings: Any) -> None:
    wandb.init(**settings).finish()


for name, path in ARGUMENTS.get("reads", {}).items():
    tell(name, partial(read, path))
for name, changes in ARGUMENTS.get("runs", {}).items():
    tell(name, partial(log, **changes))
if size := ARGUMENTS.get("config_bytes"):
    tell("large config", partial(log, project="good", config={"large": "x" * size}))
answer(errors)
