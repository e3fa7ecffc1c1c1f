"""One parsed ingest request: what parse.py makes and append.py stores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

LineStream = Literal["history", "events"]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that is kept out, and why."""

    stream: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Consecutive lines of a stream. A line kept out is b"" and has no row, so that the numbers of the others stay.

    `line_zero` is line 0 when the sender sent it along, in a part of the block too: it tells one process from another.
    """

    stream: LineStream
    first_line: int
    lines: list[bytes]
    rows: list[dict[str, Any] | None]
    line_zero: bytes | None

    @classmethod
    def received(
        cls, stream: LineStream, first_line: int, lines: list[bytes], rows: list[dict[str, Any] | None]
    ) -> LineBlock:
        """The lines of a request, which may begin with line 0."""
        return cls(stream, first_line, lines, rows, lines[0] if lines and first_line == 0 else None)

    def part(self, first_line: int, past_last: int) -> LineBlock:
        """The lines in this range of line numbers."""
        chosen = slice(first_line - self.first_line, past_last - self.first_line)
        return LineBlock(self.stream, first_line, self.lines[chosen], self.rows[chosen], self.line_zero)


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """One line of captured output; `time` as sent, `level` "error" for stderr and "" otherwise."""

    time: str | None
    level: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsoleBlock:
    """Consecutive console lines."""

    first_line: int
    lines: list[ConsoleLine]


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one request says of a run. All parts may be absent: then it is a heartbeat."""

    writer: str = ""
    blocks: list[LineBlock] = field(default_factory=list)
    console: ConsoleBlock | None = None
    summary_text: str | None = None
    summary: dict[str, Any] | None = None
    is_preempting: bool = False
    exit_code: int | None = None
    rejected: list[RejectedLine] = field(default_factory=list)
