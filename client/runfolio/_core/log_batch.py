"""Rows that are sent together. Taken out of log_queue.py, sent by _async/writing.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from runfolio._core.column_slice import ColumnSlice

BATCH_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LogBatch:
    """Rows that are sent together, and again after a lost answer: the server tells by `offset` what it has.

    As lines, or as `columns`. `exit_code` is set in the last batch of all; `left_out` are keys that the summary, which
    would be too large, is without.
    """

    offset: int
    count: int
    json_lines: str
    columns: ColumnSlice | None
    summary: str
    exit_code: int | None
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """About the bytes of the rows."""
        return len(self.json_lines) if self.columns is None else self.columns.size

    def as_lines(self) -> Iterator[LogBatch]:
        """The same rows as lines, in batches of bounded size; the last one has the end."""
        if self.columns is None:
            yield self
            return
        offset, lines, size = self.offset, list[str](), 0
        for line in self.columns.lines():
            if lines and size + len(line) > BATCH_BYTES:
                yield replace(
                    self, offset=offset, count=len(lines), json_lines="\n".join(lines), columns=None, exit_code=None
                )
                offset, lines, size = offset + len(lines), [], 0
            lines.append(line)
            size += len(line) + 1
        yield replace(self, offset=offset, count=len(lines), json_lines="\n".join(lines), columns=None)
