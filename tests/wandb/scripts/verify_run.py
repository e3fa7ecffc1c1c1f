"""The part of `wandb verify` that logs to a run and reads it back; answers whether it was content."""

import wandb
from wandb.sdk.verify import verify

from tests.wandb.scripts.script import answer

answer(verify.check_run(wandb.Api()))
