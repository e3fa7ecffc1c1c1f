"""Sends the SDK's own document that deletes a registry, with the id of a project."""

import wandb
from wandb.sdk.artifacts._generated import DELETE_REGISTRY_GQL

from tests.wandb.scripts.script import ARGUMENTS, answer

answer(wandb.Api()._service_api.execute_graphql(DELETE_REGISTRY_GQL, {"id": ARGUMENTS["id"]}))
