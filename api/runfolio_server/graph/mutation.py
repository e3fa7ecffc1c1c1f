"""The roots of changing."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.identity.mutations import UserMutations
from runfolio_server.graph.runs.alerts import AlertMutations
from runfolio_server.graph.runs.bulk_mutations import ManyRunsMutations
from runfolio_server.graph.runs.file_mutations import FileMutations
from runfolio_server.graph.runs.mutations import RunMutations
from runfolio_server.graph.runs.writing import RunWritingMutations
from runfolio_server.graph.wandb.alert import AlertWireNames
from runfolio_server.graph.wandb.mutation import MutationWireNames


@strawberry.type(description="Changing. Each takes one input and answers what it changed.")
class Mutation(
    RunMutations,
    RunWritingMutations,
    ManyRunsMutations,
    FileMutations,
    AlertMutations,
    UserMutations,
    MutationWireNames,
    AlertWireNames,
):
    """The mutation root."""
