"""Writing a run without an SDK: make it, append rows to its history, end it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from runfolio_server.actions.access import checked_run, missing_run_id
from runfolio_server.actions.runs.lifecycle import RunAddress, start_run
from runfolio_server.actions.runs.tombstones import refusal_of_writing
from runfolio_server.domain.fork_point import ForkPoint
from runfolio_server.domain.names import RUN_NAME_MAX
from runfolio_server.domain.permission import Permission
from runfolio_server.domain.run_attribute import RunInput
from runfolio_server.errors import AppError
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.node_ids import decode_uuid
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.graph.runs.environment import RunEnvironmentInput
from runfolio_server.graph.runs.history import STREAM_NAMES, HistoryStream
from runfolio_server.graph.runs.history_input import HistoryColumnsInput
from runfolio_server.graph.runs.run import Run
from runfolio_server.graph.runs.run_input import RunLabelsInput, asked_change, given_attribute
from runfolio_server.heavy_threads import HEAVY_BYTES, in_thread, in_thread_if
from runfolio_server.history.storage.kept_members import LeftOutKey
from runfolio_server.ingest.append import append_batch
from runfolio_server.ingest.batch import Batch, RejectedLine
from runfolio_server.ingest.column_input import read_columns
from runfolio_server.ingest.exit_code import EXIT_CODES_TOLD
from runfolio_server.ingest.history_summary import summary_of_history
from runfolio_server.ingest.lines import raw_lines, split_lines
from runfolio_server.ingest.rows import batch_of_columns, batch_of_rows
from runfolio_server.sql.history.ingest import SELECT_NEXT_LINE

# Enough to see what is wrong; the count tells the rest.
REJECTED_SHOWN = 20
# What a line costs beside its text, in bytes of text that take as long.
LINE_BYTES = 32


def _text(description: str) -> str | None:
    field: str | None = strawberry.field(default=strawberry.UNSET, description=description)
    return field


@strawberry.input(description="Where a fork begins.")
class ForkPointInput:
    """Input of createRun's forkFrom."""

    run_name: str = strawberry.field(description="The run that it goes on from, of the same project.")
    step: float = strawberry.field(description="The last step that the two have in common.")


@strawberry.input(description="A run to make or to take up again. Null and absent leave a field as it is.")
class CreateRunInput(RunLabelsInput):
    """Input of createRun."""

    entity_name: str | None = _text("Its entity; null: your own.")
    project_name: str | None = _text("Its project, made if there is none; null: `uncategorized`.")
    name: str | None = _text(
        f"The slug in URLs, 1 to {RUN_NAME_MAX} characters; null makes one, and so a new run at each call."
    )
    display_name: str | None = given_attribute("display_name", "What people read; made here where it is blank")
    config: JSONString | None = strawberry.field(
        default=strawberry.UNSET,
        description='Its config, each entry wrapped as in {"lr": {"value": 0.1}}; a run taken up keeps its others.',
    )
    tags: list[str] | None = given_attribute("tags", "All tags")
    host: str | None = given_attribute("host", "The machine it runs on")
    program: str | None = given_attribute("program", "What is run")
    commit: str | None = given_attribute("commit", "Commit of its source")
    repository: str | None = given_attribute("repository", "Repository of its source")
    fork_from: ForkPointInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Begin with the rows of another run up to a step. A run that is there already must be that fork.",
    )
    environment: RunEnvironmentInput | None = strawberry.field(
        default=strawberry.UNSET, description="What its process tells of itself and its machine."
    )


@strawberry.type(description="What createRun answers.")
class CreateRunPayload:
    """Payload of createRun."""

    run: Run = strawberry.field(description="The run as it is now.")
    inserted: bool = strawberry.field(description="Whether it was made just now; false: it was there, and goes on.")


