"""History of a run: rows in a range, a sample, and what keys there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Annotated

import strawberry

from runfolio_server.context import Context
from runfolio_server.errors import AppError
from runfolio_server.filters.language.cursor import list_digest, read_place, sign_place
from runfolio_server.graph.execution.row_fields import batch_field
from runfolio_server.graph.execution.siblings import field_name
from runfolio_server.graph.execution.turn_to_read import turn_to_read
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.limits.cost import costs, reading_keys, rows_cost
from runfolio_server.graph.relay.connections import After, PageInfo, page_size
from runfolio_server.graph.relay.scalars import Int64, JSONString
from runfolio_server.heavy_threads import ITEMS_AT_ONCE, in_thread_if
from runfolio_server.history.reading.keys import KeySummary
from runfolio_server.history.reading.pieces import Source
from runfolio_server.history.reading.sample import sample
from runfolio_server.history.reading.scan import Position, scan
from runfolio_server.ingest.batch import LineStream
from runfolio_server.sql.runs.runs import RunRow, StreamRow

ROWS_DEFAULT = 1000
ROWS_MAX = 10_000
SAMPLES_DEFAULT = 500
SAMPLES_MAX = 10_000
KEYS_MAX = 1000
KEY_VALUES = 2
"""Of the budget of an answer, for a key that is listed: itself and a field of it, of which there is at least one."""
SAMPLE_X_AXIS = "The key to spread them over. Of another than `_step` only rows that have it: none, if it is unknown."
ROWS_DIFFER = "another run or stream, other keys or other steps"


@strawberry.enum(description="A stream of rows that a run logs.")
class HistoryStream(Enum):
    """Which rows."""

    HISTORY = strawberry.enum_value("history", description="What the program logs.")
    SYSTEM = strawberry.enum_value("events", description="Machine measurements, taken every few seconds.")


STREAM_NAMES: dict[HistoryStream, LineStream] = {HistoryStream.HISTORY: "history", HistoryStream.SYSTEM: "events"}


@strawberry.type(description="A page of history rows.")
class HistoryRows:
    """Rows in step order."""

    rows: list[JSONString] = strawberry.field(description="Each an object; numbers as they were written.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")


@strawberry.type(description="A key that a run has logged.")
class MetricKey:
    """One key of a history."""

    name: str = strawberry.field(description="Its name; a key inside an object is joined by dots.")
    kind: str = strawberry.field(description="`number`, `json` (anything else) or `mixed`.")
    count: Int64 = strawberry.field(description="How many rows have it.")
    first_step: float = strawberry.field(description="Least step of the rows that have it.")
    last_step: float = strawberry.field(description="Greatest step of the rows that have it.")
    low: float | None = strawberry.field(description="Least finite number; null: none.")
    high: float | None = strawberry.field(description="Greatest finite number; null: none.")
    last_value: JSONString | None = strawberry.field(description="Its last value; null: longer than 256 bytes.")

    @classmethod
    def of(cls, key: KeySummary) -> MetricKey:
        """The key of a summary."""
        return cls(
            name=key.name,
            kind="number" if key.number_count == key.value_count else "mixed" if key.number_count else "json",
            count=Int64(key.count),
            first_step=key.first_step,
            last_step=key.last_step,
            low=key.low,
            high=key.high,
            last_value=None if key.last is None else JSONString(key.last),
        )


async def last_steps(runs: Sequence[RunHistory], context: Context) -> list[float | None]:
    """The greatest step of each run's history."""
    found = await context.loaders.streams.load_many([run.row.run_id for run in runs])
    return [greatest_step(streams, "history") for streams in found]


async def rejected_line_counts(runs: Sequence[RunHistory], context: Context) -> list[Int64]:
    """How many lines of each run are not kept whole, and how many keys its summary is without."""
    found = await context.loaders.rejected_count.load_many([run.row.run_id for run in runs])
    return [Int64(0 if row is None else row.count) for row in found]


def greatest_step(streams: Iterable[StreamRow], stream: str) -> float | None:
    """The greatest step of a stream of a run; `streams` are all of the run's."""
    steps = [row.step_high for row in streams if row.stream == stream and row.step_high is not None]
    return max(steps, default=None)


Keys = Annotated[
    list[str] | None,
    strawberry.argument(description="Only these keys, and only rows that have all of them; null or empty: whole rows."),
]
MinStep = Annotated[Int64 | None, strawberry.argument(description="First step of the range; null: from the beginning.")]
MaxStep = Annotated[
    Int64 | None, strawberry.argument(description="The step that ends the range, itself left out; null: none.")
]
FirstRows = Annotated[
    int | None,
    strawberry.argument(
        description="How many rows; 1,000 unless told, at most 10,000. Fewer where they reach 4 to 16 MiB."
    ),
]
XAxis = Annotated[str, strawberry.argument(description=SAMPLE_X_AXIS)]
SampleCount = Annotated[int, strawberry.argument(description="How many rows at most; 1 to 10,000.")]
Stream = Annotated[HistoryStream, strawberry.argument(description="Which stream; what the program logs unless told.")]


