"""Rows that were logged and are not acknowledged yet: numbered, as JSON text, bounded. Used by _async/writing.py.

No I/O, and safe to use from several threads: who logs adds, who sends takes.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from runfolio._core import json_text

ROW_BYTES_MAX = 10 * 1024 * 1024
BATCH_BYTES = 4 * 1024 * 1024
QUEUE_BYTES_MAX = 64 * 1024 * 1024
"""What waits or is under way; beyond it, who logs waits."""
DUE_BYTES = 256 * 1024
"""As much is sent at once, less when it has waited for INTERVAL_S."""
INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class LogBatch:
    """Rows that are sent together, and again after a lost answer: the server tells by `offset` what it has.

    `exit_code` is set in the last batch of all.
    """

    offset: int
    count: int
    json_lines: str
    summary: str
    exit_code: int | None

    @property
    def size(self) -> int:
        """Characters of the rows, about their bytes."""
        return len(self.json_lines)


class LogQueue:
    """The rows of one process for one run. `next_step` is the step of the next row that has none of its own."""

    def __init__(self, next_step: int, summary: Mapping[str, Any], clock: Callable[[], float] = time.time) -> None:
        # A fresh one, so that processes that log the same run never mix up their numbers. Sorts by time.
        self.writer = f"{int(clock() * 1000):011x}-{secrets.token_hex(6)}"
        self.next_step = next_step
        self._summary = dict(summary)
        self._clock = clock
        self._started_at = clock()
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._rows: list[bytes] = []
        self._rows_bytes = 0
        self._in_flight_bytes = 0
        self._next_line = 0
        self._exit_code: int | None = None

    def add(self, row: Mapping[str, Any], step: int | None = None) -> bool:
        """Put a row at the end; whether there is now enough to be sent at once.

        The row gets `_step`, and `_timestamp` and `_runtime` (both in seconds) where it has none of its own. Raises
        TypeError for what is no JSON, ValueError for a row that is too large or that comes after the end.
        """
        if self._process != os.getpid():
            raise RuntimeError("The process that this one was forked from logs this run; call create_run here too.")
        now = self._clock()
        if step is None:
            step = row.get("_step")
        with self._lock:
            if self._exit_code is not None:
                raise ValueError("The run was finished; create_run with its id takes it up again.")
            if step is None:
                step = self.next_step
            elif type(step) is not int or step < 0:
                step = check_step(step)
            full = {"_timestamp": now, "_runtime": now - self._started_at, **row, "_step": step}
            line = encode_row(full)
            self.next_step = step + 1
            # A list or dict may be changed after it was logged.
            is_flat = b"[" not in line and line.rfind(b"{") == 0
            self._summary.update(full if is_flat else json_text.parse_object(line.decode()))
            self._rows.append(line)
            self._rows_bytes += len(line) + 1
            return self._rows_bytes >= DUE_BYTES

    def end(self, exit_code: int) -> None:
        """No more rows: the last batch says how the process ended. The first end counts."""
        with self._lock:
            if self._exit_code is None:
                self._exit_code = exit_code

    def take(self, *, even_empty: bool = False) -> LogBatch | None:
        """The next rows, to be sent until they are acknowledged; None when there are none and no end."""
        with self._lock:
            if not self._rows and self._exit_code is None and not even_empty:
                return None
            count, size = self._batch_end()
            rows = self._rows[:count]
            del self._rows[:count]
            self._rows_bytes -= size
            self._in_flight_bytes += size
            offset = self._next_line
            self._next_line += count
            exit_code = None if self._rows else self._exit_code
            return LogBatch(offset, count, b"\n".join(rows).decode(), encode_row(self._summary).decode(), exit_code)

    def acknowledge(self) -> None:
        """The server has the rows that were taken last."""
        with self._lock:
            self._in_flight_bytes = 0

    @property
    def is_due(self) -> bool:
        """Whether there is so much that it should be sent at once, or an end."""
        return self._rows_bytes >= DUE_BYTES or self._exit_code is not None

    @property
    def is_full(self) -> bool:
        """Whether who logs has to wait."""
        return self._rows_bytes + self._in_flight_bytes >= QUEUE_BYTES_MAX

    @property
    def unsent(self) -> int:
        """How many rows wait."""
        return len(self._rows)

    @property
    def is_empty(self) -> bool:
        """Whether every row is acknowledged."""
        return not self._rows and not self._in_flight_bytes

    def _batch_end(self) -> tuple[int, int]:
        """How many rows make the next batch, and their bytes with line ends."""
        if self._rows_bytes <= BATCH_BYTES:
            return len(self._rows), self._rows_bytes
        size = 0
        for index, line in enumerate(self._rows):
            if index and size + len(line) >= BATCH_BYTES:
                return index, size
            size += len(line) + 1
        return len(self._rows), size


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


def encode_row(row: Mapping[str, Any]) -> bytes:
    """One line of JSON, as json_text.dump writes it and ten times as fast."""
    try:
        line = to_json(row, inf_nan_mode="constants", fallback=json_text.plain)
    except (PydanticSerializationError, TypeError, ValueError):
        # Lone surrogates; or something that is no JSON, for which this raises the error that says so.
        line = json_text.dump(row, "the row").encode("ascii")
    if len(line) > ROW_BYTES_MAX:
        raise ValueError(f"The row has {len(line)} bytes of JSON; allowed: {ROW_BYTES_MAX}.")
    return line
