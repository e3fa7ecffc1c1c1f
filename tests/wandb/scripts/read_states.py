"""The states of runs as wandb.Api shows them; moves one of them, and stops one that has ended."""

import wandb

from tests.wandb.scripts.script import ARGUMENTS, answer

api = wandb.Api()
states = {name: api.run(f"{ARGUMENTS['project']}/{name}").state for name in ARGUMENTS["runs"]}
moved = {}
for name, target in ARGUMENTS["moves"]:
    run = api.run(f"{ARGUMENTS['project']}/{name}")
    try:
        moved[name] = [run.update_state(target), run.state]
    except Exception as error:  # noqa: BLE001
        moved[name] = [str(error), run.state]
for name in ARGUMENTS["stopped"]:
    # It says nothing of a run that has ended, and raises nothing.
    api.run(f"{ARGUMENTS['project']}/{name}").stop()
answer({"states": states, "moved": moved})