@strawberry.type
class RunHistory:
    """The fields of Run that read its history."""

    row: strawberry.Private[RunRow]

    @strawberry.field(
        description="Rows in a range of steps, in step order. A row without `_step` counts as its number.",
        metadata=costs(lambda arguments: rows_cost(arguments, "first", ROWS_DEFAULT)),
    )
    async def history_rows(
        self,
        info: RequestInfo,
        keys: Keys = strawberry.UNSET,
        min_step: MinStep = strawberry.UNSET,
        max_step: MaxStep = strawberry.UNSET,
        first: FirstRows = strawberry.UNSET,
        after: After = strawberry.UNSET,
        stream: Stream = HistoryStream.HISTORY,
    ) -> HistoryRows:
        """A page of rows."""
        run_id, name = self.row.run_id, STREAM_NAMES[stream]
        steps = (min_step, max_step)
        return await history_page(info, run_id, name, ["history", run_id.hex, name], keys, steps, first, after)

    @strawberry.field(
        description="Rows chosen to show the curve: always the same ones, extremes kept, all of them when they fit.",
        metadata=costs(lambda arguments: rows_cost(arguments, "samples", SAMPLES_DEFAULT)),
    )
    async def history_sample(
        self,
        info: RequestInfo,
        keys: Keys = strawberry.UNSET,
        x_axis: XAxis = "_step",
        samples: SampleCount = SAMPLES_DEFAULT,
        stream: Stream = HistoryStream.HISTORY,
    ) -> list[JSONString]:
        """A sample of rows."""
        return await history_samples(info, self.row.run_id, STREAM_NAMES[stream], keys, x_axis, samples)

    @strawberry.field(description="The keys it has logged, by name.", metadata=costs(reading_keys))
    async def metric_keys(self, info: RequestInfo, stream: Stream = HistoryStream.HISTORY) -> list[MetricKey]:
        """The keys of a stream."""
        keys = await info.context.loaders.history_keys.load((self.row.run_id, STREAM_NAMES[stream]))
        with info.context.budget.reading(field_name(info.path)) as taken:
            # Of each at least itself and one field: said before it is made.
            taken.take(0, KEY_VALUES * len(keys))
            return await in_thread_if(len(keys) > ITEMS_AT_ONCE, lambda: [MetricKey.of(key) for key in keys])

    @strawberry.field(
        description="The greatest step of its history; null: it has no rows.", metadata=batch_field(last_steps)
    )
    async def last_step(self, info: RequestInfo) -> float | None:
        """The greatest step."""
        return (await last_steps([self], info.context))[0]

    @strawberry.field(
        description="How many lines were kept out, or kept without some of their keys, since it began; and how many "
        "keys its summary is without.",
        metadata=batch_field(rejected_line_counts),
    )
    async def rejected_line_count(self, info: RequestInfo) -> Int64:
        """Lines that are not kept whole, and keys of the summary."""
        return (await rejected_line_counts([self], info.context))[0]


async def history_page(
    info: RequestInfo,
    source: Source,
    stream: LineStream,
    scope: list[str],
    keys: list[str] | None,
    steps: tuple[int | None, int | None],
    first: int | None,
    after: str | None,
) -> HistoryRows:
    """A page of rows; `scope` tells one history from another, so that a cursor is of this one."""
    size = page_size(first, ROWS_MAX, ROWS_DEFAULT)
    names = check_keys(keys)
    low, high = (step if isinstance(step, int) else None for step in steps)
    secret = info.context.cursor_secret
    digest = list_digest(json.dumps([*scope, sorted(names or []), low, high]))
    position = _position(read_place(secret, digest, after, differing=ROWS_DIFFER)) if after else None
    async with turn_to_read(info) as taken:
        page = await scan(
            info.context.database,
            source,
            stream,
            keys=names,
            min_step=low,
            max_step=high,
            after=position,
            limit=size,
        )
        taken.take_texts(page.rows)
    return HistoryRows(
        rows=[JSONString(row) for row in page.rows],
        page_info=PageInfo(
            has_next_page=page.has_next,
            end_cursor=sign_place(secret, digest, _place(page.end)) if page.end else None,
        ),
    )


async def history_samples(
    info: RequestInfo, source: Source, stream: LineStream, keys: list[str] | None, x_axis: str, samples: int
) -> list[JSONString]:
    """A sample of rows."""
    check_samples(samples)
    async with turn_to_read(info) as taken:
        rows = await sample(
            info.context.database,
            source,
            stream,
            keys=check_keys(keys),
            x_axis=x_axis,
            samples=samples,
            reading=taken,
        )
    return [JSONString(row) for row in rows]


def next_line(streams: Iterable[StreamRow], stream: str, *, is_beginning: bool = False) -> int:
    """Where a resuming process goes on in this stream of a run; `streams` are all of the run's.

    One that begins does not count repeated lines: where the newest epoch has some, it goes on after the longest.
    """
    row = next((row for row in streams if row.stream == stream and row.writer == ""), None)
    if row is None:
        return 0
    return row.unrepeated if is_beginning and row.repeated else row.next_line


def check_samples(samples: int) -> int:
    """The number. Raises AppError when it is out of bounds."""
    if not 1 <= samples <= SAMPLES_MAX:
        raise AppError(f"samples is {samples}; allowed: 1 to {SAMPLES_MAX}", path="samples")
    return samples


def check_keys(keys: list[str] | None) -> list[str] | None:
    """The keys, None for all. Raises AppError when there are too many."""
    if not keys:
        return None
    if len(keys) > KEYS_MAX:
        raise AppError(f"{len(keys)} keys; allowed: {KEYS_MAX}", path="keys")
    return list(dict.fromkeys(keys))


def _place(end: Position) -> list[str]:
    # As texts, like every place; that of a float gives the same float back.
    return [repr(end.step), str(end.epoch), end.writer, str(end.line)]


def _position(place: Sequence[str | None]) -> Position:
    step, epoch, writer, line = (text or "" for text in place)
    return Position(float(step), int(epoch), writer, int(line))