@strawberry.input(description="Rows to append to a run's history.")
class AppendHistoryInput:
    """Input of appendHistory."""

    run_id: strawberry.ID = strawberry.field(description="The run's node id.")
    offset: Int64 = strawberry.field(
        description="The number of the first row among those of the writer, from 0. What is known already is skipped."
    )
    rows: list[JSONString] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The rows, at most 10,000: each an object. A row without `_step` counts as its number.",
    )
    json_lines: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The rows as one text, a line each, at most 500,000: the same as `rows`, and quicker.",
    )
    columns: HistoryColumnsInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The rows as columns: the quickest for many at once. One of this, `jsonLines` and `rows`.",
    )
    writer: str = strawberry.field(
        default="",
        description="Who numbers the rows, 0 to 128 of a-z A-Z 0-9 _ -: a fresh one for each process that writes.",
    )
    stream: HistoryStream = strawberry.field(default=HistoryStream.HISTORY, description="The stream they belong to.")
    summary_metrics: JSONString | None = strawberry.field(
        default=strawberry.UNSET,
        description="The writer's whole summary after these rows; null: as it is. What others put into the run's "
        "summary stays. A value that is not kept leaves out its key.",
    )
    exit_code: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Ends the run after these rows: {EXIT_CODES_TOLD}. The first end counts: a run that has ended "
        "keeps its state and its code, which `run` tells.",
    )


@strawberry.type(description="A row that was kept out, or a key that one is without; what is around it was kept.")
class RejectedRow:
    """One rejected row, or key of a row."""

    line: Int64 = strawberry.field(description="The row's number among those of the writer.")
    key: str | None = strawberry.field(
        description="The key that the row is without, those inside objects joined by dots; null: all of it is kept out."
    )
    message: str = strawberry.field(description="Why.")

    @classmethod
    def of(cls, rejected: RejectedLine) -> RejectedRow:
        """The row of a rejected line."""
        return cls(line=Int64(rejected.line), key=rejected.key, message=rejected.reason)


@strawberry.type(description="A key that the summary is without, because its value is not kept.")
class RejectedKey:
    """One key that was left out of the summary."""

    key: str = strawberry.field(description="The key; keys inside objects are joined by dots.")
    message: str = strawberry.field(description="Why.")

    @classmethod
    def of(cls, left_out: LeftOutKey) -> RejectedKey:
        """The key that was left out."""
        return cls(key=left_out.key, message=left_out.reason)


@strawberry.type(description="What appendHistory answers: the rows are stored, durably.")
class AppendHistoryPayload:
    """Payload of appendHistory."""

    rejected: list[RejectedRow] = strawberry.field(
        description="The first 20 of the rows, and of the keys of rows, that were kept out."
    )
    rejected_count: int = strawberry.field(
        description="How many rows and keys of rows were kept out; a column that is left out counts as one."
    )
    summary_rejected: list[RejectedKey] = strawberry.field(
        description="The first 20 of the keys that the summary is without."
    )
    summary_rejected_count: int = strawberry.field(description="How many keys the summary is without.")
    stop_requested: bool = strawberry.field(description="Whether somebody asked the run to stop.")
    run_id: strawberry.Private[UUID]
    stream: strawberry.Private[str]
    writer: strawberry.Private[str]

    @strawberry.field(description="The run as it is now.")
    async def run(self, info: RequestInfo) -> Run:
        """The run."""
        async with info.context.database.connection() as lent:
            return Run.of(await checked_run(lent, info.context.viewer, Permission.READ, self.run_id), sees_all=True)

    @strawberry.field(description="Where the writer goes on: one past its highest row.")
    async def next_offset(self, info: RequestInfo) -> Int64:
        """The writer's next number."""
        async with info.context.database.connection() as connection:
            row = await connection.row(SELECT_NEXT_LINE, self.run_id, self.stream, self.writer)
        return Int64(row.next_line if row else 0)


@strawberry.input(description="A run that has ended.")
class FinishRunInput:
    """Input of finishRun."""

    id: strawberry.ID = strawberry.field(description="The run's node id.")
    exit_code: int = strawberry.field(default=0, description=f"{EXIT_CODES_TOLD}.")


@strawberry.type(description="What finishRun answers.")
class FinishRunPayload:
    """Payload of finishRun."""

    run: Run = strawberry.field(description="The run as it is now.")


