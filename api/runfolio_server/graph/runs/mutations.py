"""Runs."""

from __future__ import annotations

from typing import Annotated

import strawberry

from runfolio_server.actions.runs.lifecycle import update_run
from runfolio_server.actions.runs.states import StopAnswer, set_run_state, stop_run
from runfolio_server.domain.run_attribute import RunInput
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.relay.scalars import JSONString
from runfolio_server.graph.runs.run import Run
from runfolio_server.graph.runs.run_input import NEW_NAME_TOLD, RunLabelsInput, asked_change, given_attribute


@strawberry.input(description="What to change of a run. An absent field stays as it is, null clears it.")
class UpdateRunInput(RunLabelsInput):
    """Input of updateRun."""

    id: strawberry.ID = strawberry.field(description="The run's node id.")
    display_name: str | None = given_attribute("display_name", NEW_NAME_TOLD)
    description: str | None = given_attribute("description", "A second long text")
    tags: list[str] | None = given_attribute("tags", "All tags")
    config: JSONString | None = strawberry.field(
        default=strawberry.UNSET,
        description='The whole config, each entry wrapped as in {"lr": {"value": 0.1}}. What an SDK keeps there stays.',
    )
    summary_metrics: JSONString | None = strawberry.field(default=strawberry.UNSET, description="The whole summary.")


@strawberry.type(description="What updateRun answers.")
class UpdateRunPayload:
    """Payload of updateRun."""

    run: Run = strawberry.field(description="The run as it is now.")


@strawberry.input(description="A run to stop.")
class StopRunInput:
    """Input of stopRun."""

    id: strawberry.ID = strawberry.field(description="The run's node id.")


@strawberry.type(description="What stopRun answers.")
class StopRunPayload:
    """Payload of stopRun."""

    success: bool = strawberry.field(description="Always true; a run that is not there is an error.")
    is_asked: bool = strawberry.field(
        description="Whether its process is asked to stop. False: the run has ended already, and stays as it is."
    )
    message: str = strawberry.field(description="What comes of it, as a sentence.")
    run: Run = strawberry.field(description="The run as it is now.")

    @classmethod
    def of(cls, answer: StopAnswer) -> StopRunPayload:
        """What has become of it."""
        state = answer.row.state
        asked = f"The run is {state}: its process is told with the answer to what it sends next."
        ended = f"The run has ended already: it is {state}, and nothing was changed."
        message = asked if answer.is_asked else ended
        return cls(success=True, is_asked=answer.is_asked, message=message, run=Run.of(answer.row, sees_all=True))


@strawberry.input(description="A run to send back to wait, or to give up.")
class UpdateRunStateInput:
    """Input of updateRunState."""

    id: strawberry.ID = strawberry.field(description="The run's node id.")
    state: str = strawberry.field(
        description="pending: it is to wait for another process; failed: it will not go on. The table of a run's life "
        "says from which states."
    )


@strawberry.type(description="What updateRunState answers.")
class UpdateRunStatePayload:
    """Payload of updateRunState."""

    success: bool = strawberry.field(description="Always true; what is not allowed is an error.")
    run: Run = strawberry.field(description="The run as it is now.")


@strawberry.type
class RunMutations:
    """Changes of runs."""

    @strawberry.mutation(description="Change a run's names, texts, tags, config or summary. Idempotent.")
    async def update_run(
        self, info: RequestInfo, input: Annotated[UpdateRunInput, strawberry.argument(description="The change.")]
    ) -> UpdateRunPayload:
        """Change a run."""
        database, viewer, run_id = info.context.database, info.context.viewer, decode_uuid("Run", input.id)
        row = await update_run(database, viewer, run_id, asked_change(RunInput.UPDATE, input))
        return UpdateRunPayload(run=Run.of(row, sees_all=True))

    @strawberry.mutation(description="Ask a run's process to stop; it learns so with its next message. Idempotent.")
    async def stop_run(
        self, info: RequestInfo, input: Annotated[StopRunInput, strawberry.argument(description="The run.")]
    ) -> StopRunPayload:
        """Ask a run to stop."""
        answer = await stop_run(info.context.database, info.context.viewer, decode_uuid("Run", input.id))
        return StopRunPayload.of(answer)

    @strawberry.mutation(
        description="Send a run back to wait for another process, or give it up. Idempotent; a run of a sweep, or one "
        "whose state allows it not, is refused."
    )
    async def update_run_state(
        self, info: RequestInfo, input: Annotated[UpdateRunStateInput, strawberry.argument(description="The state.")]
    ) -> UpdateRunStatePayload:
        """Move a run."""
        database, viewer, run_id = info.context.database, info.context.viewer, decode_uuid("Run", input.id)
        row = await set_run_state(database, viewer, run_id, input.state)
        return UpdateRunStatePayload(success=True, run=Run.of(row, sees_all=True))
