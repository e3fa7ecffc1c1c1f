"""What a run tells of its process and machine, and how long it ran. Used by Run."""

from __future__ import annotations

from typing import Any

import strawberry

from runfolio_server.context import Context
from runfolio_server.domain import json_text
from runfolio_server.domain.run_duration import duration_of
from runfolio_server.graph.execution.row_fields import batch_field
from runfolio_server.graph.info import RequestInfo
from runfolio_server.graph.relay.scalars import Int64
from runfolio_server.sql.runs.runs import EnvironmentRow, RunRow


def _told(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.type(
    description="What the newest process of a run told of itself and its machine; null: not told. In filters, orders, "
    "groups and exports each is `environment.<name>`, in snake_case."
)
class RunEnvironment:
    """The environment of a run."""

    command: str | None = strawberry.field(description="The program with its arguments, as a shell would take it.")
    os: str | None = strawberry.field(description="Operating system and its version.")
    python_version: str | None = strawberry.field(description="Version of Python.")
    python_executable: str | None = strawberry.field(description="Path of the Python that ran it.")
    cpu_count: Int64 | None = strawberry.field(description="Cores.")
    logical_cpu_count: Int64 | None = strawberry.field(
        description="Cores as the operating system counts them, so with hyper-threads."
    )
    cpu_model: str | None = strawberry.field(description="Name of the processor.")
    memory_bytes: Int64 | None = strawberry.field(description="Memory of the machine.")
    gpu_type: str | None = strawberry.field(description="Name of the GPUs, of the first one where they differ.")
    gpu_count: Int64 | None = strawberry.field(description="How many GPUs.")
    git_remote: str | None = strawberry.field(description="Remote repository of its source.")
    git_commit: str | None = strawberry.field(description="Commit of its source.")
    sdk_version: str | None = strawberry.field(description="Version of the SDK that logged it.")

    @classmethod
    def of(cls, told: dict[str, Any]) -> RunEnvironment:
        """The environment as the database has it."""
        return cls(**{name: told.get(name) for name in cls.__annotations__})


@strawberry.input(description="What the process of a run tells of itself and its machine; absent: not told.")
class RunEnvironmentInput:
    """The environment as a client tells it."""

    command: str | None = _told("The program with its arguments.")
    os: str | None = _told("Operating system and its version.")
    python_version: str | None = _told("Version of Python.")
    python_executable: str | None = _told("Path of the Python that runs it.")
    cpu_count: Int64 | None = _told("Cores.")
    logical_cpu_count: Int64 | None = _told("Cores with hyper-threads.")
    cpu_model: str | None = _told("Name of the processor.")
    memory_bytes: Int64 | None = _told("Memory of the machine.")
    gpu_type: str | None = _told("Name of the GPUs.")
    gpu_count: Int64 | None = _told("How many GPUs.")
    git_remote: str | None = _told("Remote repository of its source.")
    git_commit: str | None = _told("Commit of its source.")
    sdk_version: str | None = _told("Version of the SDK that logs it.")

    def told(self) -> dict[str, Any]:
        """What is told, by name."""
        return {name: value for name, value in vars(self).items() if value not in (None, strawberry.UNSET)}


async def overview_rows(runs: list[RunOverview], context: Context) -> list[EnvironmentRow]:
    """What each run tells; of one that is deleted meanwhile nothing."""
    rows = await context.loaders.environment.load_many([run.row.run_id for run in runs])
    return [row or EnvironmentRow(run.row.run_id, "{}", None) for run, row in zip(runs, rows, strict=True)]


async def environments_of(runs: list[RunOverview], context: Context) -> list[RunEnvironment]:
    """The environment of each run."""
    rows = await overview_rows(runs, context)
    return [
        RunEnvironment.of(json_text.parse(row.environment.encode()) if run.sees_all else {})
        for run, row in zip(runs, rows, strict=True)
    ]


async def durations_of(runs: list[RunOverview], context: Context) -> list[float]:
    """The duration of each run."""
    rows = await overview_rows(runs, context)
    return [duration_of(run.row, row.runtime) for run, row in zip(runs, rows, strict=True)]


async def tracked_seconds_of(runs: list[RunOverview], context: Context) -> list[float]:
    """How long the processes of each run ran, as they say; else its duration."""
    rows = await overview_rows(runs, context)
    return [
        duration_of(run.row, None) if row.runtime is None else row.runtime for run, row in zip(runs, rows, strict=True)
    ]


@strawberry.type
class RunOverview:
    """The fields of Run that are made of what it tells of itself."""

    row: strawberry.Private[RunRow]
    sees_all: strawberry.Private[bool]

    @strawberry.field(description="Its process and machine.", metadata=batch_field(environments_of))
    async def environment(self, info: RequestInfo) -> RunEnvironment:
        """The environment."""
        return (await environments_of([self], info.context))[0]

    @strawberry.field(
        description="Seconds from its start to its end, or to its last sign of life; of a run that was sent when it "
        "was over, as it says itself.",
        metadata=batch_field(durations_of),
    )
    async def duration(self, info: RequestInfo) -> float:
        """Wall-clock time."""
        return (await durations_of([self], info.context))[0]

    @strawberry.field(
        description="Seconds that its processes really ran, so without the pauses before it was resumed; as they say "
        "themselves, else as `duration`.",
        metadata=batch_field(tracked_seconds_of),
    )
    async def tracked_seconds(self, info: RequestInfo) -> float:
        """Time spent running."""
        return (await tracked_seconds_of([self], info.context))[0]
