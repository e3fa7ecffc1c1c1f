"""Wire names of rewinding: RewindRunInput → actions.rewind_run. Sent by wandb.init(resume_from=…) before all else."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.access import checked_run_of_name
from runfolio_server.actions.projects.on_demand import DEFAULT_PROJECT
from runfolio_server.actions.runs.rewind import rewind_run
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.domain.permission import Permission
from runfolio_server.errors import AppError
from runfolio_server.filters.error_excerpt import value_excerpt
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.runs.run import Run
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.ingest.history_summary import summary_of_history


@strawberry.input(description="A run to take back to an earlier step, as the W&B SDK names it.")
class RewindRunInput:
    """Input of rewindRun."""

    run_name: str = strawberry.field(description="The run.")
    entity_name: str | None = strawberry.field(default=None, description="Its entity; null: your own.")
    project_name: str | None = strawberry.field(default=None, description="Its project; null: `uncategorized`.")
    metric_name: str = strawberry.field(description="What the value is of: `_step`.")
    metric_value: float = strawberry.field(description="The last step that is kept.")


@strawberry.type(description="What rewindRun answers.")
class RewindRunPayload:
    """Payload of rewindRun."""

    rewound_run: Run | None = strawberry.field(description="The run as it is now.")


@strawberry.type
class RewindWireNames:
    """The mutation of the SDK."""

    @strawberry.mutation(
        deprecation_reason=instead("rewindHistory"), description="Take a run back to an earlier step. Idempotent."
    )
    async def rewind_run(
        self, info: RequestInfo, input: Annotated[RewindRunInput, strawberry.argument(description="The run and step.")]
    ) -> RewindRunPayload | None:
        """Sent at wandb.init, before the run is taken up."""
        if input.metric_name != STEP_KEY:
            raise AppError(
                f"metricName is {value_excerpt(input.metric_name)}; a run is taken back by its {STEP_KEY}",
                path="input.metricName",
                allowed=(STEP_KEY,),
            )
        database, viewer = info.context.database, info.context.viewer
        names = (input.entity_name or viewer.default_entity_name, input.project_name or DEFAULT_PROJECT, input.run_name)
        async with database.connection() as connection:
            run = await checked_run_of_name(connection, viewer, Permission.LOG, *names)
        rewound = await rewind_run(database, viewer, run.run_id, input.metric_value, summary_of_history)
        return RewindRunPayload(rewound_run=Run.of(rewound.row, sees_all=True))
