"""Logs `count` rows and lines to a run that may be a fork or rewound, as wandb.init is told."""

import sys

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

part = ARGUMENTS["part"]
given = {name: ARGUMENTS[name] for name in ("resume", "resume_from", "fork_from") if name in ARGUMENTS}
config = {f"part {part}": True, **ARGUMENTS.get("config", {})}
try:
    # The id of a run that is rewound is in the text too; 0.22 takes only one of them.
    chosen = {} if "resume_from" in given else {"id": ARGUMENTS["run"]}
    run = wandb.init(project="branches", config=config, **chosen, **given)
except (wandb.errors.UsageError, wandb.errors.CommError) as error:
    answer({"refused": str(error)})
    sys.exit(0)
started = {"step": run.starting_step, "id": run.id}
for number in range(ARGUMENTS["count"]):
    run.log({"part": part, "number": number})
    print(f"{part} line {number}")
run.finish(exit_code=ARGUMENTS.get("code", 0))
answer(started)
