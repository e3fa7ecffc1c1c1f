"""A load as the requests of a client under trouble: a function of the seed. Pure; sent by writers.py.

Mostly in order, but some again, some that overlap what was sent, some held back so that their lines fill a gap later
(often behind a pause in which the worker compacts what is there), some abandoned half-way and sent again at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.faults.load import Load, Stream

FILES: dict[Stream, str] = {"history": "wandb-history.jsonl", "events": "wandb-events.jsonl"}
BATCH_LINES_MAX = 40
# The server keeps at most 64 gaps; the real SDK makes none.
HELD_MAX = 6
KEPT_FOR_REPEATS = 20
PAUSE_MAX_S = 0.05
# The worker looks for tails every two seconds.
COMPACTION_PAUSE_S = 3.0
# A request that was given up must have ended in the server: as a late repeat it would be the next process's.
RESTART_PAUSE_S = 1.0


@dataclass(frozen=True)
class Block:
    """Consecutive lines of a process in a stream, `past_last` left out."""

    stream: Stream
    process: int
    first: int
    past_last: int


@dataclass(frozen=True)
class Request:
    """Lines, output from line `console_offset` on, and what else one request says of a run."""

    blocks: list[Block]
    console_offset: int = 0
    console: tuple[str, ...] = ()
    summary: dict[str, Any] | None = None
    exit_code: int | None = None
    is_impatient: bool = False
    """Whether the sender gives up on the first attempt."""


@dataclass(frozen=True)
class Pause:
    """The program computes."""

    seconds: float


class Trouble:
    """The requests of a load, in whatever order trouble brings, each of at most so many new lines.

    `has_files`: with events and output too.
    """

    def __init__(self, load: Load, *, has_files: bool, lines_max: int = BATCH_LINES_MAX) -> None:
        self.is_told_to_end = False
        self._lines_max = lines_max
        self._load = load
        self._random = load.random
        self._has_files = has_files
        # Rows of a file follow each other by step, which those of two processes do not.
        self._processes = 1 if load.is_plain else self._random.choice([1, 2, 2])
        self._process = 0
        self._held: list[Block] = []
        self._earlier: list[Block] = []

    def steps(self) -> Iterator[Request | Pause]:
        """What to do, one after the other; told to end, it comes to the exit soon."""
        for number in range(self._processes):
            if number:
                yield Pause(RESTART_PAUSE_S)
            self._process = self._load.begin_process()
            self._earlier = []
            # The first line tells the server that another process begins.
            yield self._in_order()
            while self._sent("history") < self._load.lines / self._processes and not self.is_told_to_end:
                yield self._next()
                yield Pause(self._random.uniform(0, PAUSE_MAX_S))
            if self._held and not self.is_told_to_end and self._random.random() < 0.5:
                yield Pause(COMPACTION_PAUSE_S)
            while self._held:
                yield self._request([self._held.pop()])
            if self.is_told_to_end:
                break
        yield self._in_order(exit_code=0)

    def _next(self) -> Request:
        chance = self._random.random()
        impatient = self._random.random() < 0.05
        if chance < 0.10 and self._earlier:
            return self._request([self._random.choice(self._earlier)], is_impatient=impatient)
        if chance < 0.22 and self._held:
            return self._request([self._held.pop(self._random.randrange(len(self._held)))], is_impatient=impatient)
        if chance < 0.32 and len(self._held) < HELD_MAX:
            self._held.append(self._cut("history"))
        if chance < 0.42:
            block = self._cut("history")
            first = max(0, block.first - self._random.randint(1, 60))
            # What it overlaps may lie in a gap: then it fills that, and the block held back comes as a repeat.
            return self._request([Block("history", block.process, first, block.past_last)], is_impatient=impatient)
        return self._in_order()

    def _in_order(self, exit_code: int | None = None) -> Request:
        """New lines of every stream, output and summary. Of the last two the last write wins: they are not repeated."""
        blocks = [self._cut("history")]
        load = self._load
        load.summary = {"rows": self._sent("history"), "value": self._random.random()}
        if not self._has_files:
            return Request(self._kept(blocks), summary=load.summary, exit_code=exit_code)
        if self._random.random() < 0.3:
            blocks.append(self._cut("events", 3))
        # A progress bar: the last line is rewritten, others follow.
        console = load.console[self._process]
        offset = max(0, len(console) - 1)
        console[offset:] = [
            f"line {offset + number} of process {self._process} after {self._sent('history')} rows"
            for number in range(self._random.randint(1, 3))
        ]
        return Request(self._kept(blocks), offset, tuple(console[offset:]), load.summary, exit_code)

    def _request(self, blocks: list[Block], *, is_impatient: bool = False) -> Request:
        return Request(self._kept(blocks), is_impatient=is_impatient)

    def _kept(self, blocks: list[Block]) -> list[Block]:
        self._earlier = [*self._earlier, *blocks][-KEPT_FOR_REPEATS:]
        return blocks

    def _cut(self, stream: Stream, longest: int | None = None) -> Block:
        sent = self._load.sent[self._process]
        first = sent[stream]
        sent[stream] += self._random.randint(1, longest or self._lines_max)
        return Block(stream, self._process, first, sent[stream])

    def _sent(self, stream: Stream) -> int:
        return self._load.sent[self._process][stream]


def file_stream_body(load: Load, request: Request) -> dict[str, Any]:
    """The body with which the real SDK sends it. A new process is a new epoch."""
    files: dict[str, Any] = {
        FILES[block.stream]: {"offset": block.first, "content": lines_of(load, block)} for block in request.blocks
    }
    if request.console:
        process = request.blocks[0].process
        content = [
            # The time of line 0 tells a new process from a rewritten line.
            f"2026-01-01T00:00:{process:02}.{number:06} {text}"
            for number, text in enumerate(request.console, request.console_offset)
        ]
        files["output.log"] = {"offset": request.console_offset, "content": content}
    if request.summary is not None:
        files["wandb-summary.json"] = {"offset": 0, "content": [json.dumps(request.summary)]}
    exit_fields = {} if request.exit_code is None else {"complete": True, "exitcode": request.exit_code}
    return {"files": files, **exit_fields}


def append_input(load: Load, request: Request, run_id: str) -> dict[str, Any]:
    """The input of appendHistory. A new process is a new writer."""
    (block,) = request.blocks
    found: dict[str, Any] = {
        "runId": run_id,
        "offset": block.first,
        "jsonLines": "\n".join(lines_of(load, block)),
        "writer": f"process-{block.process}" if block.process else "",
    }
    if request.summary is not None:
        found["summaryMetrics"] = json.dumps(request.summary)
    return found if request.exit_code is None else {**found, "exitCode": request.exit_code}


def lines_of(load: Load, block: Block) -> list[str]:
    """The lines of a block as JSON."""
    return [json.dumps(load.line(block.stream, block.process, line)) for line in range(block.first, block.past_last)]
