"""Runs are copied, or moved to another project."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.copying import CopyPlace, copy_run
from runfolio_server.domain.names import RUN_NAME_MAX
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.runs.run import Run


@strawberry.input(description="A run to move. It must have ended.")
class MoveRunInput:
    """Input of moveRun."""

    id: strawberry.ID = strawberry.field(description="The run's node id; the moved run has another.")
    project_name: str = strawberry.field(description="The project where it is to be; it must be there.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"The slug in URLs that it is to have there, 1 to {RUN_NAME_MAX} characters; null: the same.",
    )


@strawberry.type(description="What moveRun answers.")
class MoveRunPayload:
    """Payload of moveRun."""

    run: Run = strawberry.field(description="The run where it is now.")


@strawberry.input(description="A run to copy. It must have ended.")
class CopyRunInput:
    """Input of copyRun."""

    id: strawberry.ID = strawberry.field(description="The run's node id.")
    project_name: str = strawberry.field(description="The project where the copy is to be; it must be there.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"The slug in URLs of the copy, 1 to {RUN_NAME_MAX} characters; null makes one, and so another "
        "copy at each call.",
    )


@strawberry.type(description="What copyRun answers.")
class CopyRunPayload:
    """Payload of copyRun."""

    run: Run = strawberry.field(description="The copy.")


@strawberry.type
class CopyMutations:
    """Runs elsewhere."""

    @strawberry.mutation(
        description="Move a run that has ended, with all that it has; where it was its name stays taken. Idempotent."
    )
    async def move_run(
        self, info: RequestInfo, input: Annotated[MoveRunInput, strawberry.argument(description="The run.")]
    ) -> MoveRunPayload:
        """Move a run."""
        return MoveRunPayload(run=await _copied(info, input, is_move=True))

    @strawberry.mutation(description="Copy a run that has ended, with all that it has. Idempotent by the copy's name.")
    async def copy_run(
        self, info: RequestInfo, input: Annotated[CopyRunInput, strawberry.argument(description="The run.")]
    ) -> CopyRunPayload:
        """Copy a run."""
        return CopyRunPayload(run=await _copied(info, input, is_move=False))


async def _copied(info: RequestInfo, input: MoveRunInput | CopyRunInput, *, is_move: bool) -> Run:
    context = info.context
    place = CopyPlace(input.entity_name or None, input.project_name, input.name or None)
    run_id = decode_uuid("Run", input.id)
    row = await copy_run(context.database, context.object_store, context.viewer, run_id, place, is_move=is_move)
    return Run.of(row, sees_all=True)
