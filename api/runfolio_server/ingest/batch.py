"""One parsed ingest request: what parse.py makes and append.py stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from runfolio_server.domain import json_text
from runfolio_server.domain.history_line import STEP_KEY
from runfolio_server.history.storage.chunk import NumberColumn
from runfolio_server.history.storage.kept_members import LeftOutKey
from runfolio_server.history.storage.key_columns import KeyColumn
from runfolio_server.ingest.summary import Summary

LineStream = Literal["history", "events"]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that is kept out, or the key that one is without, and why; `key` None: it is the whole line."""

    stream: str
    line: int
    reason: str
    key: str | None = None

    @classmethod
    def without(cls, stream: LineStream, line: int, left_out: LeftOutKey) -> RejectedLine:
        """A row that is kept without this key."""
        return cls(stream, line, f"it is without {left_out.key!r}: {left_out.reason}", left_out.key)

    @classmethod
    def of_summary(cls, left_out: LeftOutKey, line: int = 0) -> RejectedLine:
        """A summary that is kept without this key."""
        return cls("summary", line, f"the summary is without {left_out.key!r}: {left_out.reason}", left_out.key)


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Consecutive lines of a stream. A line kept out is b"" and has no row, so that the numbers of the others stay.

    So is one of `repeats`: line numbers of rows that the run has already under other numbers.
    `line_zero` is line 0 when the sender sent it along, in a part of the block too: it tells one process from another.
    `incomplete` are the numbers of the lines that are stored without some of their keys.
    """

    stream: LineStream
    first_line: int
    lines: list[bytes]
    rows: list[dict[str, Any] | None]
    line_zero: bytes | None
    repeats: frozenset[int] = frozenset()
    incomplete: Sequence[int] = ()

    @classmethod
    def received(
        cls,
        stream: LineStream,
        first_line: int,
        lines: list[bytes],
        rows: list[dict[str, Any] | None],
        incomplete: Sequence[int] = (),
    ) -> LineBlock:
        """The lines of a request, which may begin with line 0."""
        return cls(
            stream, first_line, lines, rows, lines[0] if lines and first_line == 0 else None, incomplete=incomplete
        )

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self.lines)

    def part(self, first_line: int, past_last: int) -> LineBlock:
        """The lines in this range of line numbers."""
        chosen = slice(first_line - self.first_line, past_last - self.first_line)
        repeats = frozenset(line for line in self.repeats if first_line <= line < past_last)
        incomplete = [line for line in self.incomplete if first_line <= line < past_last]
        lines, rows = self.lines[chosen], self.rows[chosen]
        return LineBlock(self.stream, first_line, lines, rows, self.line_zero, repeats, incomplete)

    def without(self, repeats: AbstractSet[int]) -> LineBlock:
        """The same lines, those of these numbers emptied."""
        empty = [line in repeats for line in range(self.first_line, self.first_line + self.count)]
        lines = [b"" if is_empty else line for line, is_empty in zip(self.lines, empty, strict=True)]
        rows = [None if is_empty else row for row, is_empty in zip(self.rows, empty, strict=True)]
        return replace(self, lines=lines, rows=rows, repeats=self.repeats | repeats)

    @property
    def rejected(self) -> int:
        """How many lines are kept out, or are stored without some of their keys; repeats are none of them."""
        return self.lines.count(b"") - len(self.repeats) + len(set(self.incomplete) - self.repeats)


@dataclass(frozen=True, slots=True)
class ColumnBlock:
    """Consecutive rows of a stream that came as columns, in the order of their keys; a row may have none of them.

    `line_zero` is as in LineBlock: the text that row 0 would have as a line; and so is `incomplete`, in order.
    """

    stream: LineStream
    first_line: int
    count: int
    columns: dict[str, NumberColumn | KeyColumn]
    line_zero: bytes | None = None
    incomplete: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def part(self, first_line: int, past_last: int) -> ColumnBlock:
        """The rows in this range of line numbers."""
        columns: dict[str, NumberColumn | KeyColumn] = {}
        for key, column in self.columns.items():
            first, past = np.searchsorted(column.lines, (first_line, past_last)).tolist()
            if first < past:
                lines, chosen = column.lines[first:past], slice(first, past)
                if isinstance(column, KeyColumn):
                    columns[key] = KeyColumn(lines, column.values[chosen])
                else:
                    columns[key] = NumberColumn(lines, column.values[chosen])
        first, past = np.searchsorted(self.incomplete, (first_line, past_last)).tolist()
        incomplete = self.incomplete[first:past]
        return replace(
            self, first_line=first_line, count=past_last - first_line, columns=columns, incomplete=incomplete
        )

    def rows(self, columns: Mapping[str, NumberColumn | KeyColumn] | None = None) -> list[dict[str, Any]]:
        """The rows, with these of its columns or all of them."""
        found: list[dict[str, Any]] = [{} for _ in range(self.count)]
        for key, column in (self.columns if columns is None else columns).items():
            values = column.values if isinstance(column, KeyColumn) else column.values.tolist()
            for index, value in zip((column.lines - self.first_line).tolist(), values, strict=True):
                found[index][key] = value
        return found

    def as_lines(self) -> LineBlock:
        """The same rows as lines."""
        rows = self.rows()
        lines = [json_text.dump(row).encode() for row in rows]
        return LineBlock(
            self.stream, self.first_line, lines, list(rows), self.line_zero, incomplete=self.incomplete.tolist()
        )

    def steps(self) -> npt.NDArray[np.float64]:
        """What each row is ordered by, as history/storage/steps.py says it of lines."""
        steps = np.arange(self.first_line, self.first_line + self.count, dtype=np.float64)
        column = self.columns.get(STEP_KEY)
        if isinstance(column, NumberColumn):
            # 0.0 and -0.0 are one step.
            own = column.values.astype(np.float64) + 0.0
            finite = np.isfinite(own)
            steps[(column.lines - self.first_line)[finite]] = own[finite]
        return steps


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
    """Everything one request says of a run. All parts may be absent: then it is a heartbeat.

    `summary_rejected` counts the keys that the summary is without; 1 where there is none, because it was no object.
    """

    writer: str = ""
    blocks: list[LineBlock] = field(default_factory=list)
    columns: ColumnBlock | None = None
    console: ConsoleBlock | None = None
    summary: Summary | None = None
    summary_rejected: int = 0
    is_preempting: bool = False
    exit_code: int | None = None
    rejected: list[RejectedLine] = field(default_factory=list)