async def _batch_of(input: AppendHistoryInput) -> Batch:
    """The batch that is to be stored. Raises AppError for what is not allowed."""
    given = [name for name in ("rows", "json_lines", "columns") if getattr(input, name)]
    if len(given) > 1:
        names = " and ".join(to_camel_case(name) for name in given)
        raise AppError(f"{names} were given; allowed: one of them.", path=f"input.{to_camel_case(given[1])}")
    stream = STREAM_NAMES[input.stream]
    summary = input.summary_metrics if isinstance(input.summary_metrics, str) else None
    is_heavy = len(summary or "") > HEAVY_BYTES
    exit_code = input.exit_code if isinstance(input.exit_code, int) else None
    if input.columns:
        count, sent = input.columns.count, [column.sent() for column in input.columns.columns]
        rejected: list[RejectedLine] = []
        block = await in_thread(read_columns, stream, input.offset, count, sent, rejected, path="input.columns")
        return await in_thread_if(
            is_heavy, batch_of_columns, block, input.writer, rejected, summary=summary, exit_code=exit_code
        )
    text = input.json_lines or ""

    def batch() -> Batch:
        lines = raw_lines(input.rows) if input.rows else split_lines(text)
        return batch_of_rows(stream, input.writer, input.offset, lines, summary=summary, exit_code=exit_code)

    # Lines without any text are work too.
    size = len(text) + text.count("\n") * LINE_BYTES + sum(LINE_BYTES + len(row) for row in input.rows or ())
    return await in_thread_if(is_heavy or size > HEAVY_BYTES, batch)


@strawberry.type
class RunWritingMutations:
    """Writing runs."""

    @strawberry.mutation(description="Make a run, or take it up again by its name: it is running. Idempotent by name.")
    async def create_run(
        self, info: RequestInfo, input: Annotated[CreateRunInput, strawberry.argument(description="The run.")]
    ) -> CreateRunPayload:
        """Make a run."""
        change = asked_change(RunInput.CREATE, input)
        address = RunAddress(input.entity_name or None, input.project_name or None, input.name or None)
        database, viewer = info.context.database, info.context.viewer
        fork = ForkPoint(input.fork_from.run_name, input.fork_from.step) if input.fork_from else None
        started = await start_run(
            database,
            viewer,
            address,
            change,
            joins_config=True,
            writer=None,
            fork_of=fork,
            summary_of=summary_of_history,
            environment=input.environment.told() if input.environment else None,
        )
        if started.is_new and fork is None:
            info.context.loaders.streams.prime(started.row.run_id, [])
        return CreateRunPayload(run=Run.of(started.row, sees_all=True), inserted=started.is_new)

    @strawberry.mutation(
        description="Append rows to a run's history, all or none. Idempotent by run, stream, writer and row number."
    )
    async def append_history(
        self, info: RequestInfo, input: Annotated[AppendHistoryInput, strawberry.argument(description="The rows.")]
    ) -> AppendHistoryPayload:
        """Append rows."""
        run_id = decode_uuid("Run", input.run_id)
        batch = await _batch_of(input)
        stored = await append_batch(info.context.database, run_id, batch, viewer=info.context.viewer)
        if stored is None:
            missing = missing_run_id(Permission.LOG, path="input.runId")
            raise await refusal_of_writing(info.context.database, info.context.viewer, run_id, missing)
        left_out = [*(batch.summary.left_out if batch.summary else ()), *stored.summary_left_out]
        return AppendHistoryPayload(
            rejected=[RejectedRow.of(line) for line in batch.rejected[:REJECTED_SHOWN]],
            rejected_count=len(batch.rejected),
            summary_rejected=[RejectedKey.of(key) for key in left_out[:REJECTED_SHOWN]],
            summary_rejected_count=len(left_out),
            stop_requested=stored.is_stop_requested,
            run_id=run_id,
            stream=STREAM_NAMES[input.stream],
            writer=input.writer,
        )

    @strawberry.mutation(description="Say that a run has ended. Idempotent; a run that ended otherwise stays so.")
    async def finish_run(
        self, info: RequestInfo, input: Annotated[FinishRunInput, strawberry.argument(description="The run.")]
    ) -> FinishRunPayload:
        """End a run."""
        database, viewer = info.context.database, info.context.viewer
        run_id = decode_uuid("Run", input.id)
        if await append_batch(database, run_id, Batch(exit_code=input.exit_code), viewer=viewer) is None:
            missing = missing_run_id(Permission.LOG, path="input.id")
            raise await refusal_of_writing(database, viewer, run_id, missing)
        async with database.connection() as connection:
            run = Run.of(await checked_run(connection, viewer, Permission.READ, run_id), sees_all=True)
        return FinishRunPayload(run=run)
