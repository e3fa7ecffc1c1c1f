"""Looks users up by name, and sends what `wandb verify` sends to see whether ten megabytes arrive."""

import wandb
from wandb.sdk.verify import verify

from tests.wandb.scripts.script import answer

api = wandb.Api()
found = api.user("ada")
answer(
    {
        "user": [found.username, found.email, found.admin],
        "users": [user.username for user in api.users("AD")],
        "nobody": api.user("nobody"),
        "verified": verify.check_large_post(),
    }
)
