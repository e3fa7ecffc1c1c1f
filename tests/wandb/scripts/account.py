"""What the SDK says of the account behind its key."""

import os

import wandb

from tests.wandb.scripts.script import answer

api = wandb.Api()
answer(
    {
        "login": wandb.login(key=os.environ["WANDB_API_KEY"], verify=True),
        "viewer": api.viewer.username,
        "entity": api.default_entity,
        "project": api.project("account", entity="ada").id,
        "projects": sorted(project.name for project in api.projects()),
    }
)
