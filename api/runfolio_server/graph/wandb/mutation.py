"""Wire names of the mutation root: UpsertBucketInput → actions.start_run or update_run."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.utils.str_converters import to_camel_case

from runfolio_server.actions.runs.lifecycle import RunAddress, start_run, update_run
from runfolio_server.domain.names import spelled_plainly
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.relay.scalars import JSONString
from runfolio_server.graph.runs.run import Run
from runfolio_server.graph.wandb.artifact_change import ArtifactChangeMutations
from runfolio_server.graph.wandb.artifact_collection_change import ArtifactCollectionMutations
from runfolio_server.graph.wandb.artifact_upload import ArtifactUploadMutations
from runfolio_server.graph.wandb.branch_point import branch_point
from runfolio_server.graph.wandb.deprecation import instead
from runfolio_server.graph.wandb.processes import told_by_processes
from runfolio_server.graph.wandb.server_info import ServerSettings
from runfolio_server.ingest.history_summary import summary_of_history
from runfolio_server.ingest.lines import check_writer

# The client id, where several processes write one run.
WRITER_HEADER = "X-WANDB-CLIENT-ID"


def _text(description: str, name: str | None = None) -> str | None:
    field: str | None = strawberry.field(default=strawberry.UNSET, description=description, name=name)
    return field


@strawberry.input(
    description="A run to make or change, as the W&B SDK sends it. Null and absent leave a field as it is."
)
class UpsertBucketInput:
    """Input of upsertBucket."""

    id: str | None = _text("Node id of the run; null: it is named by entity, project and name.")
    name: str | None = _text("The slug in URLs, of the same run as the id; null without an id makes one.")
    group_name: str | None = _text("Group.")
    model_name: str | None = _text("Project; null means `uncategorized`.")
    entity_name: str | None = _text("Entity; null means your own.")
    description: str | None = _text("A second long text.")
    display_name: str | None = _text("What people read; made here when a new run has none.")
    notes: str | None = _text("The user's long text.")
    config: JSONString | None = strawberry.field(default=strawberry.UNSET, description="The whole config.")
    commit: str | None = _text("Commit of its source.")
    host: str | None = _text("The machine.")
    debug: bool | None = strawberry.field(default=strawberry.UNSET, description="Ignored.")
    job_program: str | None = _text("What is run.")
    job_repo: str | None = _text("Repository of its source.")
    job_type: str | None = _text("The role inside a group.")
    state: str | None = _text("State; null: it is running.")
    sweep: str | None = _text("The sweep it belongs to.")
    tags: list[str] | None = strawberry.field(default=strawberry.UNSET, description="All tags.")
    summary_metrics: JSONString | None = strawberry.field(default=strawberry.UNSET, description="The whole summary.")


@strawberry.type(description="What upsertBucket answers.")
class UpsertBucketPayload:
    """Payload of upsertBucket."""

    bucket: Run | None = strawberry.field(description="The run as it is now.")
    inserted: bool | None = strawberry.field(description="Whether it was made just now.")

    @strawberry.field(description="Messages of the server; asked for by `wandb sync` of SDKs up to 0.22.")
    def server_settings(self) -> ServerSettings:
        """Empty."""
        return ServerSettings(server_messages=[])


# The columns of a run that the SDK sends, and where.
INPUT_BY_COLUMN = {
    "display_name": "display_name",
    "state": "state",
    "tags": "tags",
    "group_name": "group_name",
    "job_type": "job_type",
    "notes": "notes",
    "description": "description",
    "sweep_name": "sweep",
    "host": "host",
    "program": "job_program",
    "commit_hash": "commit",
    "repository": "job_repo",
    "config": "config",
    "summary": "summary_metrics",
}
# As callers see them: what errors name.
FIELD_BY_COLUMN = {column: to_camel_case(name) for column, name in INPUT_BY_COLUMN.items()}


@strawberry.type
class MutationWireNames(ArtifactUploadMutations, ArtifactChangeMutations, ArtifactCollectionMutations):
    """Wire names of the mutation root."""

    @strawberry.mutation(
        deprecation_reason=instead("updateRun"),
        description="Make a run or take it up again, and change it. Idempotent.",
    )
    async def upsert_bucket(
        self, info: RequestInfo, input: Annotated[UpsertBucketInput, strawberry.argument(description="The run.")]
    ) -> UpsertBucketPayload | None:
        """Sent at wandb.init, after changes of config, and by run.update()."""
        database, viewer = info.context.database, info.context.viewer
        given = {column: getattr(input, name) for column, name in INPUT_BY_COLUMN.items()}
        change = {column: value for column, value in given.items() if value not in (None, strawberry.UNSET)}
        if input.tags:
            # The SDK sends all that changed at once, and shows no error after wandb.init: a refusal would lose config.
            change["tags"] = [spelled_plainly(tag) for tag in input.tags]
        # A process that writes names its run; run.update(), which may come long after the end, sends the id alone.
        run_id = decode_uuid("Run", input.id) if input.id else None
        if run_id is not None and not input.name:
            row = await update_run(database, viewer, run_id, change, FIELD_BY_COLUMN)
            return UpsertBucketPayload(bucket=Run.of(row, sees_all=True), inserted=False)
        address = RunAddress(input.entity_name or None, input.model_name or None, input.name or None, run_id)
        writer = check_writer(info.context.headers.get(WRITER_HEADER, ""), "client id")
        started = await start_run(
            database,
            viewer,
            address,
            change,
            FIELD_BY_COLUMN,
            writer=writer,
            told=told_by_processes,
            fork_of=branch_point,
            summary_of=summary_of_history,
        )
        if started.is_new and not started.is_fork:
            info.context.loaders.streams.prime(started.row.run_id, [])
        return UpsertBucketPayload(bucket=Run.of(started.row, sees_all=True), inserted=started.is_new)
