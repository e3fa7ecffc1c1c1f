"""Changes artifacts after they were logged: aliases, tags, text, metadata, time to live; and deletes versions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PATH = f"ada/{ARGUMENTS['project']}"


def version(text: str) -> wandb.Artifact:
    """One file with this text."""
    artifact = wandb.Artifact("set", type="dataset", metadata={"text": text, "nothing": float("nan")})
    with artifact.new_file("file.txt") as file:
        file.write(text)
    return artifact


def refusal(what: Callable[[], Any]) -> str | None:
    """What the SDK raises."""
    try:
        what()
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return None


def read(name: str) -> wandb.Artifact:
    """The artifact as somebody else sees it."""
    return wandb.Api().artifact(f"{PATH}/{name}")


with wandb.init(project=ARGUMENTS["project"], id="logs") as run:
    _, _, logged = (
        run.log_artifact(version(text), aliases=["latest", text], tags=["first tag"]).wait()
        for text in ("zero", "one", "two")
    )
    before_rows = logged.history_step
    run.log({"loss": 1})
    after_row = run.log_artifact(version("three")).wait().history_step
    logged.aliases.append("added")
    logged.tags = ["second", "third"]
    logged.description = "new words"
    logged.metadata["more"] = [1, {"a": None}]
    logged.ttl = timedelta(days=2)
    logged.save()

changed = read("set:two")
wrong = read("set:two")
wrong.tags.append("!wrong")
kept = read("set:zero")
kept.aliases = ["two"]
kept.save()
dropped = read("set:added")
forever = read("set:v1")
forever.ttl = None
forever.save()

found = {
    "steps": [before_rows, after_row],
    "changed": {
        "aliases": sorted(changed.aliases),
        "tags": sorted(changed.tags),
        "told": sorted(logged.tags),
        "description": changed.description,
        "metadata": changed.metadata,
        "ttl": changed.ttl.total_seconds() if changed.ttl else None,
    },
    "forever": read("set:v1").ttl,
    "wrong": refusal(wrong.save),
    "moved": [sorted(read("set:v0").aliases), sorted(dropped.aliases)],
    "with aliases": refusal(read("set:v2").delete),
    "deleted": refusal(lambda: read("set:v2").delete(delete_aliases=True)),
    "exists": [wandb.Api().artifact_exists(f"{PATH}/set:{name}") for name in ("v2", "added", "v3")],
    "missing": refusal(lambda: read("set:v2")),
}
with wandb.init(project=ARGUMENTS["project"], id="logs-more") as run:
    found["next"] = run.log_artifact(version("four")).wait().version
read("set:v4").delete(delete_aliases=True)
found["latest"] = read("set:latest").version
found["no project"] = refusal(lambda: wandb.Api().artifact("ada/no-such-project/set:v0"))
answer(found)
