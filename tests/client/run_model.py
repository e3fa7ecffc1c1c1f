"""The life of runs as a model: what rows, summary, counts, states and log a run must have after each event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runfolio_server.domain.run_state import LIVING_STATES, LifeEvent, RunState, next_state
from runfolio_server.ingest.exit_code import state_after_exit

Row = dict[str, Any]


@dataclass
class ModelProcess:
    """A process that logs: where its next line goes, and its next step."""

    offset: int
    step: int


@dataclass
class ModelRun:
    """What is to be read of a run."""

    name: str
    rows: list[Row] = field(default_factory=list)
    summary: Row = field(default_factory=dict)
    state: RunState = RunState.RUNNING
    log: list[str] = field(default_factory=lambda: ["running"])
    exit_code: int | None = None
    lines: int = 0
    branches: list[list[Row]] = field(default_factory=list)
    process: ModelProcess | None = None
    is_deleted: bool = False
    stop_requested: bool = False

    def moves(self, event: LifeEvent, told: RunState | None = None) -> None:
        """An event of its life."""
        after = next_state(self.state, event, told)
        if after != self.state:
            self.state = after
            self.log.append(after.value)

    @property
    def last_step(self) -> int | None:
        """The greatest step."""
        return max((row["_step"] for row in self.rows), default=None)

    @property
    def is_living(self) -> bool:
        """Whether a process writes it, or is to come."""
        return self.state in LIVING_STATES

    def logs(self, count: int, value: int) -> tuple[int, list[Row]]:
        """Its process logs rows: the number of the first line, and the rows."""
        process = self.process
        assert process is not None
        sent = [{"_step": process.step + number, "value": value, "odd": number % 2} for number in range(count)]
        offset = process.offset
        self.rows = sorted([*self.rows, *sent], key=lambda row: int(row["_step"]))
        self.summary = {**self.summary, **sent[-1]}
        process.offset += count
        process.step += count
        self.lines = process.offset
        self.moves(LifeEvent.BATCH)
        return offset, sent

    def ends(self, code: int) -> None:
        """Its process ends."""
        before = self.state
        self.moves(LifeEvent.FAILURE if code else LifeEvent.SUCCESS, state_after_exit(code))
        if before in LIVING_STATES or before is RunState.CRASHED:
            self.exit_code = code
        self.process = None

    def starts(self) -> None:
        """Another process takes it up, behind its last row."""
        if next_state(self.state, LifeEvent.START) != self.state:
            self.exit_code = None
            self.stop_requested = False
        self.moves(LifeEvent.START)
        step = self.last_step
        self.process = ModelProcess(self.lines, 0 if step is None else step + 1)

    def is_rewound(self, step: int) -> None:
        """It is taken back to a step; the process that it had does not know."""
        kept = [row for row in self.rows if row["_step"] <= step]
        was = self.state
        self.moves(LifeEvent.REWIND)
        if len(kept) < len(self.rows):
            self.branches.append(self.rows)
            self.rows, self.lines = kept, len(kept)
            self.summary = folded(kept)
        if was != self.state or len(kept) < len(self.branches[-1] if self.branches else []):
            self.exit_code = None if was != self.state else self.exit_code
            self.stop_requested = False if was != self.state else self.stop_requested
        self.process = None

    def forked(self, name: str, step: int) -> ModelRun:
        """A fork of it."""
        kept = [row for row in self.rows if row["_step"] <= step]
        process = ModelProcess(len(kept), step + 1)
        return ModelRun(name, kept, folded(kept), lines=len(kept), process=process)


def folded(rows: list[Row]) -> Row:
    """The summary of rows."""
    summary: Row = {}
    for row in rows:
        summary |= row
    return summary
