# Made from _async/writing.py by client/unasync.py; do not edit.
"""Logging to a run: rows go into a queue, and from there to the server beside the program. Made by run.py."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from time import sleep

from runfolio._sync.transport import Transport
from runfolio._core.background import LOGGER, Signal, Task
from runfolio._core.column_slice import slices_of
from runfolio._core.errors import (
    BadRequestError,
    LogError,
    ServerError,
    TooLargeError,
    TooManyRequestsError,
    UnavailableError,
)
from runfolio._core.log_batch import LogBatch
from runfolio._core.log_columns import COLUMNS_MAX, LogColumn, rows_of
from runfolio._core.log_queue import INTERVAL_S, LogQueue
from runfolio._core.operations import APPEND_HISTORY
from runfolio._core.row_run import COLUMN_ROWS_MIN
from runfolio._generated import RunFields

# A run that is silent for minutes counts as crashed.
HEARTBEAT_S = 30.0
# How long the server may be away while the program goes on, until the queue is full; each attempt has the transport's
# own repetitions.
GIVE_UP_AFTER_S = 3600.0
PAUSE_S = 2.0
EXIT_TIMEOUT_S = 60.0
MAY_PASS = (UnavailableError, TooManyRequestsError, ServerError)


class RunWriter:
    """Sends what a queue holds, in order, each row once. `storage_id` is the run's node id.

    `stop_requested` is what the server said last, `ended` the run after its end.
    """

    def __init__(self, transport: Transport, storage_id: str, queue: LogQueue) -> None:
        self._transport = transport
        self._storage_id = storage_id
        self._queue = queue
        self._wanted = Signal()
        self._moved = Signal()
        self._is_flush_wanted = False
        self._failure: Exception | None = None
        self._is_summary_cut = False
        self._summary_rejected = set[str]()
        self._rows_rejected = set[str]()
        self.stop_requested = False
        self.ended: RunFields | None = None
        self._task = Task(self._send_all, self._finish_at_exit, lambda: self._queue.unsent)

    def log(self, row: Mapping[str, Any], step: int | None) -> None:
        """Put a row into the queue; waits when that is full. Raises LogError once the server has refused rows."""
        if self._failure is not None:
            self._check()
        # What is full is due, and is looked at only then: this is called for every row.
        if self._queue.add(row, step):
            self._wanted.set()
            while self._queue.is_full:
                self._moved.wait(INTERVAL_S)
                self._check()
                self._wanted.set()

    def log_columns(self, columns: Mapping[str, LogColumn], count: int, step: LogColumn | int | None) -> None:
        """Put rows of columns into the queue; waits when that is full. Raises LogError as `log` does."""
        self._check()
        full = self._queue.complete(columns, count, step)
        if count < COLUMN_ROWS_MIN or len(full) > COLUMNS_MAX:
            for row in rows_of(full, count):
                self.log(row, None)
            return
        for part in slices_of(full, count):
            while self._queue.is_full:
                self._wanted.set()
                self._moved.wait(INTERVAL_S)
                self._check()
            self._queue.add_slice(part)
            self._wanted.set()

    def flush(self) -> None:
        """Return when the server has every row that was logged so far. Raises LogError."""
        while not self._queue.is_empty:
            self._check()
            self._is_flush_wanted = True
            self._wanted.set()
            self._moved.wait(INTERVAL_S)
        self._check()

    def finish(self, exit_code: int, timeout_s: float | None = None) -> None:
        """Send what is left and the end. Raises LogError when the server refused something or was away."""
        self._queue.end(exit_code)
        self._wanted.set()
        if not self._task.join(timeout_s):
            raise LogError(f"{self._queue.unsent} rows or the end of the run could not be sent in {timeout_s} seconds.")
        self._check()

    def begin_again(self, queue: LogQueue) -> None:
        """Go on with another queue, as another process would: everything of the one before was stored."""
        self._queue = queue

    def _check(self) -> None:
        if self._failure is not None:
            raise LogError(f"The server took no more of what was logged: {self._failure}") from self._failure

    def _finish_at_exit(self, exit_code: int) -> None:
        try:
            self.finish(exit_code, EXIT_TIMEOUT_S)
        except LogError as error:
            LOGGER.error("%s", error)

    def _send_all(self) -> None:
        """Send until the end is acknowledged, or until sending has failed for good."""
        try:
            while self._failure is None:
                self._wait_until_due()
                batch = self._queue.take(even_empty=True)
                if batch is not None:
                    self._send(batch)
                    if batch.exit_code is not None:
                        return
        except Exception as error:  # noqa: BLE001 - a thread's outermost door: log() raises it where it is seen
            self._failure = error
        finally:
            self._moved.set()

    def _wait_until_due(self) -> None:
        """Until there is much, the first row has waited for a while, or it is time for a sign of life."""
        if not self._queue.unsent and not self._queue.is_due:
            self._wanted.wait(HEARTBEAT_S)
        deadline = time.monotonic() + INTERVAL_S
        while self._queue.unsent and not self._queue.is_due and not self._is_flush_wanted:
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0:
                break
            self._wanted.wait(remaining_s)
        self._is_flush_wanted = False

    def _send(self, batch: LogBatch) -> None:
        if batch.left_out and not self._is_summary_cut:
            self._is_summary_cut = True
            LOGGER.warning("The summary is too large; it is kept without %s.", ", ".join(batch.left_out)[:500])
        try:
            self._append(batch)
        except (BadRequestError, TooLargeError) as error:
            if batch.columns is None:
                raise
            # Columns are stored whole or not at all; of lines the server keeps out only those that are wrong.
            LOGGER.warning("Columns were refused and are sent row by row: %s", error)
            for part in batch.as_lines():
                self._append(part)
        self._queue.acknowledge()
        self._moved.set()

    def _append(self, batch: LogBatch) -> None:
        change: dict[str, object] = {
            "runId": self._storage_id,
            "writer": self._queue.writer,
            "offset": batch.offset,
            "summaryMetrics": batch.summary,
        }
        if batch.columns is None:
            change["jsonLines"] = batch.json_lines
        else:
            change["columns"] = batch.columns.as_input()
        if batch.exit_code is not None:
            change["exitCode"] = batch.exit_code
        variables = {"input": change, "withRun": batch.exit_code is not None}
        give_up_at = time.monotonic() + GIVE_UP_AFTER_S
        answer = None
        while answer is None:
            try:
                answer = (self._transport.execute(APPEND_HISTORY, variables)).append_history
            except MAY_PASS as error:
                if time.monotonic() > give_up_at:
                    raise
                LOGGER.warning("%d rows wait: %s", self._queue.unsent + batch.count, error)
                sleep(PAUSE_S)
        self.stop_requested = answer.stop_requested
        self.ended = answer.run
        for rejected in answer.rejected:
            if rejected.key is None:
                LOGGER.warning("Row %d was kept out: %s", rejected.line, rejected.message)
            elif rejected.key not in self._rows_rejected:
                # Most rows have the same keys.
                self._rows_rejected.add(rejected.key)
                LOGGER.warning("Row %d was kept, but %s", rejected.line, rejected.message)
        for key in answer.summary_rejected:
            if key.key not in self._summary_rejected:
                # The summary is sent whole each time.
                self._summary_rejected.add(key.key)
                LOGGER.warning("The summary is without %r: %s", key.key, key.message)
