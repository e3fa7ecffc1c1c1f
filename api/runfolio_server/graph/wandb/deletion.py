"""Wire names of the mutation root about the deletion of runs."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.deletion import delete_run
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.wandb.deprecation import instead


@strawberry.input(description="A run to delete, as the W&B SDK sends it.")
class DeleteRunInput:
    """Input of deleteRun."""

    id: strawberry.ID = strawberry.field(description="The run's node id.")
    delete_artifacts: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the artifacts that it logged go with it; false unless told."
    )


@strawberry.type(description="What deleteRun answers.")
class DeleteRunPayload:
    """Payload of deleteRun."""

    client_mutation_id: str | None = strawberry.field(description="Always null.")
    success: bool | None = strawberry.field(description="Always true; a run that is not there is an error.")


@strawberry.type
class DeletionWireNames:
    """Wire names of deletion."""

    @strawberry.mutation(
        deprecation_reason=instead("deleteRuns"), description="Delete a run; its name stays taken. Idempotent."
    )
    async def delete_run(
        self, info: RequestInfo, input: Annotated[DeleteRunInput, strawberry.argument(description="The run.")]
    ) -> DeleteRunPayload | None:
        """Sent by run.delete()."""
        context, run_id = info.context, decode_uuid("Run", input.id)
        await delete_run(context.database, context.viewer, run_id, with_artifacts=bool(input.delete_artifacts))
        return DeleteRunPayload(client_mutation_id=None, success=True)
