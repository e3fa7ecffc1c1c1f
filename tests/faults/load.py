"""What one run of the fault campaign logs: a function of the seed. Pure; made into requests by trouble.py.

A run is written by one process, or by two of which the second starts its line numbers again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from random import Random
from typing import Any, Literal

Stream = Literal["history", "events"]
Identity = tuple[int, int]
"""Process and line number: what tells one line of a stream from the others."""

RUN_LINES = (200, 3000)
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


@dataclass
class Load:
    """One run and how much of it was sent so far: for each process, lines by stream, and what it printed.

    `is_plain`: rows as a Parquet file can hold them, each with the same keys and a step of its own. `has_nulls`: keys
    may be there and null; a column cannot tell that from missing.
    """

    seed: str
    name: str
    is_plain: bool = False
    has_nulls: bool = True
    sent: list[dict[Stream, int]] = field(default_factory=list)
    console: list[list[str]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(f"{self.seed}/{self.name}")
        self.lines = self.random.randint(*RUN_LINES)
        # Some programs log several rows at one step.
        self.rows_per_step = 1 if self.is_plain else self.random.choice([1, 1, 1, 3])

    def begin_process(self) -> int:
        """The number of the process that writes from here on."""
        self.sent.append({"history": 0, "events": 0})
        self.console.append([])
        return len(self.sent) - 1

    def line(self, stream: Stream, process: int, number: int) -> dict[str, Any]:
        """A line."""
        random = Random(f"{self.seed}/{self.name}/{stream}/{process}/{number}")
        line = {"process": process, "line": number, "value": random.random(), "count": random.getrandbits(20)}
        if stream == "events":
            return {**line, "_timestamp": 1.7e9 + number, "system.cpu": random.uniform(0, 100)}
        line["_step"] = number // self.rows_per_step
        if self.is_plain:
            return line
        return {
            **line,
            f"sparse {random.randrange(5)}": number,
            "mixed": random.choice(KINDS if self.has_nulls else KINDS[1:]),
        }

    def place(self, stream: Stream, identity: Identity) -> tuple[int, ...]:
        """What the lines of a stream are ordered by when they are read."""
        process, number = identity
        return (number // self.rows_per_step if stream == "history" else number, process, number)

    def identities(self, stream: Stream) -> Iterator[Identity]:
        """Every line sent, in the order in which they are read."""
        processes = [[(process, number) for number in range(sent[stream])] for process, sent in enumerate(self.sent)]
        return merge(*processes, key=lambda identity: self.place(stream, identity))


def canonical(row: dict[str, Any]) -> str:
    """Text that is equal for equal rows: NaN is NaN, 2 is not 2.0, key order does not matter."""
    return json.dumps(row, sort_keys=True)
