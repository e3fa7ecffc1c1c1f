"""Logs, uses and links models, whose calls hide that they are artifacts; and names artifacts in a config."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

PROJECT = ARGUMENTS["project"]
Path("weights.bin").write_bytes(b"weights")

with wandb.init(project=PROJECT, id="models") as run:
    run.log_model("weights.bin", name="net", aliases=["good"])
    run.link_model("weights.bin", registered_model_name="registered", name="net", aliases=["live"])

with wandb.init(project=PROJECT, id="uses") as run:
    used = Path(run.use_model("net:good"))
    registered = Path(run.use_model("ada/model-registry/registered:live"))
    texts = [used.read_bytes().decode(), registered.read_bytes().decode()]

api = wandb.Api()
with wandb.init(project=PROJECT, id="config") as run:
    run.config["model"] = api.artifact(f"ada/{PROJECT}/net:v0")
    run.config["named"] = f"wandb-artifact://ada/{PROJECT}/net:good"
    in_run = run.config["model"].name

read = wandb.Api().run(f"ada/{PROJECT}/config")
answer(
    {
        "texts": texts,
        "in run": in_run,
        "config": {key: read.config[key] for key in ("model", "named")},
        "inputs": [one.name for one in read.used_artifacts()],
        "type": api.artifact(f"ada/{PROJECT}/net:v0").type,
        "used by": sorted(one.id for one in api.artifact(f"ada/{PROJECT}/net:v0").used_by()),
    }
)
