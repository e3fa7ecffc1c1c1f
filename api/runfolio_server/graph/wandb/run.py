"""Wire names of Run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import strawberry

from runfolio_server.actions.runs.history_files import history_files
from runfolio_server.context import Context
from runfolio_server.domain import json_text
from runfolio_server.domain.hidden import hidden_files
from runfolio_server.errors import AppError
from runfolio_server.graph.execution.row_fields import batch_field, reads
from runfolio_server.graph.execution.turn_to_read import turn_to_read
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs, reading
from runfolio_server.graph.relay.node_ids import encode_node_id
from runfolio_server.graph.relay.scalars import JSON, Int64, JSONString
from runfolio_server.graph.runs.history import greatest_step, next_line
from runfolio_server.graph.wandb.deprecation import ONLY_WIRE, instead
from runfolio_server.graph.wandb.history import (
    SAMPLES_MAX,
    SPECS_MAX,
    history_window,
    key_table,
    key_table_weight,
    sample_of_spec,
    specs_cost,
    window_cost,
)
from runfolio_server.graph.wandb.resume import STARTED_NOTE, notes_of, was_started_empty, with_whole_step
from runfolio_server.heavy_threads import HEAVY_BYTES, ITEMS_AT_ONCE, in_thread_if
from runfolio_server.history.reading.keys import last_row
from runfolio_server.history.reading.sample import sample
from runfolio_server.sql.objects.files import COUNT_RUN_FILES
from runfolio_server.sql.runs.runs import RunRow

Samples = Annotated[int | None, strawberry.argument(description="How many rows; 500 unless told.")]


# The SDK reads rows live from the least step in here on: so all of them.
EVERY_STEP_IS_LIVE = ({"_step": 0},)


@strawberry.type(
    description="Files that hold the history of an ended run, all of it or none: the SDK mixes up the two."
)
class ParquetHistory:
    """Either files or live data, and neither when there are no rows."""

    parquet_urls: list[str] = strawberry.field(description="Signed, absolute URLs, in order of step; or none.")
    live_data: list[JSON] | None = strawberry.field(description="Not empty when there are rows and no files.")


async def key_tables(runs: Sequence[RunWireNames], context: Context) -> list[JSON]:
    """The history keys of each run, as the SDK reads them."""
    run_ids = [run.row.run_id for run in runs]
    keys_of_runs = await context.loaders.history_keys.load_many([(run_id, "history") for run_id in run_ids])
    streams_of_runs = await context.loaders.streams.load_many(run_ids)
    tables = []
    with context.budget.reading("historyKeys") as reading:
        for keys, streams in zip(keys_of_runs, streams_of_runs, strict=True):
            reading.take(*key_table_weight(keys))
            steps = [row.step_high for row in streams if row.stream == "history" and row.step_high is not None]
            table = await in_thread_if(len(keys) > ITEMS_AT_ONCE, key_table, keys, max(steps, default=None))
            tables.append(JSON(table))
    return tables


@strawberry.type
class RunWireNames:
    """Wire names of Run."""

    row: strawberry.Private[RunRow]
    sees_all: strawberry.Private[bool]

    @strawberry.field(deprecation_reason=instead("id"), description="The same as the id.")
    def internal_id(self) -> strawberry.ID:
        """Asked with lists of runs, by those who do not see projectId because it is deprecated."""
        return encode_node_id("Run", self.row.run_id)

    @strawberry.field(deprecation_reason=instead("project"), description="The number behind the project's id.")
    def project_id(self) -> Int64 | None:
        """Asked with every run; must be an integer."""
        return Int64(self.row.project_id)

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Always false.")
    def read_only(self) -> bool | None:
        """Asked with every run."""
        return False

    @strawberry.field(deprecation_reason=instead("stopRequested"), description="Whether somebody asked it to stop.")
    def stopped(self) -> bool | None:
        """Polled by SDKs up to 0.22."""
        return self.row.stop_requested

    @strawberry.field(deprecation_reason=instead("files"), description="How many files it has.")
    async def file_count(self, info: RequestInfo) -> int | None:
        """Asked by run.files()."""
        async with info.context.database.connection() as connection:
            hidden = hidden_files(sees_all=self.sees_all)
            row = await connection.row(COUNT_RUN_FILES, self.row.run_id, None, None, None, hidden)
        return row.count if row else 0

    @strawberry.field(
        deprecation_reason=instead("historyRows"),
        description="Rows of a step range, or a sample.",
        metadata=costs(window_cost),
    )
    async def history(
        self,
        info: RequestInfo,
        min_step: Annotated[Int64 | None, strawberry.argument(description="First step.")] = None,
        max_step: Annotated[Int64 | None, strawberry.argument(description="The step after the last.")] = None,
        samples: Samples = None,
    ) -> list[str]:
        """Sent by run.history() and, with a range, by run.scan_history()."""
        if min_step is None and max_step is None:
            return await self._sample(info, "history", samples)
        async with turn_to_read(info) as rows:
            return await history_window(
                info.context.database, self.row.run_id, keys=None, min_step=min_step, max_step=max_step, reading=rows
            )

    @strawberry.field(
        deprecation_reason=instead("historySample"),
        description="A sample of machine measurements.",
        metadata=costs(window_cost),
    )
    async def events(self, info: RequestInfo, samples: Samples = None) -> list[str]:
        """Sent by run.history(stream="system")."""
        return await self._sample(info, "events", samples)

    @strawberry.field(
        deprecation_reason=instead("historySample"),
        description="A sample for each spec.",
        metadata=costs(specs_cost),
    )
    async def sampled_history(
        self,
        info: RequestInfo,
        specs: Annotated[
            list[JSONString],
            strawberry.argument(description='Each {"keys", "samples", "minStep", "maxStep"}, maxStep inclusive.'),
        ],
    ) -> list[JSON]:
        """Sent by run.history(keys=…) and run.scan_history(keys=…)."""
        if len(specs) > SPECS_MAX:
            raise AppError(f"{len(specs)} specs; allowed: {SPECS_MAX}", path="specs")
        async with turn_to_read(info) as rows:
            return [JSON(await sample_of_spec(info.context.database, self.row.run_id, spec, rows)) for spec in specs]

    @strawberry.field(
        deprecation_reason=instead("historyRows"),
        description="History of an ended run, as files.",
        metadata=costs(reading),
    )
    async def parquet_history(
        self,
        info: RequestInfo,
        live_keys: Annotated[list[str], strawberry.argument(description="Ignored.")],  # noqa: ARG002
    ) -> ParquetHistory:
        """Sent by run.scan_history() and run.download_history_exports()."""
        context = info.context
        files = await history_files(context.database, context.object_store, self.row.run_id)
        return ParquetHistory(
            parquet_urls=[
                context.download_url(key, f"{number}.runhistory.parquet")
                for number, key in enumerate(files.object_keys)
            ],
            live_data=[JSON(row) for row in EVERY_STEP_IS_LIVE] if files.has_other_rows else [],
        )

    @strawberry.field(
        deprecation_reason=instead("metricKeys"),
        description="The keys it has logged, and its last step.",
        metadata={**batch_field(key_tables), **costs(reading)},
    )
    async def history_keys(self, info: RequestInfo) -> JSON | None:
        """Asked with every run and at every scan."""
        return (await key_tables([self], info.context))[0]

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Where a resuming process goes on in system metrics.")
    async def events_line_count(self, info: RequestInfo) -> Int64 | None:
        """Asked before a run is resumed."""
        return await self._next_line(info, "events")

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="Where a resuming process goes on in its output.")
    async def log_line_count(self, info: RequestInfo) -> Int64 | None:
        """Asked before a run is resumed, and with console lines."""
        if not self.sees_all:
            return Int64(0)
        return await self._next_line(info, "console")

    @strawberry.field(
        deprecation_reason=ONLY_WIRE, description="The last history row: a list of one JSON text, or none."
    )
    async def history_tail(self, info: RequestInfo) -> JSONString | None:
        """Asked before a run is resumed."""
        row = await self._last_row(info, "history")
        if row is not None:
            step = greatest_step(await info.context.loaders.streams.load(self.row.run_id), "history")
            row = await in_thread_if(len(row) > HEAVY_BYTES, with_whole_step, row, step)
        return _rows_text(row)

    @strawberry.field(deprecation_reason=ONLY_WIRE, description="The last row of system metrics, likewise.")
    async def events_tail(self, info: RequestInfo) -> JSONString | None:
        """Asked before a run is resumed."""
        return _rows_text(await self._last_row(info, "events"))

    @strawberry.field(
        deprecation_reason=instead("config"),
        description="The SDK's own notes in the config.",
        metadata=reads("config_text", "summary_text"),
    )
    async def wandb_config(
        self,
        info: RequestInfo,
        keys: Annotated[list[str] | None, strawberry.argument(description="Which of them; null: all.")] = None,
    ) -> JSONString | None:
        """Asked before a run is resumed: a run with key `t` has been started."""
        streams = await info.context.loaders.streams.load(self.row.run_id)
        size = len(self.row.config_text) + len(self.row.summary_text)
        found = await in_thread_if(size > HEAVY_BYTES, notes_of, self.row, streams)
        if STARTED_NOTE not in found and await was_started_empty(info.context, self.row.run_id):
            found[STARTED_NOTE] = {}
        return JSONString(json_text.dump({key: found[key] for key in found if keys is None or key in keys}))

    async def _sample(self, info: RequestInfo, stream: str, samples: int | None) -> list[str]:
        count = 500 if samples is None else samples
        if count < 1:
            raise AppError(f"samples is {count}; allowed: 1 or more", path="samples")
        count = min(count, SAMPLES_MAX)
        async with turn_to_read(info) as rows:
            return await sample(
                info.context.database, self.row.run_id, stream, keys=None, x_axis="_step", samples=count, reading=rows
            )

    async def _next_line(self, info: RequestInfo, stream: str) -> Int64:
        return Int64(next_line(await info.context.loaders.streams.load(self.row.run_id), stream))

    async def _last_row(self, info: RequestInfo, stream: str) -> str | None:
        async with info.context.reads:
            return await last_row(info.context.database, self.row.run_id, stream)


def _rows_text(row: str | None) -> JSONString:
    return JSONString(json.dumps([] if row is None else [row]))
