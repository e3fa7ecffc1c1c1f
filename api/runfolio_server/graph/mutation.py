"""The roots of changing."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.mutations.files import FileMutations
from runfolio_server.graph.mutations.many_runs import ManyRunsMutations
from runfolio_server.graph.mutations.run_writing import RunWritingMutations
from runfolio_server.graph.mutations.runs import RunMutations
from runfolio_server.graph.mutations.users import UserMutations
from runfolio_server.graph.wandb.mutation import MutationWireNames


@strawberry.type(description="Changing. Each takes one input and answers what it changed.")
class Mutation(RunMutations, RunWritingMutations, ManyRunsMutations, FileMutations, UserMutations, MutationWireNames):
    """The mutation root."""
