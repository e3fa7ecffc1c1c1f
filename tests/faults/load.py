"""What one run of the fault campaign logs, and in which requests: a function of the seed. Pure; sent by writers.py.

The requests are what a client under trouble sends: mostly in order, but some again, some that overlap what was sent,
some held back so that their lines fill a gap later, some abandoned half-way and sent again at once.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

Stream = Literal["history", "events"]

FILES: dict[Stream, str] = {"history": "wandb-history.jsonl", "events": "wandb-events.jsonl"}
RUN_LINES = (200, 3000)
BATCH_LINES = (1, 40)
# The server keeps at most 64 gaps; the real SDK makes none.
HELD_MAX = 6
KEPT_FOR_REPEATS = 20
PAUSE_MAX_S = 0.08
KINDS: tuple[Any, ...] = (
    None,
    True,
    "text",
    math.nan,
    math.inf,
    [1, 2.5, None],
    {"deep": {"er": 1}},
    2**62,
    -0.0,
    1e300,
)


@dataclass(frozen=True)
class Block:
    """Consecutive lines of a stream, `past_last` left out."""

    stream: Stream
    first: int
    past_last: int


@dataclass(frozen=True)
class Request:
    """One file_stream request: its body, the lines in it, and whether the sender gives up on the first attempt."""

    body: dict[str, Any]
    blocks: list[Block]
    is_impatient: bool = False


@dataclass
class Load:
    """One run. `next_request` until `is_complete`, then `last_requests`; what must be there then is `expected…`."""

    seed: str
    name: str
    sent: dict[Stream, int] = field(default_factory=lambda: {"history": 0, "events": 0})
    console: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed}/{self.name}")
        self._lines = self._random.randint(*RUN_LINES)
        # Some programs log several rows at one step.
        self._rows_per_step = self._random.choice([1, 1, 1, 3])
        self._held: list[Block] = []
        self._earlier: list[Block] = []

    @property
    def is_complete(self) -> bool:
        """Whether all its lines are in requests that were made, those held back excepted."""
        return self.sent["history"] >= self._lines

    def pause_s(self) -> float:
        """How long the program computes until it logs again."""
        return self._random.uniform(0, PAUSE_MAX_S)

    def next_request(self) -> Request:
        """The next request, in whatever order trouble brings."""
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
            overlapping = Block("history", max(0, block.first - self._random.randint(1, 60)), block.past_last)
            # What it overlaps may lie in a gap: then it fills that, and the block held back comes as a repeat.
            return self._request([overlapping], is_impatient=impatient)
        return self._in_order()

    def last_requests(self) -> list[Request]:
        """What is still held back, then the exit, as the SDK sends it: with the last of everything."""
        late = [self._request([block]) for block in self._held]
        self._held.clear()
        last = self._in_order()
        last.body.update(complete=True, exitcode=0)
        return [*late, last]

    def expected_lines(self, stream: Stream) -> list[str]:
        """Every line sent, as canonical JSON."""
        return [canonical(self._line(stream, number)) for number in range(self.sent[stream])]

    def _in_order(self) -> Request:
        """New lines of every stream, output and summary. Of the last two the last write wins: they are not repeated."""
        blocks = [self._cut("history")]
        if self._random.random() < 0.3:
            blocks.append(self._cut("events", 3))
        # A progress bar: the last line is rewritten, others follow.
        first = max(0, len(self.console) - 1)
        self.console[first:] = [
            f"line {first + number} after {self.sent['history']} rows" for number in range(self._random.randint(1, 3))
        ]
        self.summary = {"rows": self.sent["history"], "value": self._random.random()}
        request = self._request(blocks)
        request.body["files"] |= {
            "output.log": {
                "offset": first,
                "content": [
                    f"2026-01-01T00:00:00.{number:06} {self.console[number]}"
                    for number in range(first, len(self.console))
                ],
            },
            "wandb-summary.json": {"offset": 0, "content": [json.dumps(self.summary)]},
        }
        return request

    def _cut(self, stream: Stream, longest: int = BATCH_LINES[1]) -> Block:
        first = self.sent[stream]
        self.sent[stream] += self._random.randint(BATCH_LINES[0], longest)
        return Block(stream, first, self.sent[stream])

    def _request(self, blocks: list[Block], *, is_impatient: bool = False) -> Request:
        self._earlier = [*self._earlier, *blocks][-KEPT_FOR_REPEATS:]
        files = {
            FILES[block.stream]: {
                "offset": block.first,
                "content": [json.dumps(self._line(block.stream, line)) for line in range(block.first, block.past_last)],
            }
            for block in blocks
        }
        return Request({"files": files}, blocks, is_impatient)

    def _line(self, stream: Stream, number: int) -> dict[str, Any]:
        random = Random(f"{self.seed}/{self.name}/{stream}/{number}")
        line = {"line": number, "value": random.random(), "count": random.getrandbits(20)}
        if stream == "events":
            return {**line, "_timestamp": 1.7e9 + number, "system.cpu": random.uniform(0, 100)}
        line |= {"_step": number // self._rows_per_step, f"sparse {random.randrange(5)}": number}
        return {**line, "mixed": random.choice(KINDS)}


def canonical(row: dict[str, Any]) -> str:
    """Text that is equal for equal rows: NaN is NaN, 2 is not 2.0, key order does not matter."""
    return json.dumps(row, sort_keys=True)
