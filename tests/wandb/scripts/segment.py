"""One of several processes of a run, with labels and a config of its own; `mode` and `resume` are wandb.init's.

It ends with the exit code `ends_with`.
"""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

part = ARGUMENTS["part"]
run = wandb.init(
    project="segments",
    id=ARGUMENTS["run"],
    mode=ARGUMENTS["mode"],
    resume=ARGUMENTS.get("resume"),
    config={"part": part, f"only{part}": 1},
    tags=[f"tag{part}"],
    name=f"name{part}",
    notes=f"notes{part}",
    group=f"group{part}",
    job_type=f"job{part}",
)
for number in range(3):
    run.log({"part": part, "number": number})
print(f"printed {part}")
print("printed by each")
run.config.update({f"late{part}": 1})
folder = run.settings.sync_dir
run.finish(exit_code=ARGUMENTS.get("ends_with", 0))
answer({"folder": folder})
