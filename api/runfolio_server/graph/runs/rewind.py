"""Taking a run back to an earlier step."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.rewind import rewind_run
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.runs.run import Run
from runfolio_server.ingest.history_summary import summary_of_history


@strawberry.input(description="A run to take back to an earlier step.")
class RewindHistoryInput:
    """Input of rewindHistory."""

    id: strawberry.ID = strawberry.field(description="The run's node id.")
    step: float = strawberry.field(
        description="The last step that is kept. A row without a step counts as its number. Below all: no row is kept."
    )


@strawberry.type(description="What rewindHistory answers.")
class RewindHistoryPayload:
    """Payload of rewindHistory."""

    run: Run = strawberry.field(description="The run as it is now.")
    is_cut: bool = strawberry.field(
        description="Whether rows were cut off, which the newest of `branches` has. False: none lay behind the step."
    )


@strawberry.type
class RewindMutations:
    """Rewinding."""

    @strawberry.mutation(
        description="Take a run back to an earlier step: later rows are in no answer but that of `branches`, its "
        "summary is that of the rows that are left, and it waits for a process. Idempotent."
    )
    async def rewind_history(
        self, info: RequestInfo, input: Annotated[RewindHistoryInput, strawberry.argument(description="Run and step.")]
    ) -> RewindHistoryPayload:
        """Rewind a run."""
        database, viewer, run_id = info.context.database, info.context.viewer, decode_uuid("Run", input.id)
        rewound = await rewind_run(database, viewer, run_id, input.step, summary_of_history)
        info.context.loaders.streams.clear()
        return RewindHistoryPayload(run=Run.of(rewound.row, sees_all=True), is_cut=rewound.is_cut)
