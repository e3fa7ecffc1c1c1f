"""What a run tells of its process and machine. Made by _async/run_life.py."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from runfolio._core.html import definition_table
from runfolio._core.moments import utc_or_none
from runfolio._generated import GetRunOverviewProjectRun


@dataclass(frozen=True, slots=True)
class RunOverview:
    """When and where a run ran, as its newest process tells; None: not told.

    `duration` are seconds from its start to its end, or to its last sign of life; `tracked_seconds` those that its
    processes really ran, without the pauses before it was resumed. Times are UTC.
    """

    started_at: datetime | None
    finished_at: datetime | None
    duration: float
    tracked_seconds: float
    command: str | None
    os: str | None
    python_version: str | None
    python_executable: str | None
    cpu_count: int | None
    logical_cpu_count: int | None
    cpu_model: str | None
    memory_bytes: int | None
    gpu_type: str | None
    gpu_count: int | None
    git_remote: str | None
    git_commit: str | None
    sdk_version: str | None

    @classmethod
    def of(cls, run: GetRunOverviewProjectRun) -> RunOverview:
        """The overview of an answer."""
        environment: dict[str, Any] = {name: getattr(run.environment, name) for name in _OF_ENVIRONMENT}
        return cls(
            started_at=utc_or_none(run.started_at),
            finished_at=utc_or_none(run.finished_at),
            duration=run.duration,
            tracked_seconds=run.tracked_seconds,
            **environment,
        )

    def _repr_html_(self) -> str:
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return definition_table("Overview", {name: value for name, value in told.items() if value is not None})


_OF_RUN = ("started_at", "finished_at", "duration", "tracked_seconds")
_OF_ENVIRONMENT = tuple(field.name for field in fields(RunOverview) if field.name not in _OF_RUN)
