"""Many runs at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from runfolio_server.actions.runs.bulk import (
    IDS_MAX,
    ChangedRuns,
    Choice,
    ManyRunsChange,
    check_id_count,
    update_runs,
)
from runfolio_server.actions.runs.deletion import delete_runs
from runfolio_server.domain.run_attribute import RunInput
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import Cost, costs
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.runs.run_input import NEW_NAME_TOLD, RunLabelsInput, asked_change, given_attribute


@strawberry.input(description="What to change of many runs. An absent field stays as it is, null clears it.")
class UpdateRunsInput(RunLabelsInput):
    """Input of updateRuns."""

    project_name: str = strawberry.field(description="The project.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    filters: JSONString | None = strawberry.field(
        default=strawberry.UNSET, description="Which runs, as for `runs`; {} means all. Either this or ids."
    )
    ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Which runs, by node id; at most 10,000. Either this or filters."
    )
    add_tags: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Tags to add.")
    remove_tags: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Tags to remove.")
    tags: list[str] | None = given_attribute("tags", "Tags instead of those there are")
    display_name: str | None = given_attribute("display_name", NEW_NAME_TOLD)
    config: JSONString | None = strawberry.field(
        default=strawberry.UNSET, description='Entries to set in the config, not wrapped: {"lr": 0.1}.'
    )
    dry_run: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing, just tell what would be; false unless told."
    )


@strawberry.input(description="Runs to delete.")
class DeleteRunsInput:
    """Input of deleteRuns."""

    project_name: str = strawberry.field(description="The project.")
    entity_name: str | None = strawberry.field(default=strawberry.UNSET, description="Its entity; null: your own.")
    filters: JSONString | None = strawberry.field(
        default=strawberry.UNSET, description="Which runs, as for `runs`; {} means all. Either this or ids."
    )
    ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Which runs, by node id; at most 10,000. Either this or filters."
    )
    dry_run: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Delete nothing, just tell what would be; false unless told."
    )
    delete_artifacts: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether the artifacts that they logged go with them, once they are purged; false unless told.",
    )


@strawberry.type(description="A run that was chosen and stayed as it is; the others were changed.")
class RefusedRun:
    """One run that would have broken a rule."""

    name: str = strawberry.field(description="Its name (slug).")
    message: str = strawberry.field(description="Why, such as too many tags.")


@strawberry.type(description="What a change of many runs answers.")
class ManyRunsPayload:
    """Payload of updateRuns and deleteRuns."""

    count: Int64 = strawberry.field(description="How many runs were changed, or in a dry run would be.")
    names: list[str] = strawberry.field(description="The names (slugs) of the first 1,000 of them.")
    refused: list[RefusedRun] = strawberry.field(
        description="The first 1,000 of the runs that stayed as they are, because the change would break a rule."
    )
    refused_count: Int64 = strawberry.field(description="How many these are.")

    @classmethod
    def of(cls, changed: ChangedRuns) -> ManyRunsPayload:
        """What was chosen."""
        return cls(
            count=Int64(changed.count),
            names=changed.names,
            refused=[RefusedRun(name=run.name, message=run.reason) for run in changed.refused],
            refused_count=Int64(changed.refused_count),
        )


CHANGE = 20
"""What it costs to change one run, in fields."""


def chosen_runs_cost(arguments: Mapping[str, Any]) -> Cost:
    """The cost of a change of so many runs as there are ids; how many a filter chooses is not known."""
    ids = arguments["input"].get("ids")
    return Cost(1 + (len(ids) if isinstance(ids, list) else IDS_MAX) * CHANGE)


@strawberry.type
class ManyRunsMutations:
    """Changes of many runs."""

    @strawberry.mutation(
        description="Change the runs that a filter or ids choose. Idempotent; a repeat does the rest.",
        metadata=costs(chosen_runs_cost),
    )
    async def update_runs(
        self, info: RequestInfo, input: Annotated[UpdateRunsInput, strawberry.argument(description="The change.")]
    ) -> ManyRunsPayload:
        """Change runs."""
        change = ManyRunsChange(
            columns=asked_change(RunInput.UPDATE_MANY, input),
            add_tags=input.add_tags or [],
            remove_tags=frozenset(input.remove_tags or ()),
            config=input.config or None,
        )
        changed = await update_runs(
            info.context.database, info.context.viewer, _choice(input), change, is_dry_run=bool(input.dry_run)
        )
        return ManyRunsPayload.of(changed)

    @strawberry.mutation(
        description="Delete the runs that a filter or ids choose; their names stay taken. undeleteRuns brings them "
        "back. Idempotent.",
        metadata=costs(chosen_runs_cost),
    )
    async def delete_runs(
        self, info: RequestInfo, input: Annotated[DeleteRunsInput, strawberry.argument(description="The runs.")]
    ) -> ManyRunsPayload:
        """Delete runs."""
        changed = await delete_runs(
            info.context.database,
            info.context.viewer,
            _choice(input),
            with_artifacts=bool(input.delete_artifacts),
            is_dry_run=bool(input.dry_run),
        )
        return ManyRunsPayload.of(changed)


def _choice(input: UpdateRunsInput | DeleteRunsInput) -> Choice:
    # Before each of them is decoded.
    check_id_count(input.ids if isinstance(input.ids, list) else ())
    ids = [decode_uuid("Run", node_id) for node_id in input.ids] if isinstance(input.ids, list) else None
    return Choice(input.entity_name or None, input.project_name, input.filters or None, ids)
