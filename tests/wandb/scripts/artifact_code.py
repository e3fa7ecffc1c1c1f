"""Saves its own code as an artifact, and logs tables, each of which is one too."""

from pathlib import Path

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

Path("src").mkdir()
Path("src/train.py").write_text("print('hello')\n")
with wandb.init(project=ARGUMENTS["project"], id="code") as run:
    run.log_code("src")
    for rows in (1, 2):
        run.log({"table": wandb.Table(columns=["a", "b"], data=[[number, "x"] for number in range(rows)])})

read = wandb.Api().run(f"ada/{ARGUMENTS['project']}/code")
by_type: dict[str, list[str]] = {}
for artifact in read.logged_artifacts():
    by_type.setdefault(artifact.type, []).append(artifact.name)
(code,) = by_type["code"]
folder = Path(wandb.Api().artifact(f"ada/{ARGUMENTS['project']}/{code}").download())
table = wandb.Api().artifact(f"ada/{ARGUMENTS['project']}/run-code-table:latest")["table"]
answer(
    {
        "types": {kind: sorted(names) for kind, names in by_type.items()},
        "code": [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()],
        "table": [table.columns, table.data],
    }
)
