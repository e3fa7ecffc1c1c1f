"""The roots of changing."""

from __future__ import annotations

import strawberry

from runfolio_server.graph.artifacts.mutations import ArtifactMutations
from runfolio_server.graph.identity.mutations import UserMutations
from runfolio_server.graph.identity.session import SessionMutations
from runfolio_server.graph.projects.mutations import ProjectMutations
from runfolio_server.graph.runs.alerts import AlertMutations
from runfolio_server.graph.runs.bulk_mutations import ManyRunsMutations
from runfolio_server.graph.runs.copying import CopyMutations
from runfolio_server.graph.runs.file_mutations import FileMutations
from runfolio_server.graph.runs.mutations import RunMutations
from runfolio_server.graph.runs.rewind import RewindMutations
from runfolio_server.graph.runs.undelete import UndeleteMutations
from runfolio_server.graph.runs.writing import RunWritingMutations
from runfolio_server.graph.wandb.alert import AlertWireNames
from runfolio_server.graph.wandb.deletion import DeletionWireNames
from runfolio_server.graph.wandb.mutation import MutationWireNames
from runfolio_server.graph.wandb.project_mutation import ProjectMutationWireNames
from runfolio_server.graph.wandb.rewind import RewindWireNames
from runfolio_server.graph.wandb.team import TeamMutationWireNames


@strawberry.type(description="Changing. Each takes one input and answers what it changed.")
class Mutation(
    RunMutations,
    RunWritingMutations,
    RewindMutations,
    ManyRunsMutations,
    FileMutations,
    ArtifactMutations,
    AlertMutations,
    UserMutations,
    SessionMutations,
    TeamMutationWireNames,
    MutationWireNames,
    RewindWireNames,
    AlertWireNames,
    UndeleteMutations,
    CopyMutations,
    ProjectMutations,
    DeletionWireNames,
    ProjectMutationWireNames,
):
    """The mutation root."""
