"""Rows that were logged and are not acknowledged yet: numbered, as JSON text, bounded. Used by _async/writing.py.

No I/O, and safe to use from several threads: who logs adds, who sends takes.
"""

from __future__ import annotations

import base64
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runfolio._core.column_slice import ColumnSlice
from runfolio._core.log_batch import BATCH_BYTES, LogBatch
from runfolio._core.log_columns import LogColumn, counted, integers, repeated
from runfolio._core.log_json import encode_row, encode_summary, summary_values
from runfolio._core.row_run import RowRun

QUEUE_BYTES_MAX = 64 * 1024 * 1024
"""What waits or is under way; beyond it, who logs waits."""
DUE_BYTES = 256 * 1024
"""As much is sent at once, less when it has waited for INTERVAL_S."""
INTERVAL_S = 1.0

FORKED = "The process that this one was forked from logs this run; call create_run here too."
FINISHED = "The run was finished; create_run with its id takes it up again."


class LogQueue:
    """The rows of one process for one run. `next_step` is the step of the next row that has none of its own."""

    def __init__(self, next_step: int, summary: Mapping[str, Any], clock: Callable[[], float] = time.time) -> None:
        # A fresh one, so that processes that log the same run never mix up their numbers. Sorts by time.
        # Short, because it is stored with every key of every chunk.
        name = int(clock() * 1000).to_bytes(6, "big") + secrets.token_bytes(4)
        self.writer = base64.b32hexencode(name).decode().lower()
        self.next_step = next_step
        self._summary = dict(summary)
        self._clock = clock
        self._started_at = clock()
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._rows: list[bytes] = []
        self._rows_bytes = 0
        # The newest rows, behind all others.
        self._run = RowRun()
        # Each with the number of its first row; the rows between them are in the list above.
        self._slices: deque[tuple[int, ColumnSlice]] = deque()
        self._slices_rows = 0
        self._slices_bytes = 0
        self._in_flight_bytes = 0
        self._next_line = 0
        self._exit_code: int | None = None

    def add(self, row: Mapping[str, Any], step: int | None = None) -> bool:
        """Put a row at the end; whether there is now enough to be sent at once.

        The row gets `_step`, and `_timestamp` and `_runtime` (both in seconds) where it has none of its own. Raises
        TypeError for what is no mapping or no JSON, ValueError for a row that is too large or comes after the end.
        """
        if self._process != os.getpid():
            raise RuntimeError(FORKED)
        if type(row) is not dict and not isinstance(row, Mapping):
            raise TypeError(f"The row is a {type(row).__name__}; allowed: a mapping of names to values.")
        now = self._clock()
        if step is None:
            step = row.get("_step")
        with self._lock:
            if self._exit_code is not None:
                raise ValueError(FINISHED)
            if step is None:
                step = self.next_step
            elif type(step) is not int or step < 0:
                step = check_step(step)
            runtime = now - self._started_at
            if not self._run.add(row, now, runtime, step):
                self._add_other(row, now, runtime, step)
            self.next_step = step + 1
            return self._rows_bytes + self._run.size + self._slices_bytes >= DUE_BYTES

    def complete(
        self, columns: Mapping[str, LogColumn], count: int, step: LogColumn | int | None
    ) -> dict[str, LogColumn]:
        """The columns with `_step`, and with `_timestamp` and `_runtime` where they have none of their own.

        `step` is that of each row, or of the first; the next row goes on from the last. Raises as `add` does.
        """
        if self._process != os.getpid():
            raise RuntimeError(FORKED)
        now = self._clock()
        if step is None:
            step = columns.get("_step")
        of_rows = None if step is None or isinstance(step, int) else check_steps(step)
        with self._lock:
            if self._exit_code is not None:
                raise ValueError(FINISHED)
            if of_rows is None:
                first = self.next_step if step is None else check_step(step)
                of_rows = counted(first, count)
                self.next_step = first + count
            else:
                self.next_step = of_rows.values()[-1] + 1
        times = {"_timestamp": now, "_runtime": now - self._started_at}
        added = {name: repeated(value, count) for name, value in times.items() if name not in columns}
        return {**added, **columns, "_step": of_rows}

    def add_slice(self, columns: ColumnSlice) -> None:
        """Put rows of columns at the end; they are sent at once. Raises ValueError after the end."""
        with self._lock:
            if self._exit_code is not None:
                raise ValueError(FINISHED)
            self._end_run()
            self._append(columns)

    def end(self, exit_code: int) -> None:
        """No more rows: the last batch says how the process ended. The first end counts."""
        with self._lock:
            if self._exit_code is None:
                self._exit_code = exit_code

    def take(self, *, even_empty: bool = False) -> LogBatch | None:
        """The next rows, to be sent until they are acknowledged; None when there are none and no end."""
        with self._lock:
            if not self.unsent and self._exit_code is None and not even_empty:
                return None
            self._end_run()
            # Before anything is taken out, so that nothing is lost if it fails.
            summary, left_out = encode_summary(self._summary)
            offset, lines, columns = self._next_line, b"", None
            if self._slices and self._slices[0][0] == offset:
                _, columns = self._slices.popleft()
                count, size = columns.count, columns.size
                self._slices_rows -= count
                self._slices_bytes -= size
            else:
                count, size = self._batch_end()
                lines = b"\n".join(self._rows[:count])
                del self._rows[:count]
                self._rows_bytes -= size
            self._in_flight_bytes += size
            self._next_line += count
            exit_code = None if self.unsent else self._exit_code
            return LogBatch(offset, count, lines.decode(), columns, summary.decode(), exit_code, left_out)

    def acknowledge(self) -> None:
        """The server has the rows that were taken last."""
        with self._lock:
            self._in_flight_bytes = 0

    @property
    def is_due(self) -> bool:
        """Whether there is so much that it should be sent at once, or an end."""
        return self._rows_bytes + self._run.size >= DUE_BYTES or bool(self._slices) or self._exit_code is not None

    @property
    def is_full(self) -> bool:
        """Whether who logs has to wait."""
        return self._rows_bytes + self._run.size + self._slices_bytes + self._in_flight_bytes >= QUEUE_BYTES_MAX

    @property
    def unsent(self) -> int:
        """How many rows wait."""
        return len(self._rows) + self._slices_rows + len(self._run)

    @property
    def is_empty(self) -> bool:
        """Whether every row is acknowledged."""
        return not self.unsent and not self._in_flight_bytes

    def _add_other(self, row: Mapping[str, Any], timestamp: float, runtime: float, step: int) -> None:
        """Put a row behind the run, or begin another one with it."""
        if self._run.can_begin(row):
            self._end_run()
            self._run.begin(row, timestamp, runtime, step)
            return
        full = {"_timestamp": timestamp, "_runtime": runtime, **row, "_step": step}
        # First, because it fails for what is no JSON.
        line = encode_row(full)
        self._end_run()
        self._add_line(full, line)

    def _end_run(self) -> None:
        """Put the rows of the run behind those before them."""
        if not self._run:
            return
        slices, rows = self._run.take()
        for columns in slices:
            self._append(columns)
        for row in rows:
            self._add_line(row, encode_row(row))

    def _add_line(self, row: dict[str, Any], line: bytes) -> None:
        self._update_summary(*summary_values(row, line))
        self._rows.append(line)
        self._rows_bytes += len(line) + 1

    def _append(self, columns: ColumnSlice) -> None:
        self._update_summary(columns.last, columns.lost)
        self._slices.append((self._next_line + len(self._rows) + self._slices_rows, columns))
        self._slices_rows += columns.count
        self._slices_bytes += columns.size

    def _update_summary(self, values: Mapping[str, Any], lost: Sequence[str]) -> None:
        """Take the newest values; a key whose newest value the server does not keep goes."""
        self._summary.update(values)
        for name in lost:
            self._summary.pop(name, None)

    def _batch_end(self) -> tuple[int, int]:
        """How many rows make the next batch, and their bytes with line ends."""
        if self._rows_bytes <= BATCH_BYTES and not self._slices:
            return len(self._rows), self._rows_bytes
        rows = self._rows[: self._slices[0][0] - self._next_line] if self._slices else self._rows
        size = 0
        for index, line in enumerate(rows):
            if index and size + len(line) >= BATCH_BYTES:
                return index, size
            size += len(line) + 1
        return len(rows), size


