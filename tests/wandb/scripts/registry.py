"""Asks for registries, which need an organization; answers what the SDK raises, each by its name."""

from collections.abc import Callable
from typing import Any

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

raised: dict[str, str | None] = {}


def ask(name: str, what: Callable[[], Any]) -> None:
    """Keep what the SDK raises."""
    try:
        what()
        raised[name] = None
    except Exception as error:  # noqa: BLE001
        raised[name] = f"{type(error).__name__}: {error}"


with wandb.init(project=ARGUMENTS["project"], id="logs") as run:
    artifact = wandb.Artifact("net", type="model")
    with artifact.new_file("file.txt") as file:
        file.write("net")
    logged = run.log_artifact(artifact).wait()
    ask("link of a run", lambda: run.link_artifact(logged, "wandb-registry-model/nets"))
    ask("link", lambda: logged.link("wandb-registry-model/nets"))
api = wandb.Api()
ask("read", lambda: api.artifact("wandb-registry-model/nets:v0"))
ask("list", lambda: list(api.registries()))
# With an entity it is a project as any other.
ask("full path", lambda: api.artifact("ada/wandb-registry-model/nets:v0"))
answer(raised)
