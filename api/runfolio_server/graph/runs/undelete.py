"""Deleted runs come back."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.bulk import check_id_count
from runfolio_server.actions.runs.deletion import undelete_runs
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.runs.bulk_mutations import ManyRunsPayload, chosen_runs_cost


@strawberry.input(description="Deleted runs to bring back.")
class UndeleteRunsInput:
    """Input of undeleteRuns."""

    project_name: str = strawberry.field(description="The project.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    ids: list[strawberry.ID] = strawberry.field(description="Which runs, by node id; at most 10,000.")


@strawberry.type
class UndeleteMutations:
    """The way back."""

    @strawberry.mutation(
        description="Bring deleted runs back as they were, until they are purged. Idempotent.",
        metadata=costs(chosen_runs_cost),
    )
    async def undelete_runs(
        self, info: RequestInfo, input: Annotated[UndeleteRunsInput, strawberry.argument(description="The runs.")]
    ) -> ManyRunsPayload:
        """Undelete runs."""
        check_id_count(input.ids)
        run_ids = [decode_uuid("Run", node_id) for node_id in input.ids]
        changed = await undelete_runs(
            info.context.database, info.context.viewer, input.entity_name or None, input.project_name, run_ids
        )
        return ManyRunsPayload.of(changed)