def exit_code_of(error: type[BaseException] | None) -> int:
    """How a block that was left by this error ended: 0 by none, 255 by Ctrl-C, else 1."""
    if error is None:
        return 0
    return 255 if issubclass(error, KeyboardInterrupt) else 1


def step_after(last_step: float | None) -> int:
    """The step that follows the greatest one of a history; None: it has no rows."""
    return 0 if last_step is None else max(int(last_step) + 1, 0)


def check_step(step: object) -> int:
    """The step as an int; NumPy's integers count. Raises TypeError for anything else, ValueError for a negative one."""
    plain = getattr(step, "item", lambda: step)()
    if type(plain) is float and plain.is_integer():
        plain = int(plain)
    if type(plain) is not int:
        raise TypeError(f"step is {step!r:.60}; allowed: an integer")
    if plain < 0:
        raise ValueError(f"step is {plain}; allowed: 0 and above")
    return plain


def check_steps(steps: LogColumn) -> LogColumn:
    """The steps as integers, one for each row. Raises as check_step does, ValueError also for one that is missing."""
    if steps.present is not None and 0 in steps.present:
        raise ValueError(f"The step of row {steps.present.index(0)} is missing; allowed: an integer for each row")
    values = steps.values()
    if steps.kind != "integers":
        return integers([check_step(value) for value in values])
    check_step(min(values, default=0))
    return steps
